/**
 * A flat log line, as operator and worker write them, in the names of the Elastic Common Schema. What has a name there
 * gets it; of the rest, numbers are below `farerules`, so that they can be summed, and everything else is a label, which
 * Elastic keeps as a keyword. Pure.
 */

/** The version whose names these are. */
export const ECS_VERSION = '8.11.0';

type Line = Readonly<Record<string, unknown>>;

/** Our names and those of the schema, for values that go over as they are. */
const NAMES: Readonly<Record<string, string>> = {
  timestamp: '@timestamp',
  level: 'log.level',
  worker: 'service.node.name',
  trace_id: 'trace.id',
  error: 'error.message',
  error_code: 'error.code',
  code: 'error.code',
  stack: 'error.stack_trace',
};
/** In this order the schema's loggers begin a line, for people. */
const FIRST = ['@timestamp', 'log.level', 'message', 'ecs.version'];
const NS_PER_MS = 1_000_000;

export interface EcsOptions {
  /** What writes the line. */
  service: string;
  /** Names of fields that are left out. */
  without?: ReadonlySet<string>;
}

/** @param line with `event`, a word of ours, or `message`, a sentence; fields that are undefined or null are left out. */
export function toEcs(line: Line, { service, without }: EcsOptions): Record<string, unknown> {
  const named: Record<string, unknown> = {
    'ecs.version': ECS_VERSION,
    'service.name': service,
    message: line.event ?? line.message,
    ...(line.event !== undefined && { 'event.action': line.event }),
    ...(typeof line.duration_ms === 'number' && {
      'event.duration': Math.round(line.duration_ms * NS_PER_MS),
    }),
  };
  const numbers: Record<string, number> = {};
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(line)) {
    if (value === undefined || value === null || ELSEWHERE.has(name) || without?.has(name)) continue;
    const official = NAMES[name];
    if (official !== undefined) named[official] = value;
    else if (typeof value === 'number') numbers[name] = value;
    else labels[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  const first = FIRST.filter((name) => name in named).map((name) => [name, named[name]]);
  return {
    ...Object.fromEntries(first),
    ...named,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(numbers).length > 0 && { farerules: numbers }),
  };
}

const ELSEWHERE: ReadonlySet<string> = new Set(['event', 'message', 'component', 'duration_ms']);
