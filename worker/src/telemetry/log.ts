/**
 * JSON lines on standard output. Every line passes through one filter that
 * knows the current secrets: what must never be printed does not depend on
 * each caller's care.
 */
import winston from 'winston';
import { ecsLine, ecsRecord } from './ecs.ts';

export interface Log {
  /** For people: level, event and fields. */
  error(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  debug(event: string, fields?: Record<string, unknown>): void;
  /** For the record: a line of JSON, written at every log level, as it is. */
  record(line: string): void;
}

export interface LogOptions {
  level: string;
  /** Left out: json. */
  format?: 'json' | 'ecs';
  /** Fields of every line. */
  fields: Record<string, unknown>;
  /** The values that must not appear, as of now. */
  secrets: () => readonly string[];
}

/** Shorter values are ordinary words as often as they are secrets. */
const SHORTEST_SECRET = 6;

export function createLog({ level, format = 'json', fields, secrets }: LogOptions): Log {
  const line = winston.format.printf((info) => {
    const { level: severity, message, ...rest } = info;
    const flat = {
      timestamp: new Date().toISOString(),
      level: severity,
      event: message,
      ...fields,
      ...rest,
    };
    return redacted(format === 'ecs' ? ecsLine(flat) : flat, secrets());
  });
  const logger = winston.createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    level,
    format: line,
    transports: [new winston.transports.Console()],
  });
  const write =
    (severity: string) =>
    (event: string, more: Record<string, unknown> = {}) => {
      logger.log({ ...more, level: severity, message: event });
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    // Past the logger, which has nothing to add to it but work.
    record: (line) => {
      process.stdout.write(`${format === 'ecs' ? ecsRecord(line) : line}\n`);
    },
  };
}

/**
 * The value as JSON, with each secret in its texts replaced, as it is and as JSON would write it. Names of fields and
 * numbers stay: a password of digits must not make a price unreadable, nor the line something that is no JSON.
 */
export const redacted = (value: unknown, secrets: readonly string[]): string =>
  JSON.stringify(withoutSecrets(value, secrets));

/** The value as JSON would give it back, without the secrets in its texts: see `redacted`. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const clean = (inner: unknown): unknown => {
    if (typeof inner === 'string') {
      return forms.reduce(
        (text, form) => (text.includes(form) ? text.replaceAll(form, '[redacted]') : text),
        inner,
      );
    }
    if (typeof inner !== 'object' || inner === null) return inner;
    if (Array.isArray(inner)) return inner.map(clean);
    if ('toJSON' in inner && typeof inner.toJSON === 'function') return clean(inner.toJSON());
    const fields = Object.entries(inner).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([name, field]) => [name, clean(field)]));
  };
  return clean(value);
}
