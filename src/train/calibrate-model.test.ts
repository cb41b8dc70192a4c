import { expect, it } from 'vitest';
import { calibrationOf } from './calibrate-model.js';
import type { Inference } from './inference.js';
import { TooFewKept } from './rejection.js';

/** A model of two groups whose own probabilities are 0.6 for the component of a sample, in a share of its samples. */
function model(recognised: number, change: object = {}): Inference {
  return {
    assigns: true,
    graphs: {},
    prior: { components: 2, mixing: Float64Array.of(0.8, 0.2) },
    sampleMixture: async (n: number) => ({
      samples: new Float32Array(n),
      components: Int32Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    }),
    probabilitiesOf: async ({ length }: Float32Array, own: string) => {
      expect(own).toBe('own');
      return Float32Array.from({ length: 2 * length }, (_, at) => {
        const i = Math.floor(at / 2);
        const component = i % 5 === 0 ? 1 : 0;
        const said = (i * 7) % 1000 < 1000 * recognised ? component : 1 - component;
        return at % 2 === said ? 0.6 : 0.4;
      });
    },
    ...change,
  } as unknown as Inference;
}

it('is fitted to the model where its samples are recognised', async () => {
  const { sharpness } = (await calibrationOf(model(0.98)))!;
  // log(0.98 / 0.02) over log(0.6 / 0.4), nearly: the sizes count as well.
  expect(Math.abs(sharpness - Math.log(49) / Math.log(1.5))).toBeLessThan(1.5);
});

it('is none where samples say nothing of the groups, or cannot be had', async () => {
  expect(await calibrationOf(model(0.5))).toBeUndefined();
  expect(await calibrationOf(model(0))).toBeUndefined();
  expect(await calibrationOf(model(1, { assigns: false }))).toBeUndefined();
  const few = { sampleMixture: () => Promise.reject(new TooFewKept('few')) };
  expect(await calibrationOf(model(1, few))).toBeUndefined();
  const one = { prior: { components: 1, mixing: Float64Array.of(1) } };
  expect(await calibrationOf(model(1, one))).toBeUndefined();
});

it('leaves the sizes alone where the probabilities weigh them already', async () => {
  const weighed = { graphs: { weighsSizes: true } };
  const calibration = (await calibrationOf(model(0.98, weighed)))!;
  expect(calibration.prior).toBe(0);
  expect(Math.abs(calibration.sharpness - Math.log(49) / Math.log(1.5))).toBeLessThan(0.1);
});
