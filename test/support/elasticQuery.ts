/**
 * As much of Elasticsearch as the examples use, over lines in memory: `bool.must` of `match` on one word and `range` with
 * date maths, the aggregations `avg` and `sum`, and the processors `date` and `remove`. It throws at anything else: a
 * query that it does not understand is not tested.
 */
export type Document = Record<string, unknown>;

interface Search {
  query: { bool: { must: Clause[] } };
  aggs: Record<string, Record<string, { field: string }>>;
}
type Clause = Record<string, Record<string, unknown>>;

export interface Result {
  hits: number;
  /** Null where no document has the field, as Elasticsearch says it for an average. */
  aggregations: Record<string, number | null>;
}

/** @param now what `now` means, milliseconds since 1970. */
export function search(
  documents: readonly Document[],
  { query, aggs, ...rest }: Search,
  now: number,
): Result {
  only(rest, []);
  only(query, ['bool']);
  only(query.bool, ['must']);
  const hits = documents.filter((document) =>
    query.bool.must.every((clause) => holds(document, clause, now)),
  );
  const aggregations = Object.entries(aggs).map(([name, aggregation]) => [
    name,
    aggregated(hits, aggregation),
  ]);
  return { hits: hits.length, aggregations: Object.fromEntries(aggregations) };
}

/** What an ingest pipeline makes of a document. */
export function ingest(document: Document, { processors }: { processors: Clause[] }): Document {
  const fields = new Map(Object.entries(document));
  for (const processor of processors) {
    const [[kind, settings] = ['', {}]] = Object.entries(processor);
    const { field, target_field: target } = settings as { field: string; target_field?: string };
    const value = fields.get(field);
    if (value === undefined) throw new Error(`the document has no field ${field}`);
    if (kind === 'remove') {
      fields.delete(field);
      continue;
    }
    if (kind !== 'date') throw new Error(`unknown processor ${kind}`);
    if (JSON.stringify(settings.formats) !== '["ISO8601"]') throw new Error('unknown format of a date');
    fields.set(target ?? '@timestamp', new Date(String(value)).toISOString());
  }
  return Object.fromEntries(fields);
}

function holds(document: Document, clause: Clause, now: number): boolean {
  const [[kind, condition] = ['', {}]] = Object.entries(clause);
  const [[field, wanted] = ['', undefined]] = Object.entries(condition);
  const value = at(document, field);
  if (kind === 'match') {
    if (typeof wanted !== 'string' || /\W/.test(wanted)) throw new Error('match is of one word');
    return value === wanted;
  }
  if (kind !== 'range') throw new Error(`unknown clause ${kind}`);
  only(wanted as object, ['gte']);
  const time = Date.parse(String(value));
  return !Number.isNaN(time) && time >= dateMath((wanted as { gte: string }).gte, now);
}

const MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function dateMath(text: string, now: number): number {
  const [, count, unit] = /^now-(\d+)([mhd])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`unknown date ${text}`);
  return now - Number(count) * MS[unit as keyof typeof MS];
}

function aggregated(
  hits: readonly Document[],
  aggregation: Record<string, { field: string }>,
): number | null {
  const [[kind, { field }] = ['', { field: '' }]] = Object.entries(aggregation);
  const values = hits.map((hit) => at(hit, field)).filter((value) => value !== undefined && value !== null);
  if (!values.every((value) => typeof value === 'number')) throw new Error(`${field} is not always a number`);
  const sum = values.reduce((total, value) => total + value, 0);
  if (kind === 'sum') return sum;
  if (kind !== 'avg') throw new Error(`unknown aggregation ${kind}`);
  return values.length === 0 ? null : sum / values.length;
}

/** A field by its path: Elasticsearch makes no difference between `a.b` as a name and as a way into an object. */
function at(document: unknown, path: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  const fields = document as Document;
  if (path in fields) return fields[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const found = at(fields[path.slice(0, dot)], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function only(given: object, known: readonly string[]): void {
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other !== undefined) throw new Error(`not understood: ${other}`);
}
