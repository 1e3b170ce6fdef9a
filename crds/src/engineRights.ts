/**
 * Rights of the user that workers and operator are to an engine with authorization. The engine says nothing where one
 * is missing: a count is then 0 and a fetch is empty, whatever waits. So it is asked for the right itself.
 */

/** On a process definition. */
export type InstanceRight = 'READ_INSTANCE' | 'UPDATE_INSTANCE' | 'READ_HISTORY';

/** Parameters of `GET /authorization/check`; the right to ask that for oneself everybody has. */
export type RightQuery = Record<'permissionName' | 'resourceName' | 'resourceType' | 'resourceId', string>;

export const RIGHT_PATH = '/authorization/check';

const EVERY = '*';

/**
 * Ways to have a right for all tasks that are asked for: one of these groups has to be granted whole.
 * @param keys process definitions; left out: all
 */
export function waysToHave(right: InstanceRight, keys: readonly string[] | undefined): RightQuery[][] {
  const onDefinitions = (keys ?? [EVERY]).map((resourceId) => ({
    permissionName: right,
    resourceName: 'PROCESS_DEFINITION',
    resourceType: '6',
    resourceId,
  }));
  if (right === 'READ_HISTORY') return [onDefinitions];
  const onInstances = {
    permissionName: right === 'READ_INSTANCE' ? 'READ' : 'UPDATE',
    resourceName: 'PROCESS_INSTANCE',
    resourceType: '8',
    resourceId: EVERY,
  };
  return [onDefinitions, [onInstances]];
}

/** What to grant, for people. */
export function grantOf(right: InstanceRight, keys: readonly string[] | undefined): string {
  return keys
    ? `${right} on the process definition${keys.length > 1 ? 's' : ''} ${keys.join(', ')}`
    : `${right} on all process definitions`;
}
