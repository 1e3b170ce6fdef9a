import { describe, expect, it } from '@jest/globals';
import { parseConfig } from './config.ts';

const required = { WORKER_IMAGE: 'worker:1', POD_NAMESPACE: 'system' };

describe('the configuration', () => {
  it('needs an image and a namespace, and serves all namespaces without the metrics API by default', () => {
    expect(parseConfig(required)).toMatchObject({
      WATCH_NAMESPACES: [],
      METRICS_PORT: 9090,
      METRICS_API_PORT: 6443,
    });
    expect(parseConfig(required).METRICS_API_SERVICE).toBeUndefined();
  });

  it('takes a list of namespaces', () => {
    expect(parseConfig({ ...required, WATCH_NAMESPACES: 'a, b,' }).WATCH_NAMESPACES).toEqual(['a', 'b']);
  });

  it.each([
    [{}, { EXPORTER_ENABLED: true, EXPORTER_INTERVAL_SECONDS: 10, EXPORTER_PROCESSES: ['ticket-refund'] }],
    [{ EXPORTER_ENABLED: 'false' }, { EXPORTER_ENABLED: false }],
    [{ EXPORTER_PROCESSES: 'a, b' }, { EXPORTER_PROCESSES: ['a', 'b'] }],
  ])('exports as %j says', (env, expected) => {
    expect(parseConfig({ ...required, ...env })).toMatchObject(expected);
  });

  it('tells all its problems together', () => {
    expect(() => parseConfig({ METRICS_PORT: 'x' })).toThrow(/WORKER_IMAGE.*POD_NAMESPACE.*METRICS_PORT/);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(parseConfig(required))).toBe(true);
  });
});
