/**
 * Which trace a refund belongs to. Both ids follow from the process instance, so that every try of every worker at it
 * joins one trace with nothing to pass on. Pure.
 */
import { createHash } from 'node:crypto';

/** The process variable that may carry the trace that the refund began in (W3C Trace Context). */
export const TRACEPARENT_VARIABLE = 'traceparent';

export interface TraceIds {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** The refund's own span, 16 hexadecimal digits: parent of all others. */
  rootId: string;
  /**
   * What a ratio draws by, 32 hexadecimal digits: the trace's id where others draw by it, too. An engine's ids are made
   * of the time, and a part of them would be stretches of time: a hash of the id in the place of it.
   */
  draw: string;
  /** What the refund began in, where somebody said so. */
  parent?: { spanId: string; sampled: boolean };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Any version but ff, which is none: later ones may add fields at the end. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NOTHING = /^0+$/;

/** @param traceparent the value of the process variable, of any kind; what is malformed counts as not there. */
export function traceIdsOf(processInstanceId: string, traceparent?: unknown): TraceIds {
  const hash = createHash('sha256').update(processInstanceId).digest('hex');
  const rootId = hash.slice(-16);
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  if (traceId && spanId && flags && !NOTHING.test(traceId) && !NOTHING.test(spanId)) {
    return {
      traceId,
      rootId,
      draw: traceId,
      parent: { spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 },
    };
  }
  const draw = hash.slice(0, 32);
  return { traceId: ownTraceId(processInstanceId) ?? draw, rootId, draw };
}

/** An id that is a UUID is its own, without the dashes: whoever has the one finds the other. Undefined for others. */
function ownTraceId(processInstanceId: string): string | undefined {
  const plain = processInstanceId.replaceAll('-', '').toLowerCase();
  return UUID.test(processInstanceId) && !NOTHING.test(plain) ? plain : undefined;
}
