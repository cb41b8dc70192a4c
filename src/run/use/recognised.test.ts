import { expect, it } from 'vitest';
import { TooFewKept } from '../../train/rejection.js';
import type { TrainedRun } from '../trained.js';
import { recognisedShare, unrecognisedNote } from './recognised.js';

/** A run of three groups; samples of component c are seen as component `seenAs[c]`. */
function run({ seenAs = [0, 1, 2], told = true, ...inference }: Record<string, unknown> = {}): TrainedRun {
  return {
    run: { dataset: told ? { classNames: ['a', 'b', 'c'] } : {} },
    folder: { stageFiles: () => ({ groups: '/nowhere/groups.safetensors' }) },
    inference: {
      ...{ assigns: true, components: 3, graphs: { labelClasses: [0, 1, 2] } },
      sampleComponent: async (c: number, n: number) =>
        new Float32Array(n).fill((seenAs as readonly number[])[c]!),
      groupOf: async (samples: Float32Array) => Int32Array.from(samples),
      ...inference,
    },
  } as unknown as TrainedRun;
}

const [first, second] = [
  { group: 1, component: 0, size: 0.6, name: 'a' },
  { group: 2, component: 1, size: 0.2, name: 'b' },
];

it('is the share of new samples that are seen as those of their group, groups by their sizes', async () => {
  expect(await recognisedShare(run(), [first!, second!])).toBeCloseTo(1, 12);
  // Samples of the larger group are all seen as the other one's: 0.2 of 0.8.
  expect(await recognisedShare(run({ seenAs: [1, 1, 2] }), [first!, second!])).toBeCloseTo(0.25, 12);
  expect(await recognisedShare(run({ seenAs: [1, 1, 2] }), [first!])).toBe(0);
  const empty = [first!, second!].map((group) => ({ ...group, size: 0 }));
  expect(await recognisedShare(run({ seenAs: [1, 1, 2] }), empty)).toBe(0.5);
});

it('is not known of encoders that learn from samples alone, where nothing is assigned, and where too many are rejected', async () => {
  const rejects = async () => {
    throw new TooFewKept('none is kept');
  };
  for (const unknown of [{ told: false }, { assigns: false }, { sampleComponent: rejects }]) {
    expect(await recognisedShare(run(unknown), [first!])).toBeUndefined();
  }
  expect(await recognisedShare(run(), [])).toBeUndefined();
});

it('is told where it is below a half', () => {
  expect(unrecognisedNote(0.12, [first!, second!])).toBe(
    'The model itself sees 12 % of new samples of group 1 (a) and group 2 (b) as theirs: do not use them; another seed or more steps may help.',
  );
  expect(unrecognisedNote(0.5, [first!])).toBeUndefined();
  expect(unrecognisedNote(undefined, [first!])).toBeUndefined();
});
