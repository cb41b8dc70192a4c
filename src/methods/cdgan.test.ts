import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset, withoutLabels } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { Stream } from '../math/random.js';
import type { BuildContext } from '../method/method.js';
import { Inference } from '../train/inference.js';
import { Session } from '../train/session.js';
import { train } from '../train/trainer.js';
import { cdgan } from './cdgan.js';

const context = (shape: readonly number[]): BuildContext => ({
  data: { shape, range: 'unit' },
  ...{ components: 2, batch: 6, horizon: 20, stream: Stream.root(0) },
});
const build = (shape: readonly number[], settings: object = {}) =>
  cdgan.build(cdgan.settings.parse({ units: 8, latent: 4, features: 3, ...settings }), context(shape));

const values = Stream.root(3).uniforms(new Float32Array(30 * 36));
const images = arrayDataset({
  ...{ name: 'images', kind: 'image', shape: [1, 6, 6], range: 'unit', values, source: 'random images' },
});
const samples = withoutLabels(images);
const schedule = batchSchedule(Stream.root(1), { count: 30, batchSize: 6 });

async function trained<T>(
  { from = 0, to, state }: { from?: number; to: number; state?: Awaited<ReturnType<Session['save']>> },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const engine = new OrtEngine({ threads: 1 });
  try {
    const { stream: _, ...own } = context([1, 6, 6]);
    const session = await Session.open(engine, {
      method: cdgan,
      settings: { units: 8, latent: 4, features: 3, encoderBatch: 8 },
      ...{ context: own, seed: 0 },
      ...(state && { state }),
    });
    for await (const { losses } of train(session, { samples, schedule, from, to })) {
      expect(losses.contrast).toBeGreaterThan(0);
      expect(losses.encoder).toBeGreaterThan(0);
    }
    return await use(session);
  } finally {
    await engine.close();
  }
}

describe('CD-GAN', () => {
  it('refuses data that are no images in one sentence, unless rows are compared with noise', () => {
    expect(() => build([2])).toThrow(
      'CD-GAN compares crops of images, and these data are none; give images, or compare rows with noise instead by --set viewNoise=0.1.',
    );
    expect(build([2], { viewNoise: 0.1 }).phases.map(({ name }) => name)).toEqual([
      'critic',
      'generator',
      'encoder',
    ]);
  });

  it('goes on after an interruption with the same bits', async () => {
    const whole = await trained({ to: 5 }, (session) => session.save());
    const state = await trained({ to: 2 }, (session) => session.save());
    expect(await trained({ from: 2, to: 5, state }, (session) => session.save())).toEqual(whole);
    expect(Math.hypot(...whole['encoder/prototypes']!.data)).toBeGreaterThan(0.1);
  });

  it('moves generator and encoder each in a phase of its own', () => {
    const groups = build([1, 6, 6]).phases.map(({ programs }) => {
      const names = [...programs[0]!.gradients!.keys()];
      return [...new Set(names.map((name) => name.split('/')[0]))];
    });
    expect(groups).toEqual([['critic'], ['generator'], ['encoder']]);
  });

  it('assigns by the nearest prototype in the cosine, and clusters unit vectors', async () => {
    await trained({ to: 3 }, async (session) => {
      const inference = await Inference.open(session);
      const rows = Uint32Array.from({ length: 30 }, (_, i) => i);
      const [features, probabilities] = [
        await inference.features(samples, rows),
        await inference.assign(samples, rows),
      ];
      const prototypes = (await session.save())['encoder/prototypes']!.data;
      const cosine = (row: number, c: number) => {
        const m = prototypes.subarray(3 * c, 3 * c + 3);
        const f = features.subarray(3 * row, 3 * row + 3);
        return f.reduce((sum, value, j) => sum + value * m[j]!, 0) / Math.hypot(...m);
      };
      for (const row of rows) {
        expect(Math.hypot(...features.subarray(3 * row, 3 * row + 3))).toBeCloseTo(1, 5);
        const odds = Math.exp((cosine(row, 0) - cosine(row, 1)) / 0.07);
        expect(probabilities[2 * row]!).toBeCloseTo(odds / (1 + odds), 4);
      }
    });
  });

  it('changes the colours of crops where it is asked to, in the interval of the data', () => {
    for (const range of ['unit', 'signed'] as const) {
      const model = cdgan.build(cdgan.settings.parse({ units: 8, latent: 4, jitter: true, mirror: true }), {
        ...context([3, 6, 6]),
        data: { shape: [3, 6, 6], range },
      });
      const begun = begin(model.phases[1]!, stepOf({ real: new Float32Array(2) }));
      expect(begun.feeds['colours/saturation']).toHaveLength(6);
    }
  });
});
