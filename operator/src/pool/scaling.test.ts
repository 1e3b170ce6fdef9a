import { describe, expect, it } from '@jest/globals';
import type { Backlog } from './observation.ts';
import { desiredReplicas } from './scaling.ts';

const limits = {
  minReplicas: 3,
  maxReplicas: 20,
  tasksPerReplica: 50,
  cpuUtilization: 0,
  responseTime: '3s',
  scaleDownStabilization: '300s',
};
const backlog = (pending: number, inFlight = 0): Backlog => ({
  known: true,
  pending,
  inFlight,
  at: '2026-01-01T00:00:00Z',
});

describe('the number of pods that the backlog asks for', () => {
  it.each([
    ['nothing to do keeps the fewest', 0, 0, 3, 3],
    ['rounds up', 251, 0, 3, 6],
    ['counts what is in work', 200, 51, 3, 6],
    ['stays within a tenth above', 1_099, 0, 20, 20],
    ['stays within the tenth below', 225, 0, 5, 5],
    ['leaves the tolerance just below it', 224, 0, 6, 5],
    ['leaves the tolerance just above it', 276, 0, 5, 6],
    ['is held at the most', 10_000, 0, 3, 20],
    ['does not divide by no pods', 500, 0, 0, 10],
  ])('%s', (_, pending, inFlight, current, desired) => {
    expect(desiredReplicas(limits, backlog(pending, inFlight), current).desired).toBe(desired);
  });

  it('is unknown while the backlog is, never zero', () => {
    const answer = desiredReplicas(limits, { known: false, reason: 'no engine' }, 7);
    expect(answer).toEqual({ reason: 'Holds 7 pods: the backlog is unknown (no engine).' });
  });

  it.each([
    [backlog(400, 30), 3, '400 waiting and 30 in work at 50 a pod ask for 9.'],
    [backlog(4_000), 3, '4000 waiting and 0 in work at 50 a pod ask for 80, held at maxReplicas 20.'],
    [backlog(10), 3, '10 waiting and 0 in work at 50 a pod ask for 1, held at minReplicas 3.'],
    [backlog(270), 5, '270 waiting and 0 in work at 50 a pod ask for 6, within the tolerance of 5.'],
  ])('says why with the numbers', (seen, current, reason) => {
    expect(desiredReplicas(limits, seen, current).reason).toBe(reason);
  });
});
