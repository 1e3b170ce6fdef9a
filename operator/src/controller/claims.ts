/** What every pool claims, so that each reconcile finds its rivals without looking at all pools. */
import { type FareRuleWorkerPool, parsePoolSpec } from '../../../crds/src/pool.ts';
import { claimOf, meetingPoints, type PoolClaim } from '../pool/scaling/overlap.ts';
import { MultiIndex } from '../support/multiIndex.ts';

export class Claims {
  private readonly index = new MultiIndex<PoolClaim>();
  private readonly onNews: (key: string) => void;

  /** @param onNews called with the key of each pool whose rivals changed */
  constructor(onNews: (key: string) => void) {
    this.onNews = onNews;
  }

  /** A pool as it is now; undefined when it has gone. */
  update(key: string, pool: FareRuleWorkerPool | undefined): void {
    const before = this.index.keys(key);
    const spec = pool && !pool.metadata.deletionTimestamp ? parsePoolSpec(pool.spec) : undefined;
    if (pool && spec?.ok) {
      const claim = claimOf(pool, spec.spec);
      this.index.set(key, meetingPoints(claim), claim);
    } else {
      this.index.delete(key);
    }
    for (const rival of this.index.under([...before, ...this.index.keys(key)]).keys()) {
      if (rival !== key) this.onNews(rival);
    }
  }

  /** Claims that may overlap with this pool's. */
  rivals(key: string): PoolClaim[] {
    const found = this.index.under(this.index.keys(key));
    found.delete(key);
    return [...found.values()];
  }
}
