/** An engine whose users are in an LDAP directory, with what charts/ticket-refund renders for that; OpenLDAP from Debian. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installPackage } from '../cluster/packages.ts';
import { deployProcess, type EngineNode, startEngine } from '../engine/camunda.ts';
import { EngineClient } from '../engine/client.ts';
import { runDeployHook } from '../engine/deployHook.ts';
import { type Postgres, startPostgres } from '../engine/postgres.ts';
import { environment } from '../environment/environment.ts';
import { freePort } from '../integration/workerHarness.ts';
import { podTemplates, renderChart } from '../network/rendered.ts';
import { type RunningProcess, run, startProcess } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';

const SUFFIX = 'dc=example,dc=com';
const MANAGER = `cn=manager,${SUFFIX}`;
const ENGINE_CONFIG = 'ConfigMap camunda-platform';
const user = (id: string) =>
  `dn: uid=${id},ou=people,${SUFFIX}\nobjectClass: inetOrgPerson\nuid: ${id}\ncn: ${id}\nsn: ${id}\nuserPassword: ${id}-password\n`;
const group = (id: string, member: string) =>
  `dn: cn=${id},ou=groups,${SUFFIX}\nobjectClass: groupOfNames\ncn: ${id}\nmember: uid=${member},ou=people,${SUFFIX}\n`;
const DIRECTORY = [
  `dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`,
  ...['people', 'groups'].map((ou) => `dn: ou=${ou},${SUFFIX}\nobjectClass: organizationalUnit\nou: ${ou}\n`),
  user('alice'),
  user('bob'),
  user('carol'),
  group('engine-admins', 'alice'),
  group('refund-agents', 'carol'),
].join('\n');

/** What the chart makes of charts/checks/values/ticket-refund/ldap.yaml: the engine's properties, and its variables. */
async function renderedFor(directoryURL: string) {
  const objects = await renderChart('ticket-refund', 'ticket-refund', 'refunds', {
    values: ['../checks/values/ticket-refund/ldap.yaml'],
    set: [`engine.ldap.settings.serverUrl=${directoryURL}`],
  });
  const config = objects.find(({ kind, metadata }) => `${kind} ${metadata.name}` === ENGINE_CONFIG);
  const engine = podTemplates(objects).find(({ of }) => of === 'Deployment camunda-platform');
  type Variable = { name: string; valueFrom?: { secretKeyRef?: { name: string } } };
  const variables = engine?.spec.containers[0].env as Variable[];
  const ofManager = variables.find(({ valueFrom }) => valueFrom?.secretKeyRef?.name === 'ldap-manager');
  return { stack: String(config?.data['stack.yaml']), managerVariable: String(ofManager?.name) };
}

describe('an engine with an LDAP directory', () => {
  let home: string;
  let directory: RunningProcess;
  let postgres: Postgres;
  let engine: EngineNode;
  const as = (username: string, password = `${username}-password`) => ({ username, password });
  const status = async (auth: { username: string; password: string }) => {
    const authorization = `Basic ${btoa(`${auth.username}:${auth.password}`)}`;
    return (await fetch(`${engine.baseURL}/external-task/count`, { headers: { authorization } })).status;
  };

  beforeAll(async () => {
    await installPackage('slapd', () => existsSync('/usr/sbin/slapd'));
    home = mkdtempSync(join(tmpdir(), 'frwp-ldap-'));
    await run('chmod', ['755', home]); // PostgreSQL runs as a user of its own
    const ldapPort = await freePort();
    mkdirSync(join(home, 'directory'));
    const config = join(home, 'slapd.conf');
    const schemas = ['core', 'cosine', 'inetorgperson'].map(
      (name) => `include /etc/ldap/schema/${name}.schema`,
    );
    const database = [
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      'database mdb',
      `suffix "${SUFFIX}"`,
      `rootdn "${MANAGER}"`,
      'rootpw manager-password',
      `directory ${join(home, 'directory')}`,
    ];
    writeFileSync(config, [...schemas, ...database, ''].join('\n'));
    writeFileSync(join(home, 'directory.ldif'), DIRECTORY);
    await run('/usr/sbin/slapadd', ['-f', config, '-l', join(home, 'directory.ldif')]);
    directory = await startProcess({
      name: 'slapd',
      command: '/usr/sbin/slapd',
      args: ['-f', config, '-h', `ldap://127.0.0.1:${ldapPort}`, '-d', '0'],
      logFile: join(environment().logs, 'slapd.log'),
    });
    postgres = await startPostgres({
      dataDir: join(home, 'postgres'),
      address: '127.0.0.1',
      port: await freePort(),
      logFile: join(environment().logs, 'postgres-of-ldap.log'),
    });
    const { stack, managerVariable } = await renderedFor(`ldap://127.0.0.1:${ldapPort}`);
    writeFileSync(join(home, 'stack.yaml'), stack);
    engine = await startEngine({
      address: '127.0.0.1',
      port: await freePort(),
      postgresURL: postgres.url,
      logFile: join(environment().logs, 'engine-with-ldap.log'),
      basicAuth: as('alice'),
      env: {
        SPRING_CONFIG_ADDITIONALLOCATION: `file:${join(home, 'stack.yaml')}`,
        // In the chart it comes from a Secret.
        [managerVariable]: 'manager-password',
      },
    });
  }, 240_000);

  afterAll(async () => {
    await engine?.stop();
    await postgres?.stop();
    await directory?.stop();
    if (home) rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test('lets the users of the directory in by their passwords there, and nobody else', async () => {
    expect(await status(as('alice'))).toBe(200);
    expect(await status(as('bob'))).toBe(200);
    expect(await status(as('alice', 'wrong'))).toBe(401);
    expect(await status(as('demo', 'demo'))).toBe(401);
  });

  test('gives the rights of an administrator to the members of the named group, and to them alone', async () => {
    await deployProcess(engine.baseURL, { basicAuth: as('alice') });
    await expect(deployProcess(engine.baseURL, { basicAuth: as('bob'), key: 'other' })).rejects.toThrow(
      /403/,
    );
    const auth = as('alice');
    const authorization = `Basic ${btoa(`${auth.username}:${auth.password}`)}`;
    const groups = await waitFor('the groups', async () => {
      const response = await fetch(`${engine.baseURL}/identity/groups?userId=alice`, {
        headers: { authorization },
      });
      return (await response.json()) as { groups: { id: string }[] };
    });
    expect(groups.groups.map(({ id }) => id)).toEqual(['engine-admins']);
  });

  test('lets those into Tasklist whom the directory has in a group of the process, once the chart’s hook has run', async () => {
    const right = async (username: string) => {
      const { http } = new EngineClient(engine.baseURL, { basicAuth: as(username) });
      const tasklist = {
        permissionName: 'ACCESS',
        resourceName: 'application',
        resourceType: 0,
        resourceId: 'tasklist',
      };
      const { data } = await http.get<{ authorized: boolean }>('/authorization/check', { params: tasklist });
      return data.authorized;
    };
    expect(await right('carol')).toBe(false);
    await runDeployHook(engine.baseURL, as('alice'), true);
    await runDeployHook(engine.baseURL, as('alice'), true); // changes nothing
    expect(await right('carol')).toBe(true);
    expect(await right('bob')).toBe(false);
  });
});
