/** Which builder makes the images: what is there decides, a variable overrides. */
export const BUILDERS = ['docker', 'buildah', 'local'] as const;
export type Builder = (typeof BUILDERS)[number];

export interface Present {
  /** A Docker engine answers. */
  docker: boolean;
  /** Buildah is installed. */
  buildah: boolean;
  /** Buildah has the bases that the Dockerfiles name. */
  bases: boolean;
}

export interface Choice {
  builder: Builder;
  /** For the person who waits. */
  why: string;
}

/**
 * Pure. Without a Docker engine nothing is fetched that nobody asked for: the stand-in bases are made from Debian's
 * and npm's packages, and `IMAGES_WITH=buildah` pulls the real ones.
 * @param wanted `IMAGES_WITH`
 * @throws Error when that is no builder
 */
export function chooseBuilder(wanted: string | undefined, present: Present): Choice {
  if (wanted) {
    const builder = BUILDERS.find((name) => name === wanted);
    if (!builder) throw new Error(`IMAGES_WITH is ${wanted}: take ${BUILDERS.join(', ')}`);
    return { builder, why: 'IMAGES_WITH says so' };
  }
  if (present.docker) return { builder: 'docker', why: 'a Docker engine answers' };
  if (present.buildah && present.bases) {
    return { builder: 'buildah', why: 'no Docker engine answers; buildah has the base images' };
  }
  return {
    builder: 'local',
    why: 'no Docker engine answers, and buildah does not have the base images: IMAGES_WITH=buildah pulls them',
  };
}
