/**
 * Rights of the user that workers and operator are to an engine with authorization. The engine says nothing where one
 * is missing: a count is then 0 and a fetch is empty, whatever waits. So it is asked for the right itself.
 */

/** On a process definition, for its tasks. */
export type InstanceRight = 'READ_INSTANCE' | 'UPDATE_INSTANCE';
/** On a process definition, for what operator and workers do together. */
export type DefinitionRight = InstanceRight | 'READ_HISTORY';

/** Parameters of `GET /authorization/check`; the right to ask that for oneself everybody has. */
export type RightQuery = Record<'permissionName' | 'resourceName' | 'resourceType' | 'resourceId', string>;

export const RIGHT_PATH = '/authorization/check';

const EVERY = '*';

/**
 * Ways to have a right for all that is asked for: one of these groups has to be granted whole.
 * @param keys process definitions; left out: all
 */
export function waysToHave(right: DefinitionRight, keys: readonly string[] | undefined): RightQuery[][] {
  const onDefinitions = (keys ?? [EVERY]).map((resourceId) => ({
    permissionName: right,
    resourceName: 'PROCESS_DEFINITION',
    resourceType: '6',
    resourceId,
  }));
  // There is a right on the history of single instances, but an engine looks at it only where it is told to.
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
export function grantOf(right: DefinitionRight, keys: readonly string[] | undefined): string {
  return keys
    ? `${right} on the process definition${keys.length > 1 ? 's' : ''} ${keys.join(', ')}`
    : `${right} on all process definitions`;
}
