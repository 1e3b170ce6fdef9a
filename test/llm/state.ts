/** What one running stand-in knows: its settings, its script, its quotas and its calls. */
import { createHash } from 'node:crypto';
import { type FaultScript, faultScript } from './faultScript.ts';
import type { Call, Settings, Stats } from './protocol.ts';
import { newQuota, type Quota } from './quota.ts';
import { summarise } from './stats.ts';
import { keySetting } from './wire.ts';

const DEFAULTS: Settings = {
  latencyMs: { min: 1_000, max: 2_000 },
  revokedKeys: [],
  logprobs: true,
  models: ['gpt-4o-mini', 'gpt-4.1-mini', 'gpt-5-mini', 'o4-mini', 'gpt-6-luna'],
  seed: 1,
};

export interface State {
  readonly settings: Settings;
  readonly calls: Call[];
  readonly faults: FaultScript;
  change(change: Partial<Settings>): void;
  /** The key's quota group, or undefined when the key is not accepted. */
  groupOf(key: string): string | undefined;
  quotaOf(group: string): Quota;
  /** The next decision's time in milliseconds. */
  nextLatency(): number;
  /** Counts calls in progress; call the result when the call has ended. */
  enter(): () => void;
  clearCalls(): void;
  stats(): Stats;
}

export function newState(initial: Partial<Settings>): State {
  const settings: Settings = { ...DEFAULTS, ...initial };
  const calls: Call[] = [];
  const quotas = new Map<string, Quota>();
  let random = seeded(settings.seed);
  let inProgress = 0;
  let peak = 0;
  return {
    settings,
    calls,
    faults: faultScript(),
    change(change) {
      Object.assign(settings, change);
      if ('rpm' in change || 'tpm' in change || 'groups' in change) quotas.clear();
      if ('seed' in change) random = seeded(settings.seed);
    },
    groupOf(key) {
      if (settings.revokedKeys.includes(key)) return undefined;
      if (!settings.keys) return 'default';
      const known = settings.keys.map(keySetting).find((setting) => setting.key === key);
      return known && (known.group ?? 'default');
    },
    quotaOf(group) {
      const limits = settings.groups?.[group] ?? settings;
      const quota = quotas.get(group) ?? newQuota(limits, performance.now());
      quotas.set(group, quota);
      return quota;
    },
    nextLatency() {
      const { min, max } = settings.latencyMs;
      return min + random() * (max - min);
    },
    enter() {
      inProgress += 1;
      peak = Math.max(peak, inProgress);
      return () => {
        inProgress -= 1;
      };
    },
    clearCalls() {
      calls.length = 0;
      peak = inProgress;
    },
    stats: () => summarise(calls, inProgress, peak),
  };
}

/** Marks a text without keeping it: the first 12 hex digits of its SHA-256. */
export const fingerprint = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Numbers in [0, 1) that repeat for a seed (a linear congruential generator). */
function seeded(seed: number): () => number {
  let value = seed >>> 0;
  return () => {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    return value / 2 ** 32;
  };
}
