/**
 * Makes the Secrets of secrets.json that are not there, each with a password by chance. One that is there stays as it is,
 * whoever made it: a database remembers its password. No password is printed. It may run again.
 */
import { readFile } from 'node:fs/promises';
import { outcomeOf, withPassword } from './new-secret.mjs';
import { waitFor } from './wait.mjs';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** For each Secret: the Role was made a moment ago, and so was the NetworkPolicy that lets this pod out. */
const SECONDS = 120;

const { KUBERNETES_SERVICE_HOST: address, KUBERNETES_SERVICE_PORT: port } = process.env;
const host = address.includes(':') ? `[${address}]` : address;
const token = await readFile(`${ACCOUNT}/token`, 'utf8');
const namespace = await readFile(`${ACCOUNT}/namespace`, 'utf8');

for (const secret of JSON.parse(await readFile(new URL('./secrets.json', import.meta.url), 'utf8'))) {
  const { name } = secret.metadata;
  const outcome = await waitFor(`the Secret ${name}`, SECONDS, async () => {
    const response = await fetch(`https://${host}:${port}/api/v1/namespaces/${namespace}/secrets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(withPassword(secret)),
      signal: AbortSignal.timeout(10_000),
    });
    return outcomeOf(response.status, await response.json().catch(() => undefined));
  });
  console.log(`${outcome} ${name}`);
}
