import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stepOf } from '../../test/support/step.js';
import { mostProbable } from '../cluster/most-probable.js';
import { arrayDataset } from '../data/dataset.js';
import { ReferenceEngine } from '../engine/reference.js';
import { evaluate } from '../graph/evaluate.js';
import { concat, input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { defineMethod } from '../method/method.js';
import { phase } from '../method/phase.js';
import { slogan } from '../methods/slogan.js';
import { wgan } from '../methods/wgan.js';
import { NormalPrior } from '../prior/normal.js';
import { Inference } from './inference.js';
import { runPhases } from './run-phases.js';
import { Session } from './session.js';

const context = { data: { shape: [2], range: 'signed' }, components: 3, batch: 4, horizon: 8 } as const;
const COUNT = 503; // two whole batches of 250, and three rows
const values = Stream.root(3).normals(new Float32Array(2 * COUNT));
const data = arrayDataset({
  name: 'points',
  kind: 'points',
  shape: [2],
  range: 'real',
  values,
  source: '',
});
const everything = Uint32Array.from({ length: COUNT }, (_, i) => i);

let inference: Inference;
beforeAll(async () => {
  const settings = { network: 'mlp-plain', units: 3, latent: 2, meanStd: 2 } as const;
  const session = await Session.open(new ReferenceEngine(), {
    method: slogan,
    settings,
    context,
    seed: 0,
    training: false,
  });
  inference = await Inference.open(session);
});

/** The features of one row, by an expression of batch 1. */
async function alone(row: number): Promise<Float64Array> {
  const { session } = inference;
  const saved = Object.entries(await session.save()).map(
    ([name, { data: stored }]) => [name, stored] as const,
  );
  const feeds = { ...Object.fromEntries(saved), samples: values.subarray(2 * row, 2 * row + 2) };
  return evaluate([session.model.inference.features(input('samples', [1, 2]))], feeds)[0]!;
}

describe('a trained model at work', () => {
  it('gives every row its own features, over batches and a padded rest', async () => {
    const features = await inference.featuresOf(values);
    expect(features.length).toBe(2 * COUNT);
    for (const row of [0, 249, 250, 499, 500, 502]) {
      (await alone(row)).forEach((value, j) => {
        expect(features[2 * row + j]).toBeCloseTo(value, 6);
      });
    }
    expect(await inference.features(data, everything)).toEqual(features);
  });

  it('offers the prior, the number of groups and the source of its draws', () => {
    const { prior, components, stream, graphs } = inference;
    expect([prior.components, prior.width, prior.mixing.length, components]).toEqual([3, 2, 3, 3]);
    expect(stream).toBe(inference.session.stream);
    expect(Object.keys(graphs.constants!())).toEqual(['prior/means']);
  });

  it('reads data by index, in any order', async () => {
    const all = await inference.features(data, everything);
    const some = await inference.features(data, [502, 0, 251]);
    expect([...some]).toEqual([502, 0, 251].flatMap((row) => [all[2 * row]!, all[2 * row + 1]!]));
    expect((await inference.features(data, [])).length).toBe(0);
  });

  it('assigns by probabilities that sum to 1, alike for data and for samples', async () => {
    const probabilities = await inference.assign(data, everything);
    for (let i = 0; i < COUNT; i++) {
      expect(probabilities[3 * i]! + probabilities[3 * i + 1]! + probabilities[3 * i + 2]!).toBeCloseTo(1, 6);
    }
    const groups = await inference.groupOf(values);
    expect(groups).toEqual(mostProbable(probabilities, 3));
    expect(new Set(groups).size).toBeGreaterThan(1);
  });

  it('draws a component anew for another path and the same for the same', async () => {
    const first = await inference.sampleComponent(1, 5, 'sheet');
    expect(first.length).toBe(10);
    expect(await inference.sampleComponent(1, 5, 'sheet')).toEqual(first);
    expect(await inference.sampleComponent(1, 5, 'other')).not.toEqual(first);
    expect(await inference.sampleComponent(2, 5, 'sheet')).not.toEqual(first);
    const { samples, components } = await inference.sampleMixture(300, 'x');
    expect([samples.length, components.length]).toEqual([600, 300]);
    expect(new Set(components)).toEqual(new Set([0, 1, 2]));
  });

  it('of a method without groups has features and no assignment', async () => {
    const session = await Session.open(new ReferenceEngine(), {
      method: wgan,
      settings: { units: 3, latent: 2 },
      context,
      seed: 0,
      training: false,
    });
    const other = await Inference.open(session);
    expect([inference.assigns, other.assigns]).toEqual([true, false]);
    expect((await other.featuresOf(values.subarray(0, 8))).length).toBe(4 * 3);
  });
});

it('the most probable group is the first of equals', () => {
  expect([...mostProbable([0.2, 0.5, 0.3, 0.4, 0.2, 0.4, 0, 0, 1], 3)]).toEqual([1, 0, 2]);
});

describe('a method of a program', () => {
  /** Three groups by the sign of the first coordinate, over a prior of one component. */
  const signs = defineMethod({
    name: 'signs',
    title: 'Signs',
    source: 'a test',
    settings: z.strictObject({}),
    build(_, own) {
      const phases = ['generate', 'features', 'assign'].map((name) =>
        phase(name, own, (p) => ({ outputs: { [name]: p.real().sum() } })),
      );
      return {
        networks: [],
        prior: new NormalPrior(2),
        phases,
        firstMoment: false,
        inference: {
          generate: (latent) => latent,
          features: (samples) => samples.mul(2),
          protocol: 'kmeans-encoder',
          assign: (samples) => concat([samples, samples.neg().slice(1, 0, 1)], 1).softmax(),
        },
      };
    },
  });
  const open = () => Session.open(new ReferenceEngine(), { method: signs, settings: {}, context, seed: 0 });

  it('may assign groups that its prior does not have', async () => {
    const own = await Inference.open(await open());
    expect(await own.groupOf(Float32Array.of(3, 0, 0, 3, -3, 0, 2, 1))).toEqual(Int32Array.of(0, 1, 2, 0));
  });

  it('may have phases whose names say what inference does', async () => {
    const session = await open();
    const own = await Inference.open(session);
    const step = stepOf({ real: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    const results = await runPhases(session.engine, session.model, step);
    expect(results.map(({ outputs }) => Object.values(outputs).map(([sum]) => sum))).toEqual([
      [36],
      [36],
      [36],
    ]);
    expect(await own.featuresOf(Float32Array.of(1, -2))).toEqual(Float32Array.of(2, -4));
  });
});
