/**
 * Puts together what shares a key, and what shares one with that, and so on. Each part keeps the order of the items,
 * and the parts are in that of their first ones. Looks at each key of each item once.
 */
export function components<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): T[][] {
  const keys = new Map(items.map((item) => [item, keysOf(item)]));
  const holders = new Map<string, T[]>();
  for (const [item, own] of keys) {
    for (const key of own) {
      const others = holders.get(key);
      if (others) others.push(item);
      else holders.set(key, [item]);
    }
  }
  const partOf = new Map<T, T[]>();
  const parts: T[][] = [];
  for (const item of items) {
    if (partOf.has(item)) continue;
    const part: T[] = [];
    parts.push(part);
    partOf.set(item, part);
    // It grows while it is gone through.
    const found = [item];
    for (const one of found) {
      for (const key of keys.get(one) ?? []) {
        for (const other of holders.get(key) ?? []) {
          if (partOf.has(other)) continue;
          partOf.set(other, part);
          found.push(other);
        }
        holders.delete(key);
      }
    }
  }
  for (const [item] of keys) partOf.get(item)?.push(item);
  return parts;
}
