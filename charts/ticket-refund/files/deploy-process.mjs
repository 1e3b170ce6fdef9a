/**
 * Deploys ticket-refund to the engine, and makes the pools' user where there is one of their own. It may run again: an engine
 * that has this very model already makes no new version.
 */
import { readFile } from 'node:fs/promises';
import { engine } from './engine.mjs';
import { waitFor } from './wait.mjs';
import { grant, isAdministrator, makeUser } from './worker-user.mjs';

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
  await grant(worker, KEY);
}
