/** The worker's image without a cluster: `docker run -e CAMUNDA_URL -e OPENAI_API_KEY`. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { archiveOf } from '../cluster/images.ts';
import { type DockerEngine, dockerEngine } from '../docker/dockerEngine.ts';
import { environment } from '../environment/environment.ts';
import { type StandIn, startStandIn } from '../llm/standIn.ts';
import { STATE } from '../support/paths.ts';
import { run } from '../support/process.ts';
import { deployRefundProcess, type RefundProcess, uniqueBooking } from './refundProcess.ts';

let engine: DockerEngine;
let refunds: RefundProcess;
let llm: StandIn;
let image: string;

beforeAll(async () => {
  refunds = await deployRefundProcess();
  llm = await startStandIn();
  engine = await dockerEngine();
  image = environment().images.worker;
  if (environment().cluster === 'local') await load(image);
  process.env.DOCKER_HOST = engine.host;
  // Its image may not be there; afterAll stops what was started.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
}, 180_000);

afterAll(async () => {
  await engine?.stop();
  await llm?.stop();
  await refunds?.remove();
}, 60_000);

/** From the archive that the node has it from, in the form that Docker reads. */
async function load(name: string): Promise<void> {
  const archive = join(STATE, 'worker-for-docker.tar');
  await run('buildah', ['pull', '--quiet', `oci-archive:${archiveOf(name)}`]);
  await run('buildah', ['push', '--quiet', name, `docker-archive:${archive}:${name}`]);
  await engine.docker('load', '--quiet', '--input', archive);
  rmSync(archive);
}

function start(env: Record<string, string>): Promise<StartedTestContainer> {
  return new GenericContainer(image)
    .withNetworkMode('host')
    .withEnvironment({ METRICS_PORT: '0', ...env })
    .withWaitStrategy(Wait.forLogMessage('"event":"engine_reached"'))
    .withStartupTimeout(30_000)
    .start();
}

test('decides a refund with two variables set, and ends cleanly when it is stopped', async () => {
  const worker = await start({
    CAMUNDA_URL: environment().engines.join(','),
    CAMUNDA_TOPIC: refunds.topic,
    OPENAI_API_KEY: 'sk-of-the-tests',
    OPENAI_BASE_URL: llm.baseURL,
  });
  const id = await refunds.start({
    bookingId: uniqueBooking(),
    ticketClass: 'Business',
    daysUntilFlight: 30,
  });
  expect(await refunds.engine.waitUntilEnded(id)).toBe('EndEvent_FullRefund');
  const container = worker.getId();
  await worker.stop({ remove: false, timeout: 20_000 });
  const code = await engine.docker('inspect', '--format', '{{.State.ExitCode}}', container);
  expect(code.trim()).toBe('0');
  await engine.docker('rm', container);
}, 120_000);
