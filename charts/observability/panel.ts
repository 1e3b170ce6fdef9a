/** What a panel of the dashboard is, and the PromQL that panels have in common. */

export interface Query {
  /** PromQL, with Grafana's variables. */
  expr: string;
  /** How a series is called: text, with labels as `{{pool}}`. */
  legend: string;
}

export interface Panel {
  title: string;
  /** What it shows and, where it is not plain, how that is counted. */
  description: string;
  kind: 'graph' | 'number' | 'timeline' | 'table';
  /** As Grafana names it. */
  unit: string;
  queries: Query[];
  /** In units; left out: Grafana's choice. */
  max?: number;
  /** Of 24 columns; left out: 8. */
  span?: number;
}

export interface Row {
  title: string;
  panels: Panel[];
}

/** Figures of workers and pools. */
export const POOL = 'namespace=~"$namespace",pool=~"$pool"';
/** Figures of engines, counted once however many pools share one: the variables follow from the pools. */
export const PROCESS = 'engine=~"$engine",process=~"$process"';
/** Long enough for the interval of the scrapes. */
export const RATE = '$__rate_interval';

const rate = (metric: string, labels: string, range = RATE) => `rate(${metric}{${labels}}[${range}])`;

export const perMinute = (by: string, metric: string, labels: string): string =>
  `sum by (${by}) (${rate(metric, labels)}) * 60`;

export const share = (by: string, part: string, partLabels: string, whole: string, labels: string): string =>
  `sum by (${by}) (${rate(part, partLabels)})\n  / sum by (${by}) (${rate(whole, labels)})`;

/** @param range of PromQL, or a variable of Grafana */
export const grown = (metric: string, labels: string, range: string): string =>
  `sum(increase(${metric}{${labels}}[${range}]))`;

/** While two operators hand over, two processes may tell the same. */
export const once = (by: string, metric: string, labels: string): string =>
  `max by (${by}) (${metric}{${labels}})`;

/** One query for each quantile, over the time that is wide enough for what is measured. */
export const quantiles = (metric: string, labels: string, of: number[], range = RATE): Query[] =>
  of.map((q) => ({
    expr: `histogram_quantile(${q}, sum by (le) (${rate(`${metric}_bucket`, labels, range)}))`,
    legend: `${Math.round(q * 100)}th percentile`,
  }));
