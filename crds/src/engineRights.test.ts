import { describe, expect, it } from '@jest/globals';
import { grantOf, waysToHave } from './engineRights.ts';

const asked = (keys: string[] | undefined) =>
  waysToHave('UPDATE_INSTANCE', keys).map((way) =>
    way.map(
      ({ permissionName, resourceName, resourceId }) => `${permissionName} ${resourceName} ${resourceId}`,
    ),
  );

describe('a right for tasks', () => {
  it('is one for each process definition that is named, or one for all process instances', () => {
    expect(asked(['a', 'b'])).toEqual([
      ['UPDATE_INSTANCE PROCESS_DEFINITION a', 'UPDATE_INSTANCE PROCESS_DEFINITION b'],
      ['UPDATE PROCESS_INSTANCE *'],
    ]);
  });

  it('is one for all process definitions where none is named', () => {
    expect(asked(undefined)[0]).toEqual(['UPDATE_INSTANCE PROCESS_DEFINITION *']);
  });

  it('to the history is one for each process definition, which none on instances replaces', () => {
    expect(waysToHave('READ_HISTORY', ['a'])).toEqual([
      [
        {
          permissionName: 'READ_HISTORY',
          resourceName: 'PROCESS_DEFINITION',
          resourceType: '6',
          resourceId: 'a',
        },
      ],
    ]);
  });

  it.each([
    [undefined, 'READ_INSTANCE on all process definitions'],
    [['a'], 'READ_INSTANCE on the process definition a'],
    [['a', 'b'], 'READ_INSTANCE on the process definitions a, b'],
  ])('is said in words: %p', (keys, words) => {
    expect(grantOf('READ_INSTANCE', keys)).toBe(words);
  });
});
