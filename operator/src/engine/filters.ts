/**
 * Whether an engine knows the filters of a question. An older one ignores what it does not know and counts
 * the tasks of others too, which nothing in its answer tells: so it is asked for a value that no task has.
 */
import type { Query, Question } from './question.ts';

/** How long a finding holds without a failure in between, in ms: engines behind one URL may be exchanged. */
const VALID_MS = 60_000;
const NO_SUCH_VALUE = 'farerules.dev/no-such-value';

interface Filter {
  parameter: string;
  field: string;
  /** First version that knows it, where that is documented. */
  since?: string;
  used: (question: Question) => boolean;
}

const FILTERS: readonly Filter[] = [
  {
    parameter: 'processDefinitionKeyIn',
    field: 'spec.engine.processDefinitionKeys',
    since: '7.24',
    used: ({ processDefinitionKeys }) => processDefinitionKeys !== undefined,
  },
  {
    parameter: 'tenantIdIn',
    field: 'spec.engine.tenantIds',
    used: ({ tenantIds }) => tenantIds !== undefined,
  },
];

export class FilterSupport {
  private readonly count: (query: Query) => Promise<number>;
  private readonly findings = new Map<string, { known: Promise<boolean>; until: number }>();

  /** @param count how many external tasks of the engine match */
  constructor(count: (query: Query) => Promise<number>) {
    this.count = count;
  }

  /**
   * Why an answer to this question that is more than zero is not to be believed; undefined when it is.
   * Ask only after such an answer: while the engine has no task, every filter seems to work.
   * @throws what `count` throws
   */
  async objection(question: Question, now: number): Promise<string | undefined> {
    for (const { parameter, field, since, used } of FILTERS) {
      if (used(question) && !(await this.knows(parameter, now))) {
        const version = since === undefined ? 'a version that does' : `version ${since} or newer`;
        return `the engine does not know the filter of ${field} and counts tasks of others too: use ${version}, or leave out ${field}`;
      }
    }
    return undefined;
  }

  /** The engine failed: it may come back as another version. */
  forget(): void {
    this.findings.clear();
  }

  private knows(parameter: string, now: number): Promise<boolean> {
    const found = this.findings.get(parameter);
    if (found && now < found.until) return found.known;
    // Of all tasks of the engine, so that one that ends just now does not matter.
    const known = this.count({ [parameter]: NO_SUCH_VALUE }).then((count) => count === 0);
    this.findings.set(parameter, { known, until: now + VALID_MS });
    known.catch(() => this.findings.delete(parameter));
    return known;
  }
}
