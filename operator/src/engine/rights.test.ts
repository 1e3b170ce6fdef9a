import { describe, expect, it } from '@jest/globals';
import type { RightQuery } from '../../../crds/src/engineRights.ts';
import { Rights } from './rights.ts';

const question = (processDefinitionKeys?: string[]) => ({
  topic: 't',
  lockDurationMs: 1,
  processDefinitionKeys,
});
/** An engine that grants these, as `right resource-id`. */
function granting(...granted: string[]) {
  const asked: string[] = [];
  const ask = async ({ permissionName, resourceId }: RightQuery) => {
    asked.push(`${permissionName} ${resourceId}`);
    return granted.includes(`${permissionName} ${resourceId}`);
  };
  return { asked, rights: new Rights(ask) };
}

describe('a count is not believed', () => {
  it('without the right to read the tasks of a process definition that the pool names', async () => {
    const { rights } = granting('READ_INSTANCE a');
    expect(await rights.objection(question(['a', 'b']), 0)).toMatch(
      /grant READ_INSTANCE on the process definitions a, b$/,
    );
  });

  it('without the right for all process definitions where the pool names none', async () => {
    const { rights } = granting('READ_INSTANCE a');
    expect(await rights.objection(question(), 0)).toMatch(
      /^the engine counts nothing for .*all process definitions, or name those/,
    );
  });

  it('without the right to take the tasks, for workers that get none', async () => {
    const { rights } = granting('READ_INSTANCE a');
    expect(await rights.objection(question(['a']), 0)).toMatch(
      /^the engine gives no tasks to .*grant UPDATE_INSTANCE on the process definition a$/,
    );
  });
});

it('a history is not believed without the right to it, whatever else is granted', async () => {
  const { rights } = granting('READ_INSTANCE a', 'UPDATE_INSTANCE a', 'READ *');
  const missing = await rights.objection(question(['a']), 0, ['READ_HISTORY']);
  expect(missing).toMatch(
    /^the engine shows no history to .*grant READ_HISTORY on the process definition a$/,
  );
  expect(await rights.objection(question(['a']), 0)).toBeUndefined();
});

describe('a count is believed', () => {
  it.each<[string, string[] | undefined, string[]]>([
    ['with the rights for each definition', ['a'], ['READ_INSTANCE a', 'UPDATE_INSTANCE a']],
    ['with the rights for all definitions', undefined, ['READ_INSTANCE *', 'UPDATE_INSTANCE *']],
    ['with the rights for all instances', ['a'], ['READ *', 'UPDATE *']],
  ])('%s', async (_what, keys, grants) => {
    expect(await granting(...grants).rights.objection(question(keys), 0)).toBeUndefined();
  });

  it('of an engine that does not know of rights, or asks nobody who they are', async () => {
    expect(await new Rights(async () => undefined).objection(question(), 0)).toBeUndefined();
    expect(await new Rights(undefined).objection(question(), 0)).toBeUndefined();
  });
});

describe('a finding', () => {
  it('holds for a minute when the right is there, and for seconds when it is missing', async () => {
    const granted = granting('READ_INSTANCE a', 'UPDATE_INSTANCE a');
    for (const now of [0, 59_999, 60_000]) await granted.rights.objection(question(['a']), now);
    expect(granted.asked).toHaveLength(4);
    const missing = granting();
    for (const now of [0, 4_999, 5_000]) await missing.rights.objection(question(['a']), now);
    expect(missing.asked).toHaveLength(4);
  });

  it('does not outlive a failure', async () => {
    let failing = true;
    const rights = new Rights(async () => {
      if (failing) throw new Error('away');
      return true;
    });
    await expect(rights.objection(question(), 0)).rejects.toThrow('away');
    failing = false;
    expect(await rights.objection(question(), 0)).toBeUndefined();
  });
});
