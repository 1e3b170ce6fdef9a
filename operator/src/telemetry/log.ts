/** JSON lines on standard output. */
import winston from 'winston';
import { toEcs } from '../../../crds/src/ecs.ts';

export type Logger = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug'>;

const SERVICE = 'fareruleworkerpool-operator';

/** @param format `ecs` is Elastic Common Schema; anything else is flat JSON. */
export function createLogger(level: string, format = 'json'): Logger {
  const ecs = winston.format.printf((info) => JSON.stringify(toEcs(info, { service: SERVICE })));
  return winston.createLogger({
    level,
    format: winston.format.combine(
      winston.format.timestamp(),
      format === 'ecs' ? ecs : winston.format.json(),
    ),
    defaultMeta: { component: 'operator' },
    transports: [new winston.transports.Console()],
  });
}
