/** Results on disk, whole after every part: a benchmark that is interrupted leaves what it has. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './figures.ts';

const DIRECTORY = join(import.meta.dirname, 'results');

export class Results {
  readonly figures: Figure[] = [];
  readonly path: string;

  /** @param name of the benchmark, as in `make bench-NAME` */
  constructor(name: string) {
    this.path = join(DIRECTORY, `${name}.json`);
    this.add([]);
  }

  add(figures: readonly Figure[]): void {
    this.figures.push(...figures);
    mkdirSync(DIRECTORY, { recursive: true });
    writeFileSync(this.path, `${JSON.stringify(this.figures, null, 2)}\n`);
  }
}
