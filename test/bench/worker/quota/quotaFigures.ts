/** How much of a quota was used, and how often it was overrun; pure. */
import type { Call } from '../../../llm/protocol.ts';
import { type Figure, figure, type WorkerPeer } from '../../figures.ts';

export interface Limit {
  name: 'rpm' | 'tpm';
  perMinute: number;
}

export interface QuotaRun {
  limit: Limit;
  peer: WorkerPeer | null;
  /** Of what the quota allows in the measured time, the share that was answered. */
  use: number;
  /** Of all calls of the run, the share that was refused for the rate. */
  refused: number;
  calls: number;
  answeredPerMinute: number;
}

/** @param from the measured time, in milliseconds since 1970; calls count by their arrival */
export function quotaRun(
  limit: Limit,
  peer: WorkerPeer | null,
  calls: readonly Call[],
  from: number,
  until: number,
): QuotaRun {
  const answered = calls.filter(({ at, fault }) => {
    const arrived = Date.parse(at);
    return fault === undefined && arrived >= from && arrived < until;
  });
  const used =
    limit.name === 'rpm'
      ? answered.length
      : answered.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const minutes = (until - from) / 60_000;
  return {
    limit,
    peer,
    use: used / (limit.perMinute * minutes),
    refused: calls.filter(({ status }) => status === 429).length / Math.max(1, calls.length),
    calls: calls.length,
    answeredPerMinute: answered.length / minutes,
  };
}

/** Both limits, and under the names without one the worse of the two. */
export function quotaFigures(runs: readonly QuotaRun[], conditions: string): Figure[] {
  const peers = [...new Set(runs.map(({ peer }) => peer))];
  return peers.flatMap((peer) => {
    const own = runs.filter((run) => run.peer === peer);
    const of = (name: string, value: number, words: string, goal: string) => ({
      ...figure(name, value, 'ratio', `${words}, ${conditions}`, peer ? { peer } : { goal }),
      // Three digits of whatever size: one call in two thousand is not nothing.
      value: Number(value.toPrecision(3)),
    });
    const calls = own.map((run) => `${run.calls} calls under ${limitWords(run.limit)}`).join(', ');
    return [
      of(
        'quota_use_ratio',
        Math.min(...own.map(({ use }) => use)),
        `the worse of two runs: ${calls}`,
        '≥ 0.95',
      ),
      of(
        'quota_429_ratio',
        Math.max(...own.map(({ refused }) => refused)),
        `the worse of two runs: ${calls}`,
        '≤ 0.001',
      ),
      ...own.flatMap((run) => [
        of(`quota_use_ratio_${run.limit.name}`, run.use, limitWords(run.limit), '≥ 0.95'),
        of(`quota_429_ratio_${run.limit.name}`, run.refused, limitWords(run.limit), '≤ 0.001'),
      ]),
    ];
  });
}

const limitWords = ({ name, perMinute }: Limit) =>
  `${perMinute.toLocaleString('en')} ${name === 'rpm' ? 'requests' : 'tokens'}/min`;
