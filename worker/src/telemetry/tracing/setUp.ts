/** Traces as the configuration says: none, or to a collector. */
import type { Config } from '../../config.ts';
import { instanceTimes } from '../../engine/history.ts';
import type { NodeSet } from '../../engine/nodeSet.ts';
import { modelSettings } from '../../llm/setUp.ts';
import type { Log } from '../log.ts';
import { ATTRIBUTE, RESOURCE } from './names.ts';
import type { Attributes } from './spans.ts';
import { Tracing } from './tracing.ts';

/** Undefined where no traces are wanted: then nothing of them is loaded. */
export async function setUpTracing(
  config: Config,
  { nodes, log }: { nodes: Pick<NodeSet, 'pick'>; log: Log },
): Promise<Tracing | undefined> {
  if (config.OTEL_TRACES_EXPORTER === 'none') return undefined;
  const { openOtlp } = await import('./otlp.ts');
  let delivering: boolean | undefined;
  const sink = openOtlp({
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    resource: resource(config),
    onState: (delivered) => {
      if (!delivered && delivering !== false) log.warn('traces_not_delivered');
      if (delivered && delivering === false) log.info('traces_delivered');
      delivering = delivered;
    },
  });
  return new Tracing({
    sink,
    common: { topic: config.CAMUNDA_TOPIC, model: config.LLM_MODEL, call: callAttributes(config) },
    times: (id) => instanceTimes(nodes, id),
  });
}

function resource({ POOL, POD_NAME, workerId }: Config): Attributes {
  return {
    [RESOURCE.serviceName]: 'fareruleworkerpool-worker',
    [RESOURCE.serviceInstance]: workerId,
    [RESOURCE.pool]: POOL,
    ...(POD_NAME !== undefined && { [RESOURCE.pod]: POD_NAME }),
  };
}

/** What is the same for every call to the model. */
function callAttributes(config: Config): Attributes {
  const { hostname, port, protocol } = new URL(config.OPENAI_BASE_URL);
  const { model, call, answerFormat } = modelSettings(config);
  const { temperature, max_tokens, max_completion_tokens } = call;
  const mostTokens = max_tokens ?? max_completion_tokens;
  return {
    [ATTRIBUTE.operation]: 'chat',
    [ATTRIBUTE.provider]: /\.azure\.com$/.test(hostname) ? 'azure.ai.openai' : 'openai',
    [ATTRIBUTE.requestModel]: model,
    ...(temperature !== undefined && { [ATTRIBUTE.requestTemperature]: temperature }),
    ...(mostTokens !== undefined && { [ATTRIBUTE.requestMaxTokens]: mostTokens }),
    [ATTRIBUTE.outputType]: answerFormat === 'Structured' ? 'json' : 'text',
    [ATTRIBUTE.serverAddress]: hostname,
    [ATTRIBUTE.serverPort]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}
