/**
 * Spans to a collector, over OTLP/HTTP, by OpenTelemetry's own packages. Loaded only where traces are wanted:
 * `setUp.ts` imports it when the worker starts. Beside what the configuration says, the packages read
 * OTEL_EXPORTER_OTLP_*, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES as everywhere.
 */
import {
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceIds } from './ids.ts';
import { ATTRIBUTE, SPAN } from './names.ts';
import type { Attributes, SpanFacts } from './spans.ts';
import type { SpanSink } from './tracing.ts';

export interface OtlpOptions {
  sampler: string;
  /** Of a ratio; 1 where it is left out. */
  ratio: number;
  /** What the resource says unless a variable says otherwise. */
  resource: Attributes;
  /** Called when spans could not be delivered, and when the next ones could. */
  onState: (delivered: boolean) => void;
}

/** Enough for some hundred refunds between two deliveries; what comes beyond is not kept. */
const QUEUE = 8_192;
const EVERY_MS = 2_000;

export function openOtlp({ sampler, ratio, resource, onState }: OtlpOptions): SpanSink {
  const ids = new Ids();
  const chosen = samplerOf(sampler, ratio);
  const provider = new TracerProvider({
    // What is not wanted does not come here: see `wants`.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    resource: resourceFromAttributes(resource).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watched(new OTLPTraceExporter(), onState),
        maxQueueSize: QUEUE,
        scheduledDelayMillis: EVERY_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('fareruleworkerpool');
  return {
    wants: (of) => {
      const decision = chosen.shouldSample(above(of), of.draw, SPAN.refund, SpanKind.INTERNAL, {}, []);
      return decision.decision === SamplingDecision.RECORD_AND_SAMPLED;
    },
    root: (of, facts) => {
      ids.said = { traceId: of.traceId, spanId: of.rootId };
      emit(tracer, above(of), facts);
      ids.said = undefined;
    },
    children: (of, all) => {
      const { traceId, rootId: spanId } = of;
      const root = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      for (const facts of all) emit(tracer, trace.setSpanContext(ROOT_CONTEXT, root), facts);
    },
    close: () => provider.shutdown(),
  };
}

/** What the refund's own span is below: nothing, or what the refund began in. */
function above({ traceId, parent }: TraceIds): Context {
  if (!parent) return ROOT_CONTEXT;
  const traceFlags = parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parent.spanId, traceFlags, isRemote: true });
}

function emit(tracer: Tracer, parent: Context, facts: SpanFacts): void {
  const { name, kind, start, end, attributes, error, children = [] } = facts;
  const span = tracer.startSpan(
    name,
    {
      kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      startTime: start,
      attributes: { ...attributes, ...(error !== undefined && { [ATTRIBUTE.errorType]: error }) },
    },
    parent,
  );
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  const below = trace.setSpan(parent, span);
  for (const child of children) emit(tracer, below, child);
  span.end(end);
}

/** Random ids, but for the one span whose ids are said beforehand. */
class Ids implements IdGenerator {
  said: { traceId: string; spanId: string } | undefined;
  readonly #random = new RandomIdGenerator();

  generateSpanId(): string {
    return this.said?.spanId ?? this.#random.generateSpanId();
  }

  generateTraceId(): string {
    return this.said?.traceId ?? this.#random.generateTraceId();
  }
}

/** The samplers of OTEL_TRACES_SAMPLER; the SDK itself does not read it. */
function samplerOf(name: string, ratio: number): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(ratio)
      : new AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/** Nothing is said of what the collector answered: it may repeat what was sent. */
function watched(exporter: SpanExporter, onState: (delivered: boolean) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        onState(result.code === 0);
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
