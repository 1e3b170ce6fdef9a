/** The images that this repository builds for the charts: each one's name, Dockerfile and context. */

export interface Recipe {
  /** Name that the charts have it by. */
  image: string;
  /** Both relative to the repository. */
  dockerfile: string;
  context: string;
  /** Packages that its build fetches. */
  packages: 'npm' | 'maven';
}

const OWN = 'docker.io/fareruleworkerpool';

export const RECIPES = {
  operator: {
    image: `${OWN}/operator:0.1.0`,
    dockerfile: 'Dockerfile.operator',
    context: '.',
    packages: 'npm',
  },
  worker: {
    image: `${OWN}/worker:0.1.0`,
    dockerfile: 'Dockerfile.worker',
    context: '.',
    packages: 'npm',
  },
  engine: {
    image: `${OWN}/engine:0.1.0`,
    dockerfile: 'test/engine/Dockerfile',
    context: 'test/engine',
    packages: 'maven',
  },
  // STAND-IN for a model: values-small.yaml and manifests/ticket-refund alone have it.
  'llm-stand-in': {
    image: `${OWN}/llm-stand-in:0.1.0`,
    dockerfile: 'test/llm/Dockerfile',
    context: '.',
    packages: 'npm',
  },
} as const satisfies Record<string, Recipe>;

export type ImagePart = keyof typeof RECIPES;

export const IMAGE_PARTS = Object.keys(RECIPES) as ImagePart[];
