/** Values that can be found under several keys each. */
export class MultiIndex<T> {
  private readonly keysOf = new Map<string, readonly string[]>();
  private readonly valuesAt = new Map<string, Map<string, T>>();

  /** Puts a value, or moves the one with this id, under these keys. */
  set(id: string, keys: readonly string[], value: T): void {
    this.delete(id);
    this.keysOf.set(id, keys);
    for (const key of keys) {
      const values = this.valuesAt.get(key) ?? new Map<string, T>();
      this.valuesAt.set(key, values.set(id, value));
    }
  }

  delete(id: string): void {
    for (const key of this.keysOf.get(id) ?? []) {
      const values = this.valuesAt.get(key);
      values?.delete(id);
      if (values?.size === 0) this.valuesAt.delete(key);
    }
    this.keysOf.delete(id);
  }

  keys(id: string): readonly string[] {
    return this.keysOf.get(id) ?? [];
  }

  /** Each value once, with its id. */
  under(keys: readonly string[]): Map<string, T> {
    return new Map(keys.flatMap((key) => [...(this.valuesAt.get(key) ?? [])]));
  }
}
