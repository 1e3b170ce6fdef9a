import { afterEach, expect, jest, test } from '@jest/globals';
import { Tracing } from './tracing.ts';

afterEach(() => {
  jest.useRealTimers();
});

test('a collector that takes nothing holds up the end of a worker for no longer than its grace period allows', async () => {
  jest.useFakeTimers();
  const tracing = new Tracing({
    sink: {
      wants: () => true,
      root: () => undefined,
      children: () => undefined,
      close: () => new Promise(() => undefined),
    },
    common: { topic: 't', model: 'm', call: {} },
    times: async () => undefined,
  });
  const closed = jest.fn();
  void tracing.close().then(closed);
  await jest.advanceTimersByTimeAsync(1_400);
  expect(closed).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(100);
  expect(closed).toHaveBeenCalled();
});
