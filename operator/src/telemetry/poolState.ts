/** What a pool's status says, as metrics: its conditions, and its money. */
import type { PoolSpec, PoolStatus } from '../../../crds/src/pool.ts';
import { metrics } from './metrics.ts';

type Labels = Record<'namespace' | 'pool' | 'type' | 'status' | 'reason', string>;

/** What is told of the conditions of each pool, to be taken back when it changes. */
const told = new Map<string, Labels[]>();

const PERIODS = ['hour', 'day'] as const;

/**
 * @param budget undefined where the pool has none, or its spec is broken
 */
export function tellState(
  namespace: string,
  name: string,
  { conditions = [], spending }: Pick<PoolStatus, 'conditions' | 'spending'>,
  budget: PoolSpec['llm']['budget'],
): void {
  const now = conditions.map(({ type, status, reason }) => ({ namespace, pool: name, type, status, reason }));
  for (const labels of told.get(keyOf(namespace, name)) ?? []) metrics.condition.remove(labels);
  for (const labels of now) metrics.condition.set(labels, 1);
  told.set(keyOf(namespace, name), now);

  const spent = { hour: spending?.hourUSD, day: spending?.dayUSD };
  const limits = { hour: budget?.perHourUSD, day: budget?.perDayUSD };
  for (const period of PERIODS) {
    const labels = { namespace, pool: name, period };
    for (const [gauge, value] of [
      [metrics.spentUSD, spent[period]],
      [metrics.budgetUSD, limits[period]],
    ] as const) {
      if (value === undefined) gauge.remove(labels);
      else gauge.set(labels, value);
    }
  }
}

/** Removes what `tellState` told of a pool that has gone. */
export function forgetState(namespace: string, name: string): void {
  tellState(namespace, name, {}, undefined);
  told.delete(keyOf(namespace, name));
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
