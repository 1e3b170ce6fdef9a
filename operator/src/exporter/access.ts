/**
 * As whom an engine is asked. Pools that have an engine together may be different users there: each thing is asked for
 * with the credentials of a pool that wants it.
 */
import type { DefinitionRight } from '../../../crds/src/engineRights.ts';
import { EngineCaller } from '../engine/caller.ts';
import { failure } from '../engine/guardedRequest.ts';
import { engineKey } from '../engine/question.ts';
import type { EngineRequest } from '../engine/request.ts';
import { Rights } from '../engine/rights.ts';
import type { ExportedPool } from './engines.ts';

export interface Access {
  ask<T>(request: EngineRequest<T>): Promise<T>;
  /** @throws OperatorError when the engine does not answer the cheapest question that there is */
  alive(): Promise<void>;
  /**
   * Asks the engine for a right, which it does not miss in its answers.
   * @param keys process definitions; left out: all
   * @throws OperatorError that names the grant, or because the engine does not answer
   */
  need(right: DefinitionRight, keys: readonly string[] | undefined): Promise<void>;
}

/** What is missing is a grant: the engine answers, and may answer other questions. */
export const MISSING_RIGHT = 'engine_right';

export class Accesses {
  private readonly callers = new Map<string, EngineCaller>();

  /** Others are not asked any more. */
  keep(pools: readonly ExportedPool[]): void {
    const wanted = new Set(pools.map(({ target }) => engineKey(target)));
    for (const [key, caller] of this.callers) {
      if (wanted.has(key)) continue;
      caller.close();
      this.callers.delete(key);
    }
  }

  startRound(): void {
    for (const caller of this.callers.values()) caller.startRound();
  }

  /** @param failures before: the credentials of another of the pools may be good */
  as(pools: readonly ExportedPool[], failures: number): Access {
    const target = pools[failures % pools.length]?.target;
    if (!target) throw new Error('nobody wants it');
    const key = engineKey(target);
    const caller = this.callers.get(key) ?? new EngineCaller(target, () => undefined);
    this.callers.set(key, caller);
    // Nothing that was found is kept: what is read next is believed for good.
    const rights = new Rights(target.auth && ((query) => caller.right(query)));
    return {
      ask: async (request) => (await caller.ask(request)).value,
      alive: () => caller.probe(),
      need: async (right, processDefinitionKeys) => {
        const objection = await rights.objection({ processDefinitionKeys }, 0, [right]);
        if (objection !== undefined) throw failure('right', objection);
      },
    };
  }

  close(): void {
    for (const caller of this.callers.values()) caller.close();
  }
}
