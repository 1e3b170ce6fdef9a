/** What a call costs, exactly: whole numbers of a millionth of a micro-dollar, divided once. */
import { listPrice, type Price } from '@farerules/crds/listPrices';

export type { Price };

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** The price of a model: the pool's own, else the list's; undefined where it is not known. */
export function priceOf(model: string, configured?: Price): Price | undefined {
  return configured ?? listPrice(model);
}

const PER_DOLLAR = 1e12;

/** US dollars; undefined where price or usage is not known, which is not the same as nothing. */
export function costUSD(price: Price | undefined, usage: Usage | undefined): number | undefined {
  if (!price || !usage) return undefined;
  const perInput = Math.round(price.inputPerMillionUSD * 1e6);
  const perOutput = Math.round(price.outputPerMillionUSD * 1e6);
  return (usage.inputTokens * perInput + usage.outputTokens * perOutput) / PER_DOLLAR;
}
