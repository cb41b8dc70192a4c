import { expect, it } from 'vitest';
import type { Inference } from '../train/inference.js';
import { TooFewKept } from '../train/rejection.js';
import { ownShares, ownWarnings } from './own-samples.js';

/** Component c gives samples with the value of the component that they are seen as. */
const model = (seenAs: readonly number[], change: object = {}): Inference =>
  ({
    assigns: true,
    components: seenAs.length,
    graphs: {},
    sampleComponent: async (c: number, n: number) => new Float32Array(n).fill(seenAs[c]!),
    groupOf: async (samples: Float32Array) => Int32Array.from(samples),
    ...change,
  }) as unknown as Inference;

it('is the share of samples that are assigned to their own component', async () => {
  expect(await ownShares(model([0, 2, 2]))).toEqual(Float64Array.of(1, 0, 1));
  const shared = { graphs: { labelClasses: [0, 1, 1] } };
  expect(await ownShares(model([0, 2, 2], shared))).toEqual(Float64Array.of(1, 1, 1));
  expect(await ownShares(model([0, 1], { assigns: false }))).toBeUndefined();
  expect(await ownShares(model([0]))).toBeUndefined();
});

it('is not known where too many samples are rejected', async () => {
  const sampleComponent = async () => {
    throw new TooFewKept('none is kept');
  };
  expect(await ownShares(model([0, 1], { sampleComponent }))).toBeUndefined();
});

it('is told by the numbers of the groups, where it is low', () => {
  expect(ownWarnings(Float64Array.of(0.98, 0.02, 0.49), [2, 0, 1])).toEqual([
    'New samples of some groups are not theirs; the model itself puts few of them there: group 1 (49 %), group 3 (2 %). Do not use these samples; another seed or more steps may help.',
  ]);
  expect(ownWarnings(Float64Array.of(0.5, 1), [0, 1])).toEqual([]);
  expect(ownWarnings(undefined, [0, 1])).toEqual([]);
});
