import { expect, it } from '@jest/globals';
import { reuseFigures } from './reuse.ts';

it('without single flight the tasks that waited for a call of another would have made their own', () => {
  const figures = reuseFigures('', { tasks: 100, calls: 55, shared: 10, kilobytesPerCall: 3.2 }, '');
  const value = (name: string) => figures.find((figure) => figure.name === name && !figure.peer)?.value;
  expect(value('cache_saved_ratio')).toBe(0.45);
  expect(value('cache_saved_ratio_alone')).toBe(0.35);
  expect(value('kb_per_call')).toBe(3.2);
});
