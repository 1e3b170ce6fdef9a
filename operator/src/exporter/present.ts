/** What there is right now in an engine: instances and incidents of each process, and tasks that wait for a worker. */
import { pendingQuery } from '../engine/question.ts';
import { countOf } from '../engine/request.ts';
import { errorCode } from '../errors.ts';
import { type Access, MISSING_RIGHT } from './access.ts';
import type { ExportedPool } from './engines.ts';

/** What is absent is unknown. */
export interface PresentFigures {
  active?: number;
  openIncidents?: number;
}

/** Does something as one of the pools that want it. */
export type Attempt = (
  what: string,
  pools: readonly ExportedPool[],
  read: (access: Access) => Promise<void>,
) => Promise<void>;

/** A longer answer of an engine's count would be something else. */
const COUNT_BYTES = 4_096;

export class Present {
  /** Tasks that wait, of each topic. */
  readonly pending = new Map<string, number>();
  private readonly processes: ReadonlyMap<string, PresentFigures>;
  private readonly attempt: Attempt;
  private topics: ReadonlySet<string> = new Set();

  constructor(processes: ReadonlyMap<string, PresentFigures>, attempt: Attempt) {
    this.processes = processes;
    this.attempt = attempt;
  }

  /** Of other topics nothing is told any more. */
  keep(topics: ReadonlySet<string>): void {
    this.topics = topics;
    for (const topic of this.pending.keys()) if (!topics.has(topic)) this.pending.delete(topic);
  }

  /** @throws OperatorError also for a right that is missing, when everything else has been read */
  async read(
    poolsOf: (process: string) => readonly ExportedPool[],
    poolsWith: (topic: string) => readonly ExportedPool[],
  ): Promise<void> {
    let missing: unknown;
    try {
      for (const [process, figures] of this.processes) {
        missing = (await this.readProcess(process, figures, poolsOf(process))) ?? missing;
      }
      for (const topic of this.topics) {
        missing = (await this.readTopic(topic, poolsWith(topic))) ?? missing;
      }
    } catch (error) {
      // Unknown is not what it was.
      for (const figures of this.processes.values()) forget(figures);
      this.pending.clear();
      throw error;
    }
    if (missing !== undefined) throw missing;
  }

  /** Returns the error that a right is missing. */
  private readProcess(
    process: string,
    figures: PresentFigures,
    pools: readonly ExportedPool[],
  ): Promise<unknown> {
    const read = this.attempt(`present ${process}`, pools, async (access) => {
      await access.need('READ_INSTANCE', [process]);
      figures.active = await count(access, '/process-instance/count', { processDefinitionKey: process });
      figures.openIncidents = await count(access, '/incident/count', { processDefinitionKeyIn: process });
    });
    return read.catch((error) => missingRight(error, () => forget(figures)));
  }

  private readTopic(topic: string, pools: readonly ExportedPool[]): Promise<unknown> {
    const named = pools.map(({ target }) => target.processDefinitionKeys ?? []);
    const keys = named.every((some) => some.length > 0) ? [...new Set(named.flat())] : undefined;
    const read = this.attempt(`topic ${topic}`, pools, async (access) => {
      await access.need('READ_INSTANCE', keys);
      const tasks = await count(access, '/external-task/count', pendingQuery({ topic, lockDurationMs: 0 }));
      // Its last pool may have gone meanwhile.
      if (this.topics.has(topic)) this.pending.set(topic, tasks);
    });
    return read.catch((error) => missingRight(error, () => this.pending.delete(topic)));
  }
}

const count = (access: Access, path: string, params: Record<string, string>): Promise<number> =>
  access.ask({ path, params, expected: 'a count', read: countOf, maxBytes: COUNT_BYTES });

function forget(figures: PresentFigures): void {
  delete figures.active;
  delete figures.openIncidents;
}

/** Only what is not seen is unknown then. @throws any other error */
function missingRight(error: unknown, forgetIt: () => void): unknown {
  if (errorCode(error) !== MISSING_RIGHT) throw error;
  forgetIt();
  return error;
}
