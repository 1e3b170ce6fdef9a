/** The figures of a benchmark, as results/NAME.json has them (see test/README.md), and as a table; pure. */

export type ScalingPeer = 'keda-default' | 'keda-tuned';
export type WorkerPeer =
  | 'js-default'
  | 'js-tuned'
  | 'js-long-poll'
  | 'python'
  | 'engine-limit'
  | 'sdk-retries'
  | 'document';
export type Peer = ScalingPeer | WorkerPeer;

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** What ours is to reach; null where there is none, as for a peer. */
  goal: string | null;
  /** Whose figure it is; null: ours. */
  peer: Peer | null;
  /** Under which it was measured, in words. */
  conditions: string;
}

/** A figure of ours, or of a peer where one is given. */
export function figure(
  name: string,
  value: number,
  unit: string,
  conditions: string,
  extra: { goal?: string; peer?: Peer } = {},
): Figure {
  return {
    name,
    value: round(value),
    unit,
    goal: extra.goal ?? null,
    peer: extra.peer ?? null,
    conditions,
  };
}

/** Three significant digits after the point at most: more would claim what was not measured. */
export function round(value: number): number {
  return Number(value.toFixed(Math.abs(value) >= 100 ? 1 : 3));
}

/** How many times faster than a peer a reaction of ours is to be: at least; undefined where nothing is stated. */
export function timesGoal(name: string, peer: Peer): number | undefined {
  const from = /^reaction_(\d+)_to_/.exec(name)?.[1];
  if (from === undefined) return undefined;
  return from === '0' && peer === 'keda-default' ? 10 : 5;
}

/** One row a name: ours, its goal, and each peer's with how many times ours it is, and was to be. */
export function table(figures: readonly Figure[]): string[] {
  const peers: Peer[] = ['keda-default', 'keda-tuned'];
  const names = [...new Set(figures.map(({ name }) => name))];
  const rows = names.map((name) => {
    const of = (peer: Peer | null) => figures.find((found) => found.name === name && found.peer === peer);
    const ours = of(null);
    return [
      name,
      ours ? `${ours.value} ${ours.unit}` : '–',
      ours?.goal ?? '',
      ...peers.map((peer) => beside(of(peer), ours)),
    ];
  });
  return aligned([['', 'ours', 'goal', ...peers], ...rows]);
}

function beside(theirs: Figure | undefined, ours: Figure | undefined): string {
  if (!theirs?.peer) return '';
  const value = `${theirs.value} ${theirs.unit}`;
  if (!ours || ours.value <= 0) return value;
  const times = theirs.value / ours.value;
  const goal = timesGoal(theirs.name, theirs.peer);
  const judged = goal === undefined ? '' : `, goal ≥ ${goal}×: ${times >= goal ? 'met' : 'MISSED'}`;
  return `${value} (${times.toFixed(1)}×${judged})`;
}

/** Columns as wide as their widest cell. */
export function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
