/** The stand-in's controls over HTTP, for tests that run in another process than it. */
import type { ServerResponse } from 'node:http';
import { json } from './json.ts';
import type { Fault, Settings } from './protocol.ts';
import type { State } from './state.ts';

/**
 * `GET|DELETE /_standin/calls`, `GET /_standin/stats`, `PUT /_standin/script`
 * (a list of faults), `PUT /_standin/settings` (the ones to change).
 */
export function controls(state: State) {
  const actions: Record<string, (body: string) => unknown> = {
    'GET /_standin/calls': () => state.calls,
    'DELETE /_standin/calls': () => state.clearCalls(),
    'GET /_standin/stats': () => state.stats(),
    'PUT /_standin/script': (body) => state.faults.replace(JSON.parse(body) as Fault[]),
    'PUT /_standin/settings': (body) => state.change(JSON.parse(body) as Partial<Settings>),
  };
  return (method: string, path: string, body: string, response: ServerResponse): void => {
    const action = actions[`${method} ${path}`];
    if (!action) {
      json(response, 404, { message: `no control ${method} ${path}` });
      return;
    }
    try {
      json(response, 200, action(body) ?? {});
    } catch (error) {
      json(response, 400, { message: error instanceof Error ? error.message : String(error) });
    }
  };
}
