/** Settings of a benchmark from BENCH_ variables; pure. */

type Value = number | number[] | boolean;

/**
 * The settings, with those that a BENCH_ variable changes; lists are separated by commas.
 * @param variables the setting that each variable changes
 * @throws Error that names the variable that cannot be used
 */
export function fromVariables<S extends { [K in keyof S]: Value }>(
  env: Record<string, string | undefined>,
  defaults: S,
  variables: Record<string, keyof S>,
): S {
  const unknown = Object.keys(env).filter((name) => name.startsWith('BENCH_') && !(name in variables));
  if (unknown.length > 0) {
    throw new Error(`${unknown.join(', ')}: not known; there are ${Object.keys(variables).join(', ')}`);
  }
  const changed = Object.entries(variables)
    .filter(([name]) => env[name] !== undefined)
    .map(([name, setting]) => [setting, parse(name, env[name] ?? '', defaults[setting])]);
  return { ...defaults, ...Object.fromEntries(changed) };
}

function parse(name: string, text: string, example: Value): Value {
  if (typeof example === 'boolean') return text === '1';
  if (Array.isArray(example))
    return text
      .split(',')
      .filter(Boolean)
      .map((item) => whole(name, item.trim()));
  return whole(name, text);
}

function whole(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`${name}: "${text}" is not a whole number`);
  return Number(text);
}
