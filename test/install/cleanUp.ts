/** What a suite has made, taken away again: each part, also after one that fails, so that the next suite finds nothing. */

/** @throws the first error, after all parts */
export async function cleanUp(...parts: (() => Promise<unknown> | undefined)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
