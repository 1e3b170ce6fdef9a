/**
 * Whether the operator's user may see what a question is about. An engine with authorization counts 0 tasks for a user
 * who may not, and shows an empty history, which nothing in its answer tells: unknown would look like none.
 */
import {
  type DefinitionRight,
  grantOf,
  type RightQuery,
  waysToHave,
} from '../../../crds/src/engineRights.ts';
import type { Question } from './question.ts';

/** How long a right that was found holds without a failure in between, in ms: it may be taken away. */
const GRANTED_MS = 60_000;
/** A missing one is looked for again sooner: somebody is about to grant it. */
const MISSING_MS = 5_000;

/** What the engine does where a right is missing; the workers are the same user. */
const WITHOUT: Record<DefinitionRight, string> = {
  READ_INSTANCE: 'the engine counts nothing for a user without the right to see it',
  UPDATE_INSTANCE: 'the engine gives no tasks to a user without the right to them',
  READ_HISTORY: 'the engine shows no history to a user without the right to it',
};
/** What scaling by a count needs: tasks that are seen, and workers that get them. */
const FOR_TASKS: readonly DefinitionRight[] = ['READ_INSTANCE', 'UPDATE_INSTANCE'];

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
   * Why an answer is not to be believed, or of no use; undefined when it is.
   * @throws what `ask` throws
   */
  async objection(
    { processDefinitionKeys: keys }: Pick<Question, 'processDefinitionKeys'>,
    now: number,
    rights = FOR_TASKS,
  ): Promise<string | undefined> {
    if (!this.ask) return undefined;
    const others = keys ? '' : ', or name those that it may use in spec.engine.processDefinitionKeys';
    for (const right of rights) {
      if (await this.has(right, keys, now, this.ask)) continue;
      return `${WITHOUT[right]}: grant ${grantOf(right, keys)}${others}`;
    }
    return undefined;
  }

  /** The engine failed: it may come back with other grants. */
  forget(): void {
    this.findings.clear();
  }

  private async has(
    right: DefinitionRight,
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
