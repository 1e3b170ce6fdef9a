/** Plots as SVG text; pure. Colours come from the page's style, by class. */

export interface Series {
  name: string;
  /** CSS class that gives the colour: s1, s2, s3. */
  color: string;
  points: readonly { t: number; y: number | undefined }[];
  /** `area` is filled down to zero, `step` changes at once, `line` joins the points. */
  shape: 'area' | 'step' | 'line';
}

export interface Frame {
  width: number;
  height: number;
  /** Seconds that the plot spans. */
  seconds: number;
  /** Largest value; the axis ends at the next round one. */
  max: number;
}

const MARGIN = { top: 10, right: 12, bottom: 24, left: 44 };

/** Round numbers from 0 to at least `max`, about `count` of them. */
export function ticks(max: number, count = 4): number[] {
  const rough = Math.max(max, 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const found: number[] = [];
  for (let value = 0; value < Math.max(max, 1) + step; value += step) found.push(value);
  return found;
}

/** Pixel positions of a time and of a value. */
export function scales({ width, height, seconds, max }: Frame) {
  const top = ticks(max).at(-1) ?? 1;
  return {
    x: (t: number) => MARGIN.left + (t / Math.max(seconds, 1)) * (width - MARGIN.left - MARGIN.right),
    y: (value: number) => height - MARGIN.bottom - (value / top) * (height - MARGIN.top - MARGIN.bottom),
  };
}

/** Axes with their labels and grid lines, around `content`. */
export function plot(frame: Frame, title: string, content: string): string {
  const { x, y } = scales(frame);
  const grid = ticks(frame.max).map(
    (value) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${frame.width - MARGIN.right}" y1="${px(y(value))}" y2="${px(y(value))}"/>` +
      `<text class="axis" x="${MARGIN.left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${value}</text>`,
  );
  const times = ticks(frame.seconds, 8)
    .filter((t) => t <= frame.seconds)
    .map(
      (t) =>
        `<text class="axis" x="${px(x(t))}" y="${frame.height - 6}" text-anchor="middle">${t}${t === 0 ? ' s' : ''}</text>`,
    );
  return (
    `<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${escapeHtml(title)}">` +
    `${grid.join('')}${times.join('')}${content}</svg>`
  );
}

/** One series; a point whose value is unknown breaks the line. */
export function path(series: Series, frame: Frame): string {
  const { x, y } = scales(frame);
  const parts = runs(series.points).map((points) => {
    const first = points[0] as { t: number; y: number };
    let drawn = `M${px(x(first.t))},${px(y(first.y))}`;
    for (const point of points.slice(1)) {
      drawn +=
        series.shape === 'step'
          ? `H${px(x(point.t))}V${px(y(point.y))}`
          : `L${px(x(point.t))},${px(y(point.y))}`;
    }
    if (series.shape !== 'area') return `<path class="stroke ${series.color}" d="${drawn}"/>`;
    const last = points.at(-1) ?? first;
    const closed = `${drawn}L${px(x(last.t))},${px(y(0))}L${px(x(first.t))},${px(y(0))}Z`;
    return `<path class="fill ${series.color}" d="${closed}"/><path class="stroke ${series.color}" d="${drawn}"/>`;
  });
  return `<g><title>${escapeHtml(series.name)}</title>${parts.join('')}</g>`;
}

/** Bars of equal width from zero on; `label` is what pointing at one says. */
export function bars(
  values: readonly number[],
  binSeconds: number,
  frame: Frame,
  color: string,
  label: (value: number, from: number) => string,
): string {
  const { x, y } = scales(frame);
  return values
    .map((value, index) => {
      const from = index * binSeconds;
      const left = x(from) + 1;
      const width = Math.max(1, x(from + binSeconds) - x(from) - 2);
      return (
        `<rect class="bar ${color}" x="${px(left)}" y="${px(y(value))}" width="${px(width)}" height="${px(y(0) - y(value))}" rx="2">` +
        `<title>${escapeHtml(label(value, from))}</title></rect>`
      );
    })
    .join('');
}

function runs(points: Series['points']): { t: number; y: number }[][] {
  const found: { t: number; y: number }[][] = [[]];
  for (const { t, y } of points) {
    if (y === undefined) found.push([]);
    else found.at(-1)?.push({ t, y });
  }
  return found.filter((run) => run.length > 0);
}

const px = (value: number): string => value.toFixed(1);

/** Text that is safe in HTML and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
