/**
 * JSON lines on standard output. Every line passes through one filter that
 * knows the current secrets: what must never be printed does not depend on
 * each caller's care.
 */
import winston from 'winston';

export interface Log {
  /** For people: level, event and fields. */
  error(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  debug(event: string, fields?: Record<string, unknown>): void;
  /** For the record: written at every log level, as it is, with what a line of the log has. */
  record(record: Record<string, unknown>): void;
}

export interface LogOptions {
  level: string;
  /** Fields of every line. */
  fields: Record<string, unknown>;
  /** The values that must not appear, as of now. */
  secrets: () => readonly string[];
}

/** Shorter values are ordinary words as often as they are secrets. */
const SHORTEST_SECRET = 6;

export function createLog({ level, fields, secrets }: LogOptions): Log {
  const line = winston.format.printf((info) => {
    const { level: severity, message, whole, ...rest } = info;
    if (typeof whole === 'string') return whole;
    return redacted(
      {
        timestamp: new Date().toISOString(),
        level: severity,
        event: message,
        ...fields,
        ...rest,
      },
      secrets(),
    );
  });
  const logger = winston.createLogger({
    levels: { audit: 0, error: 1, warn: 2, info: 3, debug: 4 },
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
    record: (record) => {
      logger.log({ level: 'audit', message: '', whole: JSON.stringify(record) });
    },
  };
}

/**
 * The value as JSON, with each secret in its texts replaced, as it is and as JSON would write it. Names of fields and
 * numbers stay: a password of digits must not make a price unreadable, nor the line something that is no JSON.
 */
export function redacted(value: unknown, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'string'
      ? forms.reduce((clean, form) => clean.replaceAll(form, '[redacted]'), inner)
      : inner,
  );
}
