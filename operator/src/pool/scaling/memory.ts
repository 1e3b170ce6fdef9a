/** What scaling remembers of a pool between two reconciles. Lost at a restart without harm. */
import type { DirectState } from './direct.ts';
import type { Answers } from './downStep.ts';
import type { Blindness } from './fallback.ts';
import type { Peak } from './peakHold.ts';
import type { ZeroCause } from './zero.ts';

export interface ScalingMemory {
  /** Milliseconds: since when there has been no work at all. */
  idleSince?: number | undefined;
  /** Beside the pool's status, whose write may fail. */
  zero?: ZeroCause | undefined;
  blindness?: Blindness | undefined;
  peak?: Peak | undefined;
  /** Tasks that the metric has had since the decision. */
  served?: number | undefined;
  answers?: Answers | undefined;
  /** Deletion costs that were written, until the pods are seen with them; by pod name. */
  unseenCosts?: Record<string, number> | undefined;
  /** Directives that were written, until the pods are seen with them; by pod name. */
  unseenDirectives?: Record<string, string> | undefined;
  direct?: DirectState | undefined;
  quotaCeiling?: number | undefined;
}
