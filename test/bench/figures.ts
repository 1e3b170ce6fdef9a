/** The figures of a benchmark, as results/NAME.json has them (see test/README.md), and as a table; pure. */

export type Peer = 'keda-default' | 'keda-tuned';

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

/** One row a name: ours, its goal, and each peer's with how many times ours it is. */
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
  if (!theirs) return '';
  const ratio = ours && ours.value > 0 ? ` (${(theirs.value / ours.value).toFixed(1)}×)` : '';
  return `${theirs.value} ${theirs.unit}${ratio}`;
}

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
