import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EngineError } from './errors.ts';
import { RightsWatch } from './rights.ts';

const watches: RightsWatch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close();
  jest.useRealTimers();
});

/** A watch over an engine that answers each question so, and the lines that it logs. */
function watching(answer: (path: string) => unknown, known = true) {
  const lines: unknown[] = [];
  const asked: string[] = [];
  const request = async ({ path }: { path: string }) => {
    asked.push(path);
    return answer(path);
  };
  const line = (event: string, fields: object = {}) => void lines.push({ event, ...fields });
  const log = { debug: line, info: line, warn: line, error: line };
  const watch = new RightsWatch({
    nodes: { pick: () => ({ request }) },
    known: () => known,
    processDefinitionKeys: ['refund'],
    log: log as never,
  });
  watches.push(watch);
  return { watch, lines, asked };
}

describe('a worker', () => {
  it('says once which rights its user lacks, and once that they are there', async () => {
    jest.useFakeTimers();
    let authorized = false;
    const { watch, lines } = watching(() => ({ authorized }));
    watch.start();
    await jest.advanceTimersByTimeAsync(11_000);
    const missing =
      'READ_INSTANCE on the process definition refund; UPDATE_INSTANCE on the process definition refund';
    expect(lines).toEqual([{ event: 'engine_right_missing', grant: missing }]);
    authorized = true;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(lines.slice(1)).toEqual([{ event: 'engine_rights_found' }]);
  });

  it.each<[string, (path: string) => unknown]>([
    ['does not say any more', () => Promise.reject(new EngineError('UNAUTHENTICATED', 401))],
    ['says of one way alone', (path) => (path.includes('resourceType=8') ? 'a page' : { authorized: false })],
    ['was not asked, for want of a client', () => Promise.reject(new EngineError('TOKEN_REFUSED', 401))],
    ['was not asked, for want of a token', () => Promise.reject(new EngineError('NO_TOKEN', 404))],
  ])('does not take a right for found where an engine %s', async (_what, later) => {
    jest.useFakeTimers();
    let answer: (path: string) => unknown = () => ({ authorized: false });
    const { watch, lines, asked } = watching((path) => answer(path));
    watch.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(lines).toHaveLength(1);
    answer = later;
    const before = asked.length;
    await jest.advanceTimersByTimeAsync(11_000);
    expect(lines).toHaveLength(1);
    // It is asked again as soon as before.
    expect(asked.length).toBeGreaterThan(before + 1);
  });

  it.each<[string, EngineError]>([
    ['a client that is refused', new EngineError('TOKEN_REFUSED', 401)],
    ['a token that does not come', new EngineError('NO_TOKEN', 404)],
  ])('asks again soon after %s: that is not the engine’s answer', async (_what, error) => {
    jest.useFakeTimers();
    const { watch, asked } = watching(() => Promise.reject(error));
    watch.start();
    await jest.advanceTimersByTimeAsync(1_000);
    const before = asked.length;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked.length).toBeGreaterThan(before);
  });

  it.each<[string, (path: string) => unknown]>([
    ['that knows no rights', () => Promise.reject(new EngineError('NOT_FOUND', 404))],
    ['that does not answer', () => Promise.reject(new EngineError('NO_ANSWER'))],
    ['that answers something else', () => 'a page'],
  ])('says nothing of an engine %s', async (_what, answer) => {
    jest.useFakeTimers();
    const { watch, lines } = watching(answer);
    watch.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(lines).toEqual([]);
  });

  it('does not ask an engine that does not know who asks', async () => {
    jest.useFakeTimers();
    const { watch, asked } = watching(() => ({ authorized: false }), false);
    watch.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([]);
  });
});
