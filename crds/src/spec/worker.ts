/** `spec.worker`: the pods. */
import { z } from 'zod';
import { duration, labelMap, name, oneWord, resourceList, url } from './fields.ts';

/** A pod field that is handed to the API server as it is; that one knows whether it is right. */
const podObject = (description: string) =>
  z
    .record(z.string(), z.unknown())
    .meta({ 'x-kubernetes-preserve-unknown-fields': true })
    .optional()
    .describe(description);
const podList = (description: string) =>
  z
    .array(z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true }))
    .max(64)
    .optional()
    .describe(description);
const podString = (description: string) => z.string().min(1).max(253).optional().describe(description);

/** Fields of a pod's spec that a pool may set; everything else is the operator's. */
const podSpecSchema = z.strictObject({
  nodeSelector: labelMap.optional().describe('Labels that a node must have.'),
  tolerations: podList('Taints that the pods tolerate, as in a pod.'),
  affinity: podObject('Scheduling preferences, as in a pod.'),
  topologySpreadConstraints: podList('How the pods spread over zones and nodes, as in a pod.'),
  priorityClassName: podString('Priority class of the pods.'),
  hostAliases: podList('Additional lines of /etc/hosts, as in a pod.'),
  dnsConfig: podObject('Name servers and options, as in a pod.'),
  dnsPolicy: z
    .enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'])
    .optional()
    .describe('How the pods resolve names.'),
  runtimeClassName: podString('Runtime class of the pods.'),
  schedulerName: podString('Scheduler that places the pods.'),
});

export const workerSchema = z
  .strictObject({
    image: oneWord(512)
      .optional()
      .describe('Worker image. Left out: the one the operator was installed with.'),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe('When to pull the image.'),
    imagePullSecrets: z
      .array(z.strictObject({ name: name.describe("Name of a Secret in the pool's namespace.") }))
      .max(16)
      .optional()
      .describe('Secrets for a private registry.'),
    concurrency: z
      .int32()
      .min(1)
      .max(1000)
      .default(10)
      .describe('Tasks that one pod works on at the same time. 1 is one call at a time.'),
    lockDuration: duration(
      'How long a fetched task is locked for its worker. Must be longer than llm.timeout.',
    ).default('30s'),
    longPollTimeout: duration(
      'How long the engine holds a fetch open when there is no task (at most 30m). Nothing sleeps: a new task ends it at once.',
    ).default('10s'),
    resources: z
      .strictObject({
        requests: resourceList.optional().describe('Least resources, for the scheduler.'),
        limits: resourceList.optional().describe('Most resources.'),
      })
      .default({ requests: { cpu: '500m', memory: '512Mi' } })
      .describe('Resources of the worker container.'),
    logFormat: z
      .enum(['JSON', 'ECS'])
      .default('JSON')
      .describe(
        'Form of the log lines. JSON: flat, with the names of docs/decisions.md. ECS: Elastic Common Schema.',
      ),
    tracing: z
      .strictObject({
        endpoint: url.describe(
          'Base URL of an OpenTelemetry collector that takes OTLP over HTTP, for example http://otel-collector:4318.',
        ),
        sampleRatio: z
          .number()
          .min(0)
          .max(1)
          .default(1)
          .describe('Part of the refunds that are traced, 0 to 1. All tasks of one refund share its fate.'),
      })
      .optional()
      .describe(
        'Traces of refunds, from the start of the process to its decision. Left out: none, at no cost.',
      ),
    podLabels: labelMap
      .optional()
      .describe('Additional labels of the pods. Those that the operator sets win.'),
    podAnnotations: labelMap.optional().describe('Additional annotations of the pods.'),
    podSpec: podSpecSchema
      .optional()
      .describe('Pod fields to set beside those that the operator needs. No other field can be set.'),
  })
  .describe('The worker pods.');
