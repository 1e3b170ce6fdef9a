import { describe, expect, it } from '@jest/globals';
import { minutesFrom, problemsOf } from './soakScaling.ts';
import type { Step } from './steps.ts';

const up: Step = { at: 0, from: 3, to: 7, writer: 'operator' };
const down: Step = { at: 90_000, from: 7, to: 3, writer: 'autoscaler' };

describe('a soak', () => {
  it.each<[string, Parameters<typeof problemsOf>[0], string[]]>([
    [
      'is good when both wrote and nothing was undone',
      { steps: [up, down], undone: [], unwitnessed: [] },
      [],
    ],
    [
      'is bad when a step was undone',
      { steps: [up, down], undone: [{ step: up, by: down }], unwitnessed: [] },
      ['3 → 7 by the operator at 00:00:00.000 was undone: 7 → 3 by the autoscaler at 00:01:30.000'],
    ],
    [
      'shows nothing where nothing happened',
      { steps: [], undone: [], unwitnessed: [] },
      ['the operator made no step: nothing was shown', 'the autoscaler made no step: nothing was shown'],
    ],
    [
      'is not believed where the two witnesses differ',
      { steps: [up, down], undone: [], unwitnessed: [down] },
      ['7 → 3 by the autoscaler at 00:01:30.000 is not in the audit log'],
    ],
    [
      'is not believed where somebody else scaled',
      { steps: [up, down, { ...up, writer: 'unknown: kubectl' }], undone: [], unwitnessed: [] },
      ['whose step is 3 → 7 by the unknown: kubectl at 00:00:00.000?'],
    ],
  ])('%s', (_, soaked, problems) => {
    expect(problemsOf(soaked)).toEqual(problems);
  });

  it('lasts half an hour unless told otherwise', () => {
    expect(minutesFrom(undefined)).toBe(30);
    expect(minutesFrom('2.5')).toBe(2.5);
    for (const text of ['', '0', '-1', 'long', '1441'])
      expect(() => minutesFrom(text)).toThrow('SOAK_MINUTES');
  });
});
