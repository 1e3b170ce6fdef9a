/** Every reaction as a point, ours beside KEDA's, on one page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STYLE } from '../demo/reportStyle.ts';
import { escapeHtml, plot, scales } from '../demo/svg.ts';
import type { ScalingPeer } from './figures.ts';
import type { Reaction } from './reaction/reactions.ts';
import { RIGHT, STARTS, type Start } from './reaction/target.ts';
import { spread } from './statistics.ts';

const ROWS: { peer: ScalingPeer | null; title: string; color: string }[] = [
  { peer: null, title: 'FareRuleWorkerPool', color: 's1' },
  { peer: 'keda-tuned', title: 'KEDA, pollingInterval 1', color: 's3' },
  { peer: 'keda-default', title: 'KEDA, defaults', color: 's2' },
];
const WIDTH = 920;
const ROW_HEIGHT = 70;

/** Writes results/scaling.html and returns its path. */
export function writePlot(reactions: readonly Reaction[]): string {
  const path = join(import.meta.dirname, 'results', 'scaling.html');
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, page(reactions));
  return path;
}

/** Pure: the page. */
export function page(reactions: readonly Reaction[]): string {
  const longest = Math.max(...reactions.map(({ seconds }) => seconds), 1);
  const sections = STARTS.map((from) => section(reactions, from, longest)).join('');
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scaling</title><style>${STYLE}</style>` +
    `<main><h1>From a backlog to the right number of pods</h1>` +
    `<p class="lead">Seconds from the commit to spec.replicas, one point a trial</p>${sections}</main></html>`
  );
}

function section(reactions: readonly Reaction[], from: Start, longest: number): string {
  const rows = ROWS.map((row) => ({
    ...row,
    of: reactions.filter((reaction) => reaction.from === from && reaction.peer === row.peer),
  })).filter(({ of }) => of.length > 0);
  const drawn = rows.map(({ title, color, of }) => {
    const seconds = of.map((reaction) => reaction.seconds);
    const { median, min, max } = spread(seconds);
    const words = `${title}: median ${median.toFixed(2)} s, ${min.toFixed(2)}–${max.toFixed(2)} s, n=${of.length}`;
    return `<p>${escapeHtml(words)}</p>${strip(seconds, longest, title, color)}`;
  });
  return `<section><h2>From ${from} to ${RIGHT}</h2>${drawn.join('')}</section>`;
}

/** Points side by side in time, spread a little in height so that equal ones are seen. */
function strip(values: readonly number[], longest: number, title: string, color: string): string {
  const frame = { width: WIDTH, height: ROW_HEIGHT, seconds: longest, max: 1 };
  const { x, y } = scales(frame);
  const points = values.map((value, index) => {
    const height = 0.25 + (0.5 * (index % 5)) / 4;
    return `<circle class="bar ${color}" cx="${x(value).toFixed(1)}" cy="${y(height).toFixed(1)}" r="4" fill-opacity=".7"><title>${value.toFixed(2)} s</title></circle>`;
  });
  return plot(frame, title, points.join(''));
}
