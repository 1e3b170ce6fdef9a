/** Numbers as people read them. */

export const pods = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`);

/** At most two decimals. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

export const seconds = (value: number): string => `${rounded(value)} s`;
