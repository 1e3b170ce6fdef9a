/**
 * From a task's variables to an outcome. Always ends with one: what cannot be
 * decided goes to a person, with the reason. The order is that of cost and of
 * certainty: what the ticket itself says, what a rule says, what was decided
 * before, and only then the model.
 */
import { type Asker, askModel, type CallContext, type OnCall } from './askModel.ts';
import type { DecisionMemory } from './cache/decisionMemory.ts';
import { hashKey, questionName } from './cache/key.ts';
import type { Answer } from './cache/known.ts';
import type { SharedCalls } from './cache/sharedCalls.ts';
import { nextBoundary } from './fare/boundary.ts';
import { contradiction } from './fare/contradictions.ts';
import { beyondLimit } from './fare/limit.ts';
import { undecided } from './fare/reasons.ts';
import { decideByRule } from './fare/rules.ts';
import { suspicion } from './fare/suspicion.ts';
import { parseTicket, type Ticket, type Variables } from './fare/ticket.ts';
import { fallback, type Outcome, type Trace, together } from './outcome.ts';
import { held, type Policy, toBeReviewed } from './policy.ts';

export interface Decider extends Asker {
  policy: Policy;
  memory: DecisionMemory;
  sharedCalls: SharedCalls;
  /** The pool and its first API key: see cache/key.ts. */
  pool: string;
  firstApiKey: () => string;
}

interface Task {
  id: string;
  variables: Variables;
}

/**
 * @param deadline on the clock of `performance.now()`: the outcome is there by then.
 * @param onCall called for every call to the model.
 * @param cancelled ends calls and waits when it is aborted: the task is gone, or its lock ends.
 * @param now milliseconds since 1970.
 */
export async function decide(
  decider: Decider,
  task: Task,
  deadline: number,
  onCall: OnCall,
  cancelled?: AbortSignal,
  now = Date.now(),
): Promise<Outcome> {
  const { policy } = decider;
  const outcome = await decideAlone(decider, task, { deadline, onCall, cancelled, now });
  if (outcome.error) return { ...outcome, ...(policy.shadow && { shadowDecision: outcome.decision }) };
  const review = outcome.held ?? toBeReviewed(policy, outcome.decision, task.id);
  return {
    ...outcome,
    ...(review && { decision: 'MANUAL', held: review }),
    ...(policy.shadow && { shadowDecision: outcome.decision }),
  };
}

/** The decision as it would stand if no person were to look at it. */
async function decideAlone(decider: Decider, task: Task, call: CallContext): Promise<Outcome> {
  const { policy } = decider;
  const { now } = call;
  const parsed = parseTicket(task.variables);
  if (!parsed.ok) {
    return fallback(parsed.bookingId, undecided('INVALID_VARIABLES', parsed.problems.join('; ')), {
      calls: 0,
    });
  }
  const { ticket } = parsed;
  const { bookingId } = ticket;
  const question = nameOf(decider, ticket);
  const trace: Trace = { inputHmac: question, calls: 0 };
  const contradictory = contradiction(ticket, now);
  if (contradictory) return fallback(bookingId, contradictory, trace);
  const ruled = decideByRule(policy.rules, ticket, now);
  const byRule: Outcome | undefined = ruled && {
    decision: ruled.decision,
    source: 'rule',
    bookingId,
    rule: { name: ruled.rule, because: ruled.because },
    costUSD: 0,
    trace,
  };
  if (byRule?.decision === 'MANUAL') return byRule;
  const tooDear = beyondLimit(policy.limits, ticket);
  if (tooDear) return fallback(bookingId, tooDear, trace);
  if (byRule) return byRule;
  // Last, for it is about what the model would read.
  const suspicious = suspicion(ticket, decider);
  if (suspicious) return fallback(bookingId, suspicious, trace);
  const first = await askOrRecall(decider, { task, ticket, question, trace }, call);
  const plain = withoutFreeText(ticket, decider);
  return plain && first.decision === 'ALLOWED' ? confirm(decider, task, plain, first, call) : first;
}

/**
 * Asks again without text that somebody wrote. However it is worded, it cannot make a refund by itself then: where the
 * answers differ, a person decides.
 */
async function confirm(
  firstDecider: Decider,
  task: Task,
  ticket: Ticket,
  first: Outcome,
  call: CallContext,
): Promise<Outcome> {
  const decider = { ...firstDecider, includeBookingId: false };
  const question = nameOf(decider, ticket);
  const trace: Trace = { inputHmac: question, calls: 0 };
  const second = await askOrRecall(decider, { task, ticket, question, trace }, call);
  const both = together(first, second);
  if (second.error) return { ...both, decision: 'MANUAL', source: 'fallback', error: second.error };
  if (second.held) return { ...both, decision: 'MANUAL', held: { ...second.held, label: 'ALLOWED' } };
  if (second.decision === 'ALLOWED') return both;
  return { ...both, decision: 'MANUAL', held: held('TEXT_DECIDES', 'ALLOWED') };
}

/** The ticket to ask about again; undefined where there is nothing to leave out. */
function withoutFreeText(ticket: Ticket, { policy, includeBookingId }: Decider): Ticket | undefined {
  const { confirmAllowed } = policy;
  const { refundReason, ...withRules } = ticket;
  const { fareRulesText, ...plain } = withRules;
  // The booking id is text that somebody wrote, too.
  const reason = refundReason !== undefined || includeBookingId;
  if (confirmAllowed === 'WithoutReason') return reason ? withRules : undefined;
  const text = reason || fareRulesText !== undefined;
  return confirmAllowed === 'WithoutText' && text ? plain : undefined;
}

function nameOf(decider: Decider, ticket: Ticket): string {
  return questionName(ticket, decider, hashKey(decider.pool, decider.firstApiKey()));
}

interface Question {
  task: Task;
  ticket: Ticket;
  question: string;
  trace: Trace;
}

/** An earlier decision, one that is under way, or a call. */
async function askOrRecall(
  decider: Decider,
  { task, ticket, question, trace }: Question,
  call: CallContext,
): Promise<Outcome> {
  const { memory } = decider;
  const { bookingId } = ticket;
  const { now, deadline, cancelled } = call;
  const recalled = ({ decision, probability }: Answer, sharedFrom: Trace['sharedFrom']): Outcome => ({
    decision,
    source: 'cache',
    bookingId,
    costUSD: 0,
    trace: { ...trace, probability, ...(sharedFrom && { sharedFrom }) },
  });
  const found = await memory.find(task.id, question, now);
  if (found) return recalled(found.known, found.layer);

  const keep = (answer: Answer) => memory.keep(task.id, question, answer, nextBoundary(ticket, now), now);
  const ask = () => askModel(decider, ticket, trace, call);
  if (!memory.reuse) {
    const { answer, result } = await ask();
    if (answer) await keep(answer);
    return result;
  }
  const shared = await decider.sharedCalls.run(question, { deadline, cancelled }, ask, keep);
  if ('result' in shared) return shared.result;
  // Whoever made it keeps it for others: kept anew, it would outlive what it rests on.
  await memory.keepRecord(task.id, question, shared.shared, now);
  return recalled(shared.shared, shared.scope);
}
