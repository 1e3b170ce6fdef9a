/** Engine nodes and what is deployed to them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import axios from 'axios';
import { type RunningProcess, startProcess, tail } from '../support/process.ts';
import { waitFor } from '../support/wait.ts';
import { buildEngine } from './build.ts';

const BPMN = join(import.meta.dirname, '../../manifests/process/ticket-refund.bpmn');

const MAIN_CLASS = 'dev.farerules.engine.EngineApplication';

export const PROCESS_KEY = 'ticket-refund';
export const TOPIC = 'analyze-fare-rules';

export interface BasicAuth {
  username: string;
  password: string;
}

export interface EngineOptions {
  address: string;
  port: number;
  /** As in `Postgres.url`. Nodes with the same one are a cluster; let the first create the schema alone. */
  postgresURL: string;
  logFile: string;
  /** Turns authentication on for the REST API; this user is the engine's administrator. */
  basicAuth?: BasicAuth;
  /** Further properties as environment variables, for example `REFUND_SLADURATION`. */
  env?: Record<string, string>;
  /** Arguments of Java that name another application, for example `['-jar', path]`. */
  launch?: string[];
  /** How far its clock is off, for example `+25s`. Needs the Debian package faketime. */
  clock?: string;
}

export interface EngineNode extends RunningProcess {
  /** `http://address:port/engine-rest` */
  baseURL: string;
  /** Cockpit, Tasklist and Admin. */
  webappURL: string;
}

/**
 * Starts a node (building the application if need be) and waits until its REST API answers.
 * @throws Error when it does not within two minutes, with the end of its log.
 */
export async function startEngine(options: EngineOptions): Promise<EngineNode> {
  const launch = options.launch ?? application((await buildEngine()).jar);
  const database = new URL(options.postgresURL);
  // The first compiler only: a node that runs for minutes gains nothing from the second.
  const java = ['java', '-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...launch];
  const [command = '', ...args] = options.clock ? ['faketime', '-f', options.clock, ...java] : java;
  const node = await startProcess({
    name: `camunda-${options.port}`,
    command,
    args,
    env: {
      SERVER_ADDRESS: options.address,
      SERVER_PORT: String(options.port),
      DB_URL: `jdbc:postgresql://${database.host}${database.pathname}`,
      DB_USERNAME: database.username,
      DB_PASSWORD: database.password,
      ...(options.basicAuth && {
        REFUND_RESTBASICAUTH: 'true',
        ADMIN_USERNAME: options.basicAuth.username,
        ADMIN_PASSWORD: options.basicAuth.password,
      }),
      ...options.env,
    },
    logFile: options.logFile,
  });
  const origin = `http://${options.address}:${options.port}`;
  try {
    await waitFor(
      `the engine at ${origin}`,
      async () => {
        if (!node.alive()) return true;
        return axios.get(`${origin}/engine-rest/engine`, {
          auth: options.basicAuth,
          timeout: 5_000,
          proxy: false,
        });
      },
      { timeoutMs: 120_000 },
    );
    if (!node.alive()) throw new Error('it ended');
  } catch (error) {
    await node.stop();
    throw new Error(`the engine did not start: ${(error as Error).message}\n${tail(options.logFile)}`);
  }
  return { ...node, baseURL: `${origin}/engine-rest`, webappURL: `${origin}/camunda/app/` };
}

/**
 * Not `-jar`: Tomcat looks for the web applications' resources in the jars of the class path alone, not in those that a
 * jar's manifest adds, and Tasklist would stay empty.
 */
const application = (jar: string) => ['-cp', `${jar}:${join(dirname(jar), 'lib', '*')}`, MAIN_CLASS];

export interface DeployOptions {
  /** Another process key, for tests that must not meet the workers of a pool. */
  key?: string;
  /** Another topic, likewise. */
  topic?: string;
  basicAuth?: BasicAuth;
}

export interface Deployed {
  definitionId: string;
  deploymentId: string;
}

/**
 * Deploys the ticket-refund process, once for each content.
 * @throws AxiosError when the engine refuses it.
 */
export async function deployProcess(baseURL: string, options: DeployOptions = {}): Promise<Deployed> {
  const { key = PROCESS_KEY, topic = TOPIC } = options;
  const bpmn = readFileSync(BPMN, 'utf8')
    .replaceAll(`"${PROCESS_KEY}"`, `"${key}"`)
    .replaceAll(`"${TOPIC}"`, `"${topic}"`);
  const form = new FormData();
  form.set('deployment-name', key);
  form.set('deploy-changed-only', 'true');
  form.set('process', new Blob([bpmn]), `${key}.bpmn`);
  const http = axios.create({ baseURL, auth: options.basicAuth, timeout: 30_000, proxy: false });
  await http.post('/deployment/create', form);
  type Definition = { id: string; deploymentId: string };
  const { data } = await http.get<Definition>(`/process-definition/key/${key}`);
  return { definitionId: data.id, deploymentId: data.deploymentId };
}
