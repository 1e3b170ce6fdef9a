/** The live view: a block that is redrawn on a terminal, one line every five seconds elsewhere. */
import type { Sample } from './samples.ts';
import { seconds } from './summary.ts';
import { decisionsPerMinute } from './verdict.ts';

const LINE_EVERY_S = 5;
const SPARKS = '▁▂▃▄▅▆▇█';

export interface LiveOptions {
  total: number;
  standInLlm: boolean;
  /** Width of the terminal in characters. */
  columns: number;
}

/** The last `width` values as a row of bars; a value that is unknown leaves a gap. Pure. */
export function sparkline(values: readonly (number | undefined)[], width: number): string {
  const shown = values.slice(-width);
  const top = Math.max(1, ...shown.map((value) => value ?? 0));
  return shown
    .map((value) => {
      if (value === undefined) return ' ';
      return SPARKS[Math.min(SPARKS.length - 1, Math.round((value / top) * (SPARKS.length - 1)))];
    })
    .join('');
}

const text = (value: number | undefined, digits = 0): string => value?.toFixed(digits) ?? '?';

/** The block for a terminal. Pure. */
export function liveBlock(samples: readonly Sample[], { total, standInLlm, columns }: LiveOptions): string[] {
  const last = samples.at(-1);
  if (!last) return [];
  const { scale, decisions, llm } = last;
  const width = Math.max(10, Math.min(60, columns - 52));
  const backlog = samples.map(({ pending, inFlight }) =>
    pending === undefined || inFlight === undefined ? undefined : pending + inFlight,
  );
  const rows: [string, string, string][] = [
    ['Requests', `${last.started} of ${total} started, ${text(last.ended)} ended`, ''],
    ['Backlog', `${text(last.pending)} pending, ${text(last.inFlight)} in flight`, sparkline(backlog, width)],
    [
      'Replicas',
      `${text(scale?.desired)} desired, ${text(scale?.ready)} ready, HPA ${text(scale?.hpaDesired)}`,
      sparkline(
        samples.map((sample) => sample.scale?.ready),
        width,
      ),
    ],
    [
      'Decisions',
      `${text(decisions?.ALLOWED)} allowed, ${text(decisions?.WITH_PENALTY)} with penalty, ${text(decisions?.MANUAL)} manual`,
      '',
    ],
    ['Throughput', `${text(decisionsPerMinute(samples))} tasks/min over the last 15 s`, ''],
    [
      standInLlm ? 'LLM: stand-in (not OpenAI)' : 'LLM: OpenAI API',
      `${text(llm?.calls)} calls, p50 ${seconds(llm?.p50Ms, 1_000)}, p95 ${seconds(llm?.p95Ms, 1_000)}, $${text(llm?.costUSD, 5)}`,
      '',
    ],
  ];
  return [
    `── ${text(last.t)} s ${'─'.repeat(30)}`,
    ...rows.map(([name, value, plot]) =>
      `${name.padEnd(name.length > 12 ? 28 : 12)}${plot ? value.padEnd(38) : value}${plot}`.slice(0, columns),
    ),
  ];
}

/** The same in one line, for a log. Pure. */
export function liveLine(samples: readonly Sample[], { total, standInLlm }: LiveOptions): string {
  const last = samples.at(-1);
  if (!last) return '';
  const { scale, decisions, llm } = last;
  return [
    `${text(last.t)} s`.padStart(6),
    `${last.started}/${total} started`,
    `${text(last.pending)} pending ${text(last.inFlight)} in flight`,
    `replicas ${text(scale?.desired)}/${text(scale?.ready)}`,
    `${text(decisions?.ALLOWED)} allowed ${text(decisions?.WITH_PENALTY)} penalty ${text(decisions?.MANUAL)} manual`,
    `${text(decisionsPerMinute(samples))}/min`,
    `LLM${standInLlm ? ' stand-in' : ''} p50 ${seconds(llm?.p50Ms, 1_000)} p95 ${seconds(llm?.p95Ms, 1_000)} $${text(llm?.costUSD, 5)}`,
    `${text(last.ended)} ended`,
  ].join(' · ');
}

/** Shows samples on a stream as they come. */
export function liveView(
  out: NodeJS.WriteStream,
  options: Omit<LiveOptions, 'columns'>,
): (samples: readonly Sample[]) => void {
  let drawn = 0;
  let lineAt = 0;
  return (samples) => {
    const last = samples.at(-1);
    if (!last) return;
    if (out.isTTY) {
      const lines = liveBlock(samples, { ...options, columns: out.columns });
      const back = drawn > 0 ? `\x1b[${drawn}A` : '';
      out.write(`${back}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
      drawn = lines.length;
    } else if (last.t >= lineAt) {
      out.write(`${liveLine(samples, { ...options, columns: 0 })}\n`);
      lineAt = last.t + LINE_EVERY_S;
    }
  };
}
