/**
 * Names of spans and attributes, each declared once. Those with `gen_ai.` are OpenTelemetry's conventions for generative
 * AI as of version 1.37, which are still in development: what changes there is changed here. None has ticket data.
 */
export const SPAN = {
  refund: 'refund',
  waiting: 'waiting',
  decide: 'decide',
  complete: 'complete',
  fail: 'fail',
  giveBack: 'give back',
  /** As the conventions want it: the operation and the model. */
  call: (model: string): string => `chat ${model}`,
} as const;

export const ATTRIBUTE = {
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',

  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestTemperature: 'gen_ai.request.temperature',
  requestMaxTokens: 'gen_ai.request.max_tokens',
  outputType: 'gen_ai.output.type',
  responseModel: 'gen_ai.response.model',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',

  processInstance: 'farerules.process_instance.id',
  task: 'farerules.task.id',
  topic: 'farerules.topic',
  decision: 'farerules.decision',
  source: 'farerules.source',
  attempt: 'farerules.attempt',
  held: 'farerules.held_code',
  settlement: 'farerules.settlement',
  costUSD: 'farerules.cost_usd',
  /** Whether the process has ended: where it has not, a person or another task goes on with it. */
  ended: 'farerules.process_instance.ended',
} as const;

export const RESOURCE = {
  serviceName: 'service.name',
  serviceInstance: 'service.instance.id',
  pool: 'farerules.pool',
  pod: 'k8s.pod.name',
} as const;
