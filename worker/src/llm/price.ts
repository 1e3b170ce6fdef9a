/** What a call costs, exactly: whole numbers of a millionth of a micro-dollar, divided once. */

export interface Price {
  inputPerMillionUSD: number;
  outputPerMillionUSD: number;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** List prices in US dollars per million tokens; a pool may state its own. */
const LIST_PRICES: Readonly<Record<string, Price>> = {
  'gpt-4o-mini': { inputPerMillionUSD: 0.15, outputPerMillionUSD: 0.6 },
  'gpt-6-luna': { inputPerMillionUSD: 0.1, outputPerMillionUSD: 0.5 },
};

/** The price of a model, its dated snapshots included; undefined where it is not known. */
export function priceOf(model: string, configured?: Price): Price | undefined {
  return configured ?? LIST_PRICES[model] ?? LIST_PRICES[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')];
}

const PER_DOLLAR = 1e12;

/** US dollars; undefined where price or usage is not known, which is not the same as nothing. */
export function costUSD(price: Price | undefined, usage: Usage | undefined): number | undefined {
  if (!price || !usage) return undefined;
  const perInput = Math.round(price.inputPerMillionUSD * 1e6);
  const perOutput = Math.round(price.outputPerMillionUSD * 1e6);
  return (usage.inputTokens * perInput + usage.outputTokens * perOutput) / PER_DOLLAR;
}
