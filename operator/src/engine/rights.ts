/**
 * Whether the operator's user may see the tasks that a question is about. An engine with authorization counts 0 for a
 * user who may not, which nothing in its answer tells: unknown would look like none.
 */
import { grantOf, type InstanceRight, type RightQuery, waysToHave } from '../../../crds/src/engineRights.ts';
import type { Question } from './question.ts';

/** How long a right that was found holds without a failure in between, in ms: it may be taken away. */
const GRANTED_MS = 60_000;
/** A missing one is looked for again sooner: somebody is about to grant it. */
const MISSING_MS = 5_000;

/** What the engine does where a right is missing; the workers are the same user. */
const WITHOUT: readonly [InstanceRight, string][] = [
  ['READ_INSTANCE', 'the engine counts no tasks for'],
  ['UPDATE_INSTANCE', 'the engine gives no tasks to'],
];

type Ask = (query: RightQuery) => Promise<boolean | undefined>;

export class Rights {
  private readonly ask: Ask | undefined;
  private readonly findings = new Map<string, { granted: Promise<boolean>; until: number }>();

  /**
   * @param ask whether a right is granted; undefined where the engine does not say. Left out for an engine that asks
   * nobody who they are.
   */
  constructor(ask: Ask | undefined) {
    this.ask = ask;
  }

  /**
   * Why a count is not to be believed, or of no use; undefined when it is.
   * @throws what `ask` throws
   */
  async objection({ processDefinitionKeys: keys }: Question, now: number): Promise<string | undefined> {
    const others = keys ? '' : ', or name those that it may use in spec.engine.processDefinitionKeys';
    for (const [right, without] of WITHOUT) {
      const grant = await this.lacking(right, keys, now);
      if (grant) return `${without} a user without the right to them: grant ${grant}${others}`;
    }
    return undefined;
  }

  /**
   * What to grant for this right; undefined when it is there.
   * @throws what `ask` throws
   */
  async lacking(
    right: InstanceRight,
    keys: readonly string[] | undefined,
    now: number,
  ): Promise<string | undefined> {
    if (!this.ask || (await this.has(right, keys, now, this.ask))) return undefined;
    return grantOf(right, keys);
  }

  /** The engine failed: it may come back with other grants. */
  forget(): void {
    this.findings.clear();
  }

  private async has(
    right: InstanceRight,
    keys: readonly string[] | undefined,
    now: number,
    ask: Ask,
  ): Promise<boolean> {
    const name = JSON.stringify([right, keys]);
    const found = this.findings.get(name);
    if (found && now < found.until) return found.granted;
    const granted = grantedWhole(waysToHave(right, keys), ask);
    const finding = { granted, until: now + MISSING_MS };
    this.findings.set(name, finding);
    try {
      if (await granted) finding.until = now + GRANTED_MS;
    } catch (error) {
      this.findings.delete(name);
      throw error;
    }
    return granted;
  }
}

/** Whether one way is granted whole. What the engine does not say is taken for granted: it has no such rights. */
async function grantedWhole(ways: RightQuery[][], ask: Ask): Promise<boolean> {
  for (const way of ways) {
    const answers = await Promise.all(way.map(ask));
    if (answers.every((answer) => answer !== false)) return true;
  }
  return false;
}
