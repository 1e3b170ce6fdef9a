/** What people need to work on the process' user tasks in Tasklist: their groups, a filter, and rights. */
import { engine } from './engine.mjs';
import { APPLICATION, FILTER, grant, once, PROCESS_DEFINITION } from './once.mjs';

const FILTER_NAME = 'Manual reviews';

/** The groups that the user tasks of a model are for, each once. */
export function groupsOf(model) {
  const lists = [...model.matchAll(/camunda:candidateGroups="([^"]+)"/g)].map(([, list]) => list.split(','));
  return [...new Set(lists.flat().map((name) => name.trim()))];
}

/** A group as Admin shows it: refund-agents has the name Refund agents. */
export function groupOf(id) {
  const words = id.replaceAll('-', ' ');
  return { id, name: `${words.charAt(0).toUpperCase()}${words.slice(1)}`, type: 'WORKFLOW' };
}

/**
 * The filter lists what one may read. The engine lets the groups of a task read it and work on it, and nobody else but
 * administrators: so it shows to each the tasks of his groups, those taken by a colleague included.
 */
export const filterOf = (processKey) => ({
  resourceType: 'Task',
  name: FILTER_NAME,
  query: { processDefinitionKey: processKey },
  properties: { description: `Tasks of ${processKey} for the groups that you are in`, refresh: true },
});

/** What a group may do beside its tasks. Name and diagram of the process are the process definition's. */
export const rightsOf = (filterId, processKey) => [
  { resourceType: APPLICATION, resourceId: 'tasklist', permissions: ['ACCESS'] },
  { resourceType: FILTER, resourceId: filterId, permissions: ['READ'] },
  { resourceType: PROCESS_DEFINITION, resourceId: processKey, permissions: ['READ'] },
];

/** Ids of the filters with the name, in an order that is the same for whoever looks. */
async function filters() {
  const found = await engine(`/filter?resourceType=Task&name=${encodeURIComponent(FILTER_NAME)}`);
  return found.map(({ id }) => id).sort();
}

/** The filter's id; makes it where there is none of its name. */
async function makeFilter(processKey) {
  const [found] = await filters();
  if (found) return found;
  const { id: made } = await engine('/filter/create', filterOf(processKey));
  console.log(`made the filter ${FILTER_NAME}`);
  // The engine takes two of one name, and another hook may have made one at this time: the first stays.
  const [kept = made, ...others] = await filters();
  for (const id of others) {
    const isGone = async () => !(await filters()).includes(id);
    await once(isGone, () => engine(`/filter/${id}`, undefined, 'DELETE'));
  }
  return kept;
}

/** Makes what is missing, and changes nothing that is there. Groups of a directory (LDAP) are not made. */
export async function prepareReviews(model, processKey, { makeGroups }) {
  const filterId = await makeFilter(processKey);
  for (const groupId of groupsOf(model)) {
    const isThere = async () => (await engine(`/group/count?id=${encodeURIComponent(groupId)}`)).count > 0;
    if (makeGroups && (await once(isThere, () => engine('/group/create', groupOf(groupId)))))
      console.log(`made the group ${groupId}`);
    for (const right of rightsOf(filterId, processKey)) await grant({ groupId }, right);
  }
}
