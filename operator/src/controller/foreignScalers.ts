/**
 * Autoscalers of others that aim at a pool's Deployment. KEDA's ScaledObject
 * works through an autoscaler that it owns, so that it is found by that one.
 */
import { KIND } from '../../../crds/src/pool.ts';
import { poolKey } from '../pool/names.ts';
import type { Autoscaler } from '../pool/objects.ts';
import { MultiIndex } from '../support/multiIndex.ts';

export class ForeignScalers {
  private readonly index = new MultiIndex<string>();
  private readonly onNews: (key: string) => void;

  /** @param onNews called with the key of each pool that one came for or went from */
  constructor(onNews: (key: string) => void) {
    this.onNews = onNews;
  }

  /** An autoscaler that came, changed, or has gone. */
  update(autoscaler: Autoscaler, gone: boolean): void {
    const { namespace = '', name } = autoscaler.metadata;
    const id = poolKey(namespace, name);
    const before = this.index.keys(id);
    const target = autoscaler.spec?.scaleTargetRef;
    const owner = autoscaler.metadata.ownerReferences?.find(({ controller }) => controller);
    if (gone || owner?.kind === KIND || target?.kind !== 'Deployment') {
      this.index.delete(id);
    } else {
      const scaler = owner ? `${owner.kind} ${owner.name}` : `${autoscaler.kind} ${name}`;
      this.index.set(id, [poolKey(namespace, target.name)], scaler);
    }
    // A pool's Deployment has the pool's name.
    for (const key of new Set([...before, ...this.index.keys(id)])) this.onNews(key);
  }

  /** As `Kind name`; the first by name where there are several. */
  of(key: string): string | undefined {
    return [...this.index.under([key]).values()].sort()[0];
  }
}
