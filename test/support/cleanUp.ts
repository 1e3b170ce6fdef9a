/** What was made, taken away again: each part, also after one that fails, so that whatever comes next finds nothing. */

/** @throws the first error, after all parts */
export async function cleanUp(...parts: (() => unknown)[]): Promise<void> {
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
