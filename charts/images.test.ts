import { expect, test } from '@jest/globals';
import { imagesIn } from './images.ts';

test('images are found in containers, in variables of the operator, and in a CloudNativePG cluster', () => {
  const container = {
    image: 'a:1',
    env: [
      { name: 'WORKER_IMAGE', value: 'b:1' },
      { name: 'OTHER', value: 'c' },
    ],
  };
  expect(imagesIn({ spec: { template: { spec: { containers: [container] } } } })).toEqual(['a:1', 'b:1']);
  expect(imagesIn({ spec: { imageName: 'd:1', image: { not: 'text' } } })).toEqual(['d:1']);
});
