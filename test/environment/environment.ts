/**
 * What the tests, the demo and the benchmarks run against. `up` writes it as
 * JSON; suites read it through FRWP_ENVIRONMENT, the path of that file.
 */
import { readFileSync } from 'node:fs';

export interface Environment {
  /** Where the cluster comes from. */
  cluster: 'local' | 'kubeconfig';
  /** Path of a kubeconfig with every right. */
  kubeconfig: string;
  /** Path of the API server's audit log (JSON lines, level Metadata); only for the local cluster. */
  auditLog?: string;
  /** Names of the images on the node. */
  images: { operator: string; worker: string };
  /** Base URLs of the engine nodes as reached from this process: `http://…/engine-rest`. */
  engines: string[];
  /** Base URL of the engine as reached from pods. */
  engineInCluster: string;
  /** PostgreSQL of the engine, as a connection URL. */
  postgres: string;
  /** Redis as reached from this process, and from pods. */
  redis: string;
  redisInCluster: string;
  llm: {
    /** Whether the model is the stand-in of test/llm. */
    standIn: boolean;
    /** Base URL as reached from this process (`http://…/v1`), and from pods. */
    baseURL: string;
    baseURLInCluster: string;
    /** Base URL of the stand-in's controls (`http://…/_standin`). */
    controlURL?: string;
    apiKey: string;
  };
  /** Address of this machine as reached from pods and from the API server. */
  hostAddress: string;
  /** Directory with the logs of every part. */
  logs: string;
}

/**
 * The environment of this run.
 * @throws Error when no environment is up, with the command that starts one.
 */
export function environment(): Environment {
  const path = process.env.FRWP_ENVIRONMENT;
  if (!path) {
    throw new Error(
      'FRWP_ENVIRONMENT is not set: run `make up` and export what it prints, or run `make test`',
    );
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Environment;
}
