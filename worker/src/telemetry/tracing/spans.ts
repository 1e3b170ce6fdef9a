/** What was seen of one task as spans: names, times, parents. Pure. All times are milliseconds since 1970. */
import type { Settlement } from '../../engine/settleSteps.ts';
import { ATTRIBUTE, SPAN } from './names.ts';

export type Attributes = Record<string, string | number | boolean>;

export interface SpanFacts {
  name: string;
  /** `client` for what waits for somebody else's answer. */
  kind: 'internal' | 'client';
  start: number;
  end: number;
  attributes: Attributes;
  /** A code of ours: why it did not do what it was to do. */
  error?: string | undefined;
  children?: SpanFacts[];
}

export interface CallFacts {
  end: number;
  durationMs: number;
  number: number;
  modelReturned?: string | undefined;
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  costUSD?: number | undefined;
  errorCode?: string | undefined;
}

export interface TaskFacts {
  taskId: string;
  processInstanceId: string;
  /** When the engine made the task; unknown to engines before 7.21. */
  created: number | undefined;
  fetched: number;
  decided: number;
  settled: number;
  calls: readonly CallFacts[];
  decision: string;
  source: string;
  errorCode: string | undefined;
  heldCode: string | undefined;
  /** What was sent to the engine; undefined where nothing was. */
  step: 'complete' | 'fail' | 'giveBack' | undefined;
  settlement: Settlement;
}

/** What is the same for all tasks of this worker. */
export interface Common {
  topic: string;
  model: string;
  /** Attributes of every call to the model. */
  call: Attributes;
}

/** Start and end of the process, as its history has them. */
export interface InstanceTimes {
  started: number;
  ended: number | undefined;
}

/** After these nobody of ours comes back to the task: the refund's own span is told now, and by nobody else. */
const LAST: ReadonlySet<Settlement> = new Set(['completed', 'gone']);

export const isLast = (settlement: Settlement): boolean => LAST.has(settlement);

/** The spans of one try at a task, all of them children of the refund's. */
export function taskSpans(facts: TaskFacts, common: Common): SpanFacts[] {
  const { created, fetched, decided, settled, step, settlement } = facts;
  const ids = { [ATTRIBUTE.task]: facts.taskId, [ATTRIBUTE.topic]: common.topic };
  return [
    // The engine's clock may be ahead of ours.
    ...(created === undefined
      ? []
      : [span(SPAN.waiting, 'internal', Math.min(created, fetched), fetched, { ...ids })]),
    {
      ...span(SPAN.decide, 'internal', fetched, decided, {
        ...ids,
        [ATTRIBUTE.decision]: facts.decision,
        [ATTRIBUTE.source]: facts.source,
        ...(facts.heldCode !== undefined && { [ATTRIBUTE.held]: facts.heldCode }),
      }),
      error: facts.errorCode,
      children: facts.calls.map((call) => callSpan(call, fetched, common)),
    },
    ...(step === undefined
      ? []
      : [
          {
            ...span(SPAN[step], 'client', decided, settled, { ...ids, [ATTRIBUTE.settlement]: settlement }),
            error: EXPECTED[step] === settlement ? undefined : settlement,
          },
        ]),
  ];
}

const EXPECTED = { complete: 'completed', fail: 'failed', giveBack: 'returned' } as const;

/** The refund's own span: it spans all that is known of it, whatever the clocks of the engine nodes say. */
export function refundSpan(facts: TaskFacts, instance: InstanceTimes | undefined): SpanFacts {
  const { created, fetched, settled } = facts;
  const first = Math.min(created ?? fetched, fetched);
  return span(
    SPAN.refund,
    'internal',
    Math.min(instance?.started ?? first, first),
    Math.max(instance?.ended ?? settled, settled),
    {
      [ATTRIBUTE.processInstance]: facts.processInstanceId,
      // Of a task that is gone, nothing was done with it.
      ...(facts.settlement === 'completed' && { [ATTRIBUTE.decision]: facts.decision }),
      // Unknown is not "no".
      ...(instance && { [ATTRIBUTE.ended]: instance.ended !== undefined }),
    },
  );
}

/** As in the record of a decision: an API may say anything. */
const MOST_OF_A_NAME = 128;

function callSpan(call: CallFacts, notBefore: number, common: Common): SpanFacts {
  return {
    ...span(SPAN.call(common.model), 'client', Math.max(call.end - call.durationMs, notBefore), call.end, {
      ...common.call,
      [ATTRIBUTE.attempt]: call.number,
      ...known(ATTRIBUTE.responseModel, call.modelReturned?.slice(0, MOST_OF_A_NAME)),
      ...known(ATTRIBUTE.inputTokens, call.inputTokens),
      ...known(ATTRIBUTE.outputTokens, call.outputTokens),
      ...known(ATTRIBUTE.costUSD, call.costUSD),
    }),
    error: call.errorCode,
  };
}

const known = (name: string, value: string | number | undefined): Attributes =>
  value === undefined ? {} : { [name]: value };

const span = (
  name: string,
  kind: SpanFacts['kind'],
  start: number,
  end: number,
  attributes: Attributes,
): SpanFacts => ({ name, kind, start, end: Math.max(start, end), attributes });
