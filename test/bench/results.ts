/** Results on disk, whole after every part: a benchmark that is interrupted leaves what it has. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './figures.ts';

const DIRECTORY = join(import.meta.dirname, 'results');

export class Results {
  figures: Figure[] = [];
  readonly path: string;

  /** @param name of the benchmark, as in `make bench-NAME` */
  constructor(name: string) {
    this.path = join(DIRECTORY, `${name}.json`);
    this.put([]);
  }

  /** Adds figures; one that is measured again, with more trials, takes the place of the former. */
  put(figures: readonly Figure[]): void {
    this.figures = merged(this.figures, figures);
    mkdirSync(DIRECTORY, { recursive: true });
    writeFileSync(this.path, `${JSON.stringify(this.figures, null, 2)}\n`);
  }
}

/** Pure: a figure is the same where name and peer are. */
export function merged(old: readonly Figure[], figures: readonly Figure[]): Figure[] {
  const key = ({ name, peer }: Figure) => `${name} ${peer}`;
  const news = new Map(figures.map((figure) => [key(figure), figure]));
  const kept = old.map((figure) => news.get(key(figure)) ?? figure);
  const known = new Set(old.map(key));
  return [...kept, ...figures.filter((figure) => !known.has(key(figure)))];
}
