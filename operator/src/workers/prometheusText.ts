/**
 * Reads the Prometheus text format, tolerantly: a line that cannot be read is
 * left out, so that what it would have said stays unknown.
 */

export interface Sample {
  name: string;
  labels: Record<string, string>;
  /** May be infinite or NaN, as the format allows. */
  value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;
/** The value, then at most a timestamp and an OpenMetrics exemplar. */
const REST = /^\s+(\S+)(?:\s+-?\d+(?:\.\d+)?)?\s*(?:#.*)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/** The samples whose name is wanted, in the order of the text. */
export function parseSamples(text: string, wanted: ReadonlySet<string>): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const name = NAME.exec(line)?.[0];
    // Most lines are of no interest: they are not looked at any further.
    if (name === undefined || !wanted.has(name)) continue;
    const sample = parseLine(name, line.slice(name.length));
    if (sample) samples.push(sample);
  }
  return samples;
}

function parseLine(name: string, text: string): Sample | undefined {
  const block = text.startsWith('{') ? parseLabels(text) : { labels: {}, end: 0 };
  const value = block && numberOf(REST.exec(text.slice(block.end))?.[1]);
  return block && value !== undefined ? { name, labels: block.labels, value } : undefined;
}

/** @returns the labels and the position after the closing brace */
function parseLabels(text: string): { labels: Record<string, string>; end: number } | undefined {
  const labels: Record<string, string> = {};
  let end = 1;
  while (text[end] !== '}') {
    LABEL.lastIndex = end;
    const [matched, label, value] = LABEL.exec(text) ?? [];
    if (matched === undefined || label === undefined || value === undefined) return undefined;
    labels[label] = unescaped(value);
    end += matched.length;
  }
  return { labels, end: end + 1 };
}

const unescaped = (value: string): string =>
  value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));

/** A number as Prometheus writes it; `Number` alone would take an empty string and hexadecimals. */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return SPECIAL[text] ?? (NUMBER.test(text) ? Number(text) : undefined);
}
