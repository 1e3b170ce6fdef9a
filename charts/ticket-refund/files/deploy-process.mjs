/**
 * Deploys ticket-refund to the engine, makes the pools' user where there is one of their own, and lets the process' groups
 * into Tasklist. It may run again: an engine that has this very model already makes no new version.
 */
import { readFile } from 'node:fs/promises';
import { engine } from './engine.mjs';
import { prepareReviews } from './reviews.mjs';
import { waitFor } from './wait.mjs';
import { grantWork, isAdministrator, makeUser } from './worker-user.mjs';

const KEY = 'ticket-refund';
const model = await readFile(new URL('./ticket-refund.bpmn', import.meta.url));

const deployment = await waitFor('the engine', Number(process.env.TIMEOUT_SECONDS ?? 600), () => {
  const form = new FormData();
  form.set('deployment-name', KEY);
  form.set('deploy-changed-only', 'true');
  form.set('process', new Blob([model]), `${KEY}.bpmn`);
  return engine('/deployment/create', form);
});
const deployed = Object.keys(deployment.deployedProcessDefinitions ?? {});
console.log(deployed.length > 0 ? `deployed ${deployed.join(', ')}` : `${KEY} has not changed`);

const { WORKER_USERNAME: worker, WORKER_PASSWORD: password, MAKE_WORKER_USER: make } = process.env;
if (worker && !isAdministrator(worker, password, process.env)) {
  if (make === 'true') await makeUser(worker, password);
  await grantWork(worker, KEY);
}

const { PREPARE_REVIEWS: prepare, MAKE_REVIEW_GROUPS: makeGroups } = process.env;
if (prepare === 'true') {
  // Many calls, and a node that took the first may end before the last.
  await waitFor("the reviewers' rights", 30, async () => {
    await prepareReviews(String(model), KEY, { makeGroups: makeGroups === 'true' });
    return true;
  });
}
