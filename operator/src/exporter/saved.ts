/** An account as text, for a key of a ConfigMap, and back. Pure. */
import { z } from 'zod';
import { type Account, FINGERPRINT_LENGTH } from './ledger.ts';
import { DECISIONS, type Decision } from './refundProcess.ts';
import { type Distribution, DURATION_BOUNDS, emptyDistribution, REVIEW_BOUNDS } from './totals.ts';

/** Which account it is. */
export interface Owner {
  engine: string;
  /** The URLs that led to the engine when it was saved. */
  urls: readonly string[];
  /** Where its pools were then. */
  namespaces: readonly string[];
  process: string;
}

export interface Saved {
  owner: Owner;
  account: Account;
  /** Since when no pool has needed it, in ms since the epoch. */
  unusedSince?: number | undefined;
}

const whole = z.number().int().nonnegative();
const distribution = z.object({ bounds: z.array(z.number()), counts: z.array(whole), sumMs: z.number() });
const schema = z.object({
  engine: z.string(),
  urls: z.array(z.string()),
  namespaces: z.array(z.string()),
  process: z.string(),
  settled: z.number(),
  newest: z.number(),
  seen: z.string(),
  unusedSince: z.number().optional(),
  totals: z.object({
    started: whole,
    completed: whole,
    terminated: whole,
    incidents: whole,
    breaches: whole,
    decisions: z.record(z.string(), whole),
    durations: distribution,
    reviews: distribution,
  }),
});

export function encode({ owner, account, unusedSince }: Saved): string {
  const { settled, newest, seen, totals } = account;
  return JSON.stringify({
    ...owner,
    settled,
    newest,
    seen: [...seen.keys()].join(''),
    ...(unusedSince !== undefined && { unusedSince }),
    totals,
  });
}

/** @throws Error for a text that `encode` has not written. */
export function decode(text: string): Saved {
  const { engine, urls, namespaces, process, settled, newest, seen, unusedSince, totals } = schema.parse(
    JSON.parse(text),
  );
  const prints = seen.match(new RegExp(`.{${FINGERPRINT_LENGTH}}`, 'g')) ?? [];
  return {
    owner: { engine, urls, namespaces, process },
    unusedSince,
    account: {
      settled,
      newest,
      // Their times come back when the events are read again. One whose row was deleted is kept for as long as any.
      seen: new Map(prints.map((print) => [print, newest])),
      totals: {
        ...totals,
        decisions: Object.fromEntries(
          DECISIONS.map((decision) => [decision, totals.decisions[decision] ?? 0]),
        ) as Record<Decision, number>,
        durations: withBounds(totals.durations, DURATION_BOUNDS),
        reviews: withBounds(totals.reviews, REVIEW_BOUNDS),
      },
    },
  };
}

/** What was put into other buckets cannot be put into these: that distribution begins again. */
function withBounds(saved: Distribution, bounds: readonly number[]): Distribution {
  const same = saved.bounds.length === bounds.length && bounds.every((b, i) => b === saved.bounds[i]);
  return same && saved.counts.length === bounds.length + 1 ? { ...saved, bounds } : emptyDistribution(bounds);
}
