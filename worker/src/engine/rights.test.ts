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
