/** Calls `attempt` every second until it answers something truthy; says what was last seen when time is up. */
export async function waitFor(what, seconds, attempt) {
  const end = Date.now() + seconds * 1_000;
  for (let last = ''; ; await new Promise((resolve) => setTimeout(resolve, 1_000))) {
    try {
      const result = await attempt();
      if (result) return result;
    } catch (error) {
      const seen = error.cause?.code ? `${error.message}: ${error.cause.code}` : error.message;
      if (seen !== last) console.log(`waiting for ${what}: ${seen}`);
      last = seen;
    }
    if (Date.now() > end)
      throw new Error(`${what} did not come within ${seconds} s; last seen: ${last || 'nothing'}`);
  }
}
