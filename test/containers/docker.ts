/**
 * The Docker engine and the images of a suite. What cannot be had makes the suite's tests skipped ones, whose names say
 * why: the engine of this machine asks its registry; the one that is started here has none, and gets stand-ins.
 */
import { describe } from '@jest/globals';
import { type DockerEngine, dockerEngine } from '../docker/dockerEngine.ts';
import { POSTGRES_IMAGE, REDIS_IMAGE, standInArchive } from './standIn.ts';

const STAND_INS = [POSTGRES_IMAGE, REDIS_IMAGE];

export interface Docker {
  /** Left out where there is none. */
  engine?: DockerEngine;
  /** Why the suite cannot run. */
  missing?: string;
}

/** The engine with this image in it. Never throws. */
export async function dockerWith(image: string): Promise<Docker> {
  const engine = await dockerEngine().catch((error: Error) => error);
  if (engine instanceof Error) return { missing: `no Docker engine: ${firstLine(engine)}` };
  try {
    await provide(engine, image);
  } catch (error) {
    await engine.stop();
    return { missing: firstLine(error as Error) };
  }
  process.env.DOCKER_HOST = engine.host;
  // Its image may not be there either; the suite stops what it started.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  return { engine };
}

async function provide(engine: DockerEngine, image: string): Promise<void> {
  const there = await engine.docker('image', 'inspect', image).then(
    () => true,
    () => false, // the command's way to say no
  );
  if (there) return;
  if (engine.found) {
    await engine.docker('pull', '--quiet', image);
    return;
  }
  if (!STAND_INS.includes(image)) throw new Error(`no image ${image}, and no registry to have it from`);
  await engine.docker('load', '--quiet', '--input', await standInArchive());
  for (const name of STAND_INS) await engine.docker('tag', POSTGRES_IMAGE, name);
}

/** `describe`, or a skipped one that says why in its name. */
export function suiteWith({ missing }: Docker, name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}

const firstLine = ({ message }: Error) => message.split('\n')[0] ?? '';
