/**
 * Hands reviews back to the model after an outage: those that are there because
 * the model could not be asked, and that nobody has touched. Run again it does
 * only what is left. Each review is claimed first, which the engine refuses
 * where a person has been faster, and from then on no person can take it; then
 * it is read once more and sent back in one transaction.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type EngineErrorCode, toEngineError } from '../engine/errors.ts';
import {
  claimReview,
  findReviews,
  hasCompletedTask,
  type Review,
  type ReviewQuery,
  readAnalysisActivity,
  readLlmError,
  readReview,
  type Send,
  sendBack,
  unclaimReview,
} from '../engine/reviews.ts';
import { CLAIMED_BY, type Judgement, judge } from './judge.ts';

export interface ReturnRun {
  send: Send;
  topic: string;
  query: ReviewQuery;
  dryRun: boolean;
  limit: number;
  /** Writes one line for people. */
  say: (line: string) => void;
}

export interface ReturnTotals {
  returned: number;
  skipped: number;
  /** Somebody was faster: claimed, completed or cancelled meanwhile. */
  conflicts: number;
  failed: number;
}

/** These say that the review has changed under our hands, not that something is wrong. */
const CHANGED: ReadonlySet<EngineErrorCode> = new Set(['NOT_FOUND', 'CONFLICT', 'LOCKED_BY_OTHER']);
const TRIES = 5;

/** @throws EngineError when reviews cannot be listed. */
export async function returnFallbacks(run: ReturnRun): Promise<ReturnTotals> {
  const { send, query, dryRun, limit, say } = run;
  const totals: ReturnTotals = { returned: 0, skipped: 0, conflicts: 0, failed: 0 };
  for (const review of await findReviews(send, query)) {
    if (totals.returned >= limit) break;
    const where = `process instance ${review.processInstanceId} task ${review.id}`;
    try {
      const judgement = await look(run, review);
      if (!judgement.return) {
        totals.skipped += 1;
        say(`skipped   ${where}: ${judgement.because}`);
        continue;
      }
      if (!dryRun) await takeBack(run, review);
      totals.returned += 1;
      say(`${dryRun ? 'would be  ' : ''}returned  ${where}: ${judgement.code}`);
    } catch (thrown) {
      const { code } = toEngineError(thrown);
      totals[CHANGED.has(code) ? 'conflicts' : 'failed'] += 1;
      say(`${CHANGED.has(code) ? 'conflict ' : 'failed   '} ${where}: ${code}`);
    }
  }
  const { returned, skipped, conflicts, failed } = totals;
  const would = dryRun ? 'would be ' : '';
  say(`${would}returned ${returned}, skipped ${skipped}, conflicts ${conflicts}, failed ${failed}`);
  return totals;
}

async function look({ send, topic }: ReturnRun, { id, processInstanceId }: Review): Promise<Judgement> {
  const [{ assignee }, llmError, analysisActivity, handledByPerson] = await Promise.all([
    readReview(send, id),
    readLlmError(send, processInstanceId),
    readAnalysisActivity(send, processInstanceId, topic),
    hasCompletedTask(send, processInstanceId),
  ]);
  return judge({ assignee, llmError, analysisActivity, handledByPerson });
}

/** @throws EngineError; the review is then left as it was, as far as that is possible. */
async function takeBack(run: ReturnRun, review: Review): Promise<void> {
  const { send } = run;
  // Claiming is refused where there is an assignee.
  if (review.assignee !== CLAIMED_BY) await claimReview(send, review.id, CLAIMED_BY);
  for (let tries = 1; ; tries += 1) {
    try {
      const now = await look(run, review);
      if (!now.return) throw new EngineError('LOCKED_BY_OTHER');
      return await sendBack(send, review, now.analysisActivity);
    } catch (thrown) {
      const error = toEngineError(thrown);
      if (await isOver(send, review)) throw new EngineError('NOT_FOUND');
      // Of two runs each may undo what the other has begun, for both claim under one name: one is sooner the next time.
      if (error.code === 'CONFLICT' && tries < TRIES) {
        await sleep(Math.random() * 200 * tries);
        continue;
      }
      await unclaimReview(send, review.id).catch(() => undefined);
      throw error;
    }
  }
}

/** The engine calls a modification a bad request when what it names has just ended. */
async function isOver(send: Send, { id }: Review): Promise<boolean> {
  return readReview(send, id).then(
    () => false,
    (error: unknown) => toEngineError(error).code === 'NOT_FOUND',
  );
}
