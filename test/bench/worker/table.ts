/** The figures as a table: ours and its goal, and each peer's beside it; pure. */
import { aligned, type Figure, type Peer } from '../figures.ts';

/** One row a name, one column a peer that has any figure. */
export function table(figures: readonly Figure[]): string[] {
  const peers = [...new Set(figures.flatMap(({ peer }) => (peer ? [peer] : [])))];
  const names = [...new Set(figures.map(({ name }) => name))];
  const cell = (name: string, peer: Peer | null) => {
    const found = figures.find((figure) => figure.name === name && figure.peer === peer);
    return found ? `${found.value} ${found.unit}` : '';
  };
  const rows = names.map((name) => {
    const goals = figures
      .filter((figure) => figure.name === name && figure.peer === null)
      .map(goalCell(figures));
    return [name, cell(name, null), goals.join(''), ...peers.map((peer) => cell(name, peer))];
  });
  return aligned([['', 'ours', 'goal', ...peers], ...rows]);
}

const goalCell = (figures: readonly Figure[]) => (ours: Figure) => {
  if (ours.goal === null) return '';
  return `${ours.goal}: ${unmet(ours, figures).length === 0 ? 'met' : 'MISSED'}`;
};

/**
 * The parts of a figure's goal that are not reached. A part is `≥ 0.9`, `≤ js-tuned`, or `≥ 4× js-default`: a bound,
 * a peer's figure of the same name, or some times that. A part whose peer was not measured is not judged.
 */
export function unmet(ours: Figure, figures: readonly Figure[]): string[] {
  return (ours.goal ?? '').split(', ').filter((part) => {
    const [, sign, times, name] = /^([≥≤]) ?(?:([\d.]+)×?)? ?([a-z-]+)?$/.exec(part) ?? [];
    if (!sign) return false;
    const peer = figures.find((figure) => figure.name === ours.name && figure.peer === name)?.value;
    if (name && peer === undefined) return false;
    const bound = Number(times ?? 1) * (peer ?? 1);
    return sign === '≥' ? ours.value < bound : ours.value > bound;
  });
}
