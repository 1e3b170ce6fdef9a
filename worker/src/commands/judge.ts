/** Whether a review is one that the model may be asked about again. Pure. */
import { isPassing } from '../failurePolicy.ts';

/** Whom reviews are claimed for while they are sent back, so that nobody else takes them at the same moment. */
export const CLAIMED_BY = 'return-fallbacks';

export interface ReviewFacts {
  assignee: string | null | undefined;
  llmError: string | undefined;
  /** Undefined where no worker of this topic completed anything. */
  analysisActivity: string | undefined;
  /** A person has completed a task of this instance. */
  handledByPerson: boolean;
}

export type Judgement =
  | { return: true; code: string; analysisActivity: string }
  | {
      return: false;
      because: 'claimed' | 'not a passing failure' | 'of another topic' | 'a person has decided';
    };

export function judge({ assignee, llmError, analysisActivity, handledByPerson }: ReviewFacts): Judgement {
  // Ours: a run that was interrupted between claiming and sending back.
  if (assignee && assignee !== CLAIMED_BY) return { return: false, because: 'claimed' };
  const code = llmError?.split(':', 1)[0] ?? '';
  if (!isPassing(code)) return { return: false, because: 'not a passing failure' };
  if (!analysisActivity) return { return: false, because: 'of another topic' };
  if (handledByPerson) return { return: false, because: 'a person has decided' };
  return { return: true, code, analysisActivity };
}
