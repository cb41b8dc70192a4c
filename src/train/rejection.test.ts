import { expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { CategoricalPrior } from '../prior/categorical.js';
import { latentsOf } from './rejection.js';

it('latents of components are one of each, in their order', () => {
  const prior = new CategoricalPrior({ components: 3, noise: 2 });
  const components = Int32Array.of(2, 0, 2, 1);
  const { z, component } = latentsOf(prior, components, Stream.root(1));
  expect(component).toBe(components);
  components.forEach((c, i) => {
    const own = [...z.subarray(5 * i, 5 * i + 5)];
    expect(own.slice(2)).toEqual([0, 1, 2].map((k) => Number(k === c)));
    expect(own[0]).not.toBe(0);
  });
  expect(z.slice(0, 2)).not.toEqual(z.slice(10, 12));
});
