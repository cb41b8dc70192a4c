import { describe, expect, it } from 'vitest';
import { digits } from '../data/sets/digits.js';
import type { Engine } from '../engine/engine.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { ReferenceEngine } from '../engine/reference.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { accuracyOf } from './accuracy.js';
import {
  type ClassifierTask,
  classifierOnnx,
  type TrainedClassifier,
  trainClassifier,
} from './classifier.js';
import { networkOf } from './feature-network.js';
import { parseConvention } from './input-convention.js';
import { labelledBatches } from './labelled-batches.js';

const train = digits();
const rows = Uint32Array.from({ length: train.count }, (_, i) => i);

function task(changes: Partial<ClassifierTask>): ClassifierTask {
  const batch = changes.batch ?? 64;
  return {
    network: 'lenet',
    data: train,
    classes: 10,
    batch,
    steps: 3,
    seed: 4,
    learningRate: () => 2e-3,
    next: labelledBatches(train, { rows, batch, stream: Stream.root(4) }),
    ...changes,
  };
}

async function run(engine: Engine, changes: Partial<ClassifierTask>) {
  const losses: number[] = [];
  const trained = await trainClassifier(
    engine,
    task({ ...changes, progress: ({ loss }) => losses.push(loss) }),
  );
  await engine.close();
  return { trained, losses };
}

const CONVENTION = parseConvention('range=0..1,output=features,probabilities=probabilities');
const opened = (trained: TrainedClassifier) =>
  networkOf(classifierOnnx(trained, train.shape), 'trained', { convention: CONVENTION, threads: 1 });

describe('training a classifier', () => {
  it('starts at the cross-entropy of its own predictions, and follows the float64 reference', async () => {
    const small = { network: 'mlp', batch: 6, steps: 3 } as const;
    const exact = await run(new ReferenceEngine(), small);
    const fast = await run(new OrtEngine({ threads: 1 }), small);
    exact.losses.forEach((loss, i) => {
      expect(fast.losses[i]).toBeCloseTo(loss, 4);
    });
    // -log softmax(logits)[y], by the interpreter, with the values before the first step.
    const { trained } = await run(new ReferenceEngine(), { ...small, steps: 0 });
    const { samples, labels } = labelledBatches(train, { rows, batch: 6, stream: Stream.root(4) })(0);
    const { trunk, head } = trained.networks;
    const logits = head.train(trunk.train(input('x', [6, 1, 8, 8])));
    const [values] = evaluate([logits], { ...Object.fromEntries(trained.values), x: samples });
    let expected = 0;
    for (let i = 0; i < 6; i++) {
      const own = values!.subarray(10 * i, 10 * i + 10);
      expected += (Math.log(own.reduce((sum, v) => sum + Math.exp(v), 0)) - own[labels[i]!]!) / 6;
    }
    expect(exact.losses[0]).toBeCloseTo(expected, 6);
  });

  it('gives the same bits again, and others for another seed', async () => {
    const bytes = async (seed: number) =>
      classifierOnnx((await run(new OrtEngine({ threads: 1 }), { seed })).trained, train.shape);
    const first = await bytes(4);
    expect(await bytes(4)).toEqual(first);
    expect(await bytes(5)).not.toEqual(first);
  });

  it('learns the handwritten digits: at least 96 % of the 1,797 test images', async () => {
    const steps = 240;
    const { trained, losses } = await run(new OrtEngine({ threads: 1 }), {
      steps,
      learningRate: (step) => 4e-3 * (1 - step / steps),
    });
    expect(losses.length).toBe(steps);
    const test = train.test!();
    const network = await opened(trained);
    const { accuracy, perClass } = await accuracyOf(network, test, test.labels!);
    expect(accuracy).toBeGreaterThan(0.96);
    // The accuracy is the mean of the classes', weighted by the published counts of the test part.
    const counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    const weighted = counts.reduce((sum, count, c) => sum + count * perClass[c]!, 0) / 1797;
    expect(weighted).toBeCloseTo(accuracy, 12);
    await expectSameAsInterpreter(trained, network);
    await network.close();
  });
});

/** The exported file in evaluation mode (running statistics) against float64. */
async function expectSameAsInterpreter(
  { networks, values }: TrainedClassifier,
  network: Awaited<ReturnType<typeof opened>>,
): Promise<void> {
  const x = new Float32Array(3 * 64);
  train.read([0, 1, 2], x);
  const features = networks.trunk.eval(input('x', [3, 1, 8, 8]));
  const outputs = evaluate([features, networks.head.eval(features).softmax()], {
    ...Object.fromEntries(values),
    x,
  });
  const first = { ...train, count: 3 };
  const found = [await network.features(first), await network.probabilities!(first)];
  outputs.forEach((expected, i) => {
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected.reduce((most, v, j) => Math.max(most, Math.abs(v - found[i]!.values[j]!)), 0);
    expect(worst / scale).toBeLessThan(1e-5);
  });
}

describe('mistakes', () => {
  const next = (labels: number[], fill = 0) => ({
    network: 'mlp' as const,
    batch: 2,
    next: () => ({ samples: new Float32Array(128).fill(fill), labels }),
  });
  it.each([
    [next([0, 10]), /Label 10 is no class: give whole numbers from 0 to 9/],
    [next([0, -1]), /Label -1 is no class/],
    [next([0, 1], Number.NaN), /loss is NaN at step 1/],
  ])('%o', async (changes, message) => {
    await expect(run(new ReferenceEngine(), changes)).rejects.toThrow(message);
  });
});
