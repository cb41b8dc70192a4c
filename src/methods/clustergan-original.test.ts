import { describe, expect, it } from 'vitest';
import { stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { LabelledStep } from '../method/step.js';
import { initialValue } from '../nn/parameter.js';
import { clusterganOriginal } from './clustergan-original.js';

const [K, BATCH] = [3, 4];
const build = (settings: object = {}) =>
  clusterganOriginal.build(clusterganOriginal.settings.parse({ noise: 2, ...settings }), {
    data: { shape: [1, 8, 8], range: 'unit' },
    components: K,
    batch: BATCH,
    horizon: 10,
    stream: Stream.root(0),
  });
const at = (step: number) =>
  ({ ...stepOf({ step, real: new Float32Array(BATCH * 64) }), progress: 0.5 }) as LabelledStep;

describe('the setting of the paper', () => {
  it('takes five steps of the critic for one of generator and encoder, which count their own', () => {
    const [critic, generator] = build().phases;
    const counts = (phase: typeof critic) =>
      Array.from({ length: 11 }, (_, step) => {
        const update = phase!.begin(at(step))?.updates[0];
        return update?.kind === 'adam' ? update.step : undefined;
      });
    expect(counts(critic)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const none = undefined;
    expect(counts(generator)).toEqual([none, none, none, none, 1, none, none, none, none, 2, none]);
    const [, every] = build({ criticSteps: 1 }).phases;
    expect(every!.begin(at(0))).toBeDefined();
  });

  it('has Adam at 1e-4 with decays 0.5 and 0.9, which does not fall, and a two-sided penalty of weight 10', () => {
    for (const phase of build().phases) {
      for (const update of phase.begin(at(4))!.updates)
        expect(update).toMatchObject({ kind: 'adam', learningRate: 1e-4, beta1: 0.5, beta2: 0.9 });
    }
    // A critic that is constant has slope 0: two-sided 10 (0 - 1)^2; its value counts nothing.
    const [critic] = build().phases;
    const model = build();
    const all = model.networks.flatMap((network) => [...network.parameters, ...network.buffers]);
    const values = Object.fromEntries(all.map((p) => [p.name, initialValue(p, Stream.root(1))]));
    const feeds = critic!.begin(at(0))!.feeds;
    const head = { 'critic/head/0-dense/weight': new Float64Array(1024), 'critic/head/0-dense/bias': [7] };
    const { penalty, critic: loss } = critic!.programs[0]!.outputs;
    const found = evaluate([penalty!, loss!], { ...values, ...feeds, ...head });
    expect(found[0]![0]).toBeCloseTo(1, 5);
    expect(found[1]![0]).toBeCloseTo(10, 4);
  });

  it('clusters by noise and softmax, or by the softmax alone where the noise is not recovered', () => {
    const width = (settings: object) => build(settings).inference.features(input('x', [5, 1, 8, 8])).shape[1];
    expect(width({})).toBe(2 + K);
    expect(width({ noiseWeight: 0 })).toBe(K);
    expect(build().inference.protocol).toBe('kmeans-encoder');
    expect(build().inference.assign!(input('x', [5, 1, 8, 8])).shape).toEqual([5, K]);
  });

  it('has noise of standard deviation 0.1', () => {
    const { z } = build().prior.sample(2000, Stream.root(0));
    const noise = Array.from({ length: 2000 }, (_, i) => z[i * 5]!);
    const deviation = Math.sqrt(noise.reduce((sum, x) => sum + x * x, 0) / 2000);
    expect(Math.abs(deviation - 0.1)).toBeLessThan((4 * 0.1) / Math.sqrt(4000));
  });
});
