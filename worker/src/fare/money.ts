/**
 * Amounts in minor units (cents, fils, whole yen), written for a reader. The
 * number of decimals is ISO 4217's; whole numbers only, so nothing is rounded.
 */

/** Currencies whose minor unit is not a hundredth (ISO 4217). */
const DECIMALS: Readonly<Record<string, number>> = {
  ...decimals(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...decimals(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...decimals(4, 'CLF UYW'),
};

function decimals(count: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, count]));
}

/** `12900, 'EUR'` → `129.00 EUR`; `12900, 'JPY'` → `12900 JPY`. `minor` is a whole number ≥ 0. */
export function formatMinor(minor: number, currency: string): string {
  const places = DECIMALS[currency] ?? 2;
  if (places === 0) return `${minor} ${currency}`;
  const digits = String(minor).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)} ${currency}`;
}
