/** Who is measured: ours as its image has it, and each peer, all as processes of this machine. */
import { join } from 'node:path';
import type { WorkerEnvText } from '@farerules/crds/workerEnv';
import type { RunningProcess } from '../../support/process.ts';
import type { WorkerPeer } from '../figures.ts';
import { bundled } from '../image.ts';
import type { Backends } from './backends.ts';
import { pythonWithClient } from './peers/python.ts';

const PEERS = join(import.meta.dirname, 'peers');

export interface Work {
  /** Base URLs of engine nodes. A client that knows one gets the first. */
  engines: string[];
  topic: string;
  /** Base URL of the model. */
  llm: string;
}

export interface Side {
  peer: WorkerPeer | null;
  /** Starts one worker. */
  start(backends: Backends, work: Work): Promise<RunningProcess>;
}

let started = 0;
const named = (peer: string) => `${peer}-${++started}`;

export const ours = (env: WorkerEnvText): Side => ({
  peer: null,
  async start(backends, { engines, topic, llm }) {
    const { args, env: ofImage } = await bundled('worker');
    const name = named('ours');
    return backends.startProcess(name, {
      command: process.execPath,
      args,
      env: {
        ...ofImage,
        CAMUNDA_URL: engines.join(','),
        CAMUNDA_TOPIC: topic,
        OPENAI_BASE_URL: llm,
        OPENAI_API_KEY: 'sk-of-the-benchmark',
        METRICS_PORT: '0',
        POD_NAME: name,
        ...env,
      },
      graceMs: 60_000,
    });
  },
});

/** The official JavaScript client with these options; without any it has its defaults. */
export const jsClient = (peer: WorkerPeer, options: Record<string, number> = {}): Side => ({
  peer,
  start(backends, { engines, topic, llm }) {
    const name = named(peer);
    // Its default id is one literal for every replica.
    const CLIENT_OPTIONS = JSON.stringify({ ...options, workerId: name });
    return backends.startProcess(name, {
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(PEERS, 'jsClient.ts')],
      env: {
        NODE_ENV: 'production',
        ENGINE_URL: engines[0] ?? '',
        TOPIC: topic,
        LLM_URL: llm,
        CLIENT_OPTIONS,
      },
      // It has no drain: what it holds is lost either way.
      graceMs: 1_000,
    });
  },
});

export const python: Side = {
  peer: 'python',
  async start(backends, { engines, topic, llm }) {
    return backends.startProcess(named('python'), {
      command: await pythonWithClient(),
      args: [join(PEERS, 'python_worker.py')],
      env: { ENGINE_URL: engines[0] ?? '', TOPIC: topic, LLM_URL: llm },
      graceMs: 1_000,
    });
  },
};

/** A closed loop that fetches so many tasks and completes so many at once. */
export const engineLimit = (fetch: number, completes: number): Side => ({
  peer: 'engine-limit',
  start(backends, { engines, topic }) {
    return backends.startProcess(named('engine-limit'), {
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join(PEERS, 'engineLimit.ts')],
      env: {
        NODE_ENV: 'production',
        ENGINE_URL: engines[0] ?? '',
        TOPIC: topic,
        FETCH: String(fetch),
        COMPLETES: String(completes),
      },
      graceMs: 1_000,
    });
  },
});
