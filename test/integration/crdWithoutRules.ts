import { parse, stringify } from 'yaml';

/** The CRD as it was before the rules that span fields: the API server then lets in what the operator refuses. */
export function withoutRules(text: string): string {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).filter(([name]) => name !== 'x-kubernetes-validations');
    return Object.fromEntries(fields.map(([name, field]) => [name, strip(field)]));
  };
  return stringify(strip(parse(text)));
}
