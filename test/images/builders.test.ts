import { describe, expect, it } from '@jest/globals';
import { chooseBuilder } from './builders.ts';

const none = { docker: false, buildah: false, bases: false };

describe('the builder of the images', () => {
  it.each([
    ['docker', 'a Docker engine answers', { docker: true, buildah: true, bases: true }],
    ['buildah', 'buildah has the bases', { docker: false, buildah: true, bases: true }],
    ['local', 'buildah would have to pull them', { docker: false, buildah: true, bases: false }],
    ['local', 'there is nothing yet', none],
  ])('is %s where %s', (builder, _, present) => {
    expect(chooseBuilder(undefined, present).builder).toBe(builder);
  });

  it('is the one that the variable names, whatever is there', () => {
    expect(chooseBuilder('buildah', none).builder).toBe('buildah');
    expect(chooseBuilder('local', { docker: true, buildah: true, bases: true }).builder).toBe('local');
  });

  it('is not guessed from a name that is none', () => {
    expect(() => chooseBuilder('kaniko', none)).toThrow('IMAGES_WITH is kaniko: take docker, buildah, local');
  });
});
