/** What models cost by their makers' lists, and which models those are. Pure. */

export interface Price {
  inputPerMillionUSD: number;
  outputPerMillionUSD: number;
}

/** US dollars per million tokens; a pool may state its own. */
const LIST_PRICES: Readonly<Record<string, Price>> = {
  'gpt-4o-mini': { inputPerMillionUSD: 0.15, outputPerMillionUSD: 0.6 },
  'gpt-6-luna': { inputPerMillionUSD: 0.1, outputPerMillionUSD: 0.5 },
};

export const LISTED_NAMES: readonly string[] = Object.keys(LIST_PRICES);

/** A model of the list, as RE2 reads it, too: behind a vendor's name, as gateways have it, or as a dated snapshot. */
export const LISTED_MODEL = `^([^/]+/)*(${LISTED_NAMES.join('|').replaceAll('.', '[.]')})(-[0-9]{4}-[0-9]{2}-[0-9]{2})?$`;

/** Undefined where it is not known. */
export function listPrice(model: string): Price | undefined {
  const name = new RegExp(LISTED_MODEL).exec(model)?.[2];
  return name === undefined ? undefined : LIST_PRICES[name];
}
