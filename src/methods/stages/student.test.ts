import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../../test/support/step.js';
import { evaluate } from '../../graph/evaluate.js';
import { grad } from '../../graph/grad.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { initialValue } from '../../nn/parameter.js';
import { simplexMeans } from '../../prior/start.js';
import { cosines } from '../slogan/u2c.js';
import { studentEncoder, studentStage } from './student.js';

const BATCH = 4;
const data = { shape: [3], range: 'real' } as const;
const contextOf = (components: number) => ({
  ...{ data, components, batch: BATCH, horizon: 100 },
  stream: Stream.root(5),
});

/** A student with starting values, logits of some rows, and their encoding on means at the corners of a simplex. */
function encoded(components: number, dim: number) {
  const stream = Stream.root(11).fork(components, dim);
  const encoder = studentEncoder(contextOf(components));
  const { parameters, buffers } = encoder.network;
  const values = Object.fromEntries(
    [...parameters, ...buffers].map((p) => [p.name, initialValue(p, stream.fork(p.name))]),
  );
  const samples = input('samples', [BATCH, ...data.shape]);
  const means = input('means', [components, dim]);
  const feeds = {
    ...values,
    samples: stream.fork('samples').normals(new Float64Array(BATCH * 3)),
    means: simplexMeans(components, dim, 3, stream.fork('means')),
  };
  const code = encoder.encode(samples, means);
  const targets = [encoder.network.eval(samples), cosines(code, means), encoder.assign(samples), code];
  const [logits, cosine, assigned, e] = evaluate(targets, feeds) as [
    ...[Float64Array, Float64Array],
    ...[Float64Array, Float64Array],
  ];
  return { encoder, samples, means, feeds, logits, cosine, assigned, e };
}

describe('the encoding of a student', () => {
  it.each([
    [2, 1],
    [2, 6],
    [5, 4],
    [5, 8],
    [10, 32],
  ])('is at the angles of its logits to the %i corners of a simplex in %i dimensions', (k, d) => {
    const { logits, cosine } = encoded(k, d);
    for (let i = 0; i < BATCH; i++) {
      const own = [...logits.subarray(i * k, (i + 1) * k)];
      const mean = own.reduce((a, b) => a + b, 0) / k;
      const norm = Math.hypot(...own.map((l) => l - mean));
      own.forEach((l, c) => {
        // cos(e(x), mu_c) = (l_c - mean l) / |l - mean l| sqrt(K / (K - 1))
        const expected = ((l - mean) / norm) * Math.sqrt(k / (k - 1));
        expect(cosine[i * k + c]).toBeCloseTo(expected, 8);
      });
    }
  });

  it('does not depend on how long the means are, and answers by the softmax of its logits', () => {
    const { encoder, samples, means, feeds, e, logits, assigned } = encoded(5, 8);
    const longer = { ...feeds, means: feeds.means.map((x) => 7 * x) };
    const again = evaluate([encoder.encode(samples, means)], longer)[0]!;
    for (const [i, x] of again.entries()) expect(x).toBeCloseTo(e[i]!, 12);
    const exponentials = logits.subarray(0, 5).map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b, 0);
    for (const [c, x] of exponentials.entries()) expect(assigned[c]).toBeCloseTo(x / total, 12);
  });

  it('is 0, with gradients of 0, where there is one group', () => {
    const { encoder, samples, means, feeds, e, assigned } = encoded(1, 4);
    expect([...e]).toEqual(new Array(BATCH * 4).fill(0));
    expect([...assigned]).toEqual(new Array(BATCH).fill(1));
    const [gradient] = grad(cosines(encoder.encode(samples, means), means).sum(), [samples]);
    for (const x of evaluate([gradient!], feeds)[0]!) expect(Math.abs(x)).toBe(0);
  });
});

/** What the student is fed for rows 0..3. */
function feedsOf(group: readonly number[], sure: readonly number[], components = 3) {
  const teaching = {
    ...{ group: Int32Array.from(group), sure: Uint8Array.from(sure) },
    shares: new Float64Array(components).fill(1 / components),
  };
  const model = studentStage('none', 10).build({ ...contextOf(components), teaching });
  const real = Stream.root(2).normals(new Float32Array(BATCH * 3));
  const step = { ...stepOf({ real }), rows: Uint32Array.of(0, 1, 2, 3) };
  return { model, feeds: begin(model.phases[0]!, step).feeds };
}

describe('what a student learns from', () => {
  it('are groups of sure rows, smoothed by a tenth, all of the same weight', () => {
    const { feeds } = feedsOf([2, 0, -1, 1], [1, 0, 0, 1]);
    const low = Math.fround(0.1 / 3);
    const high = Math.fround(low + 0.9);
    expect([...feeds.target!]).toEqual(
      [
        [low, low, high],
        [high, low, low],
        [low, low, low],
        [low, high, low],
      ].flat(),
    );
    expect([...feeds.weight!]).toEqual([0.5, 0, 0, 0.5]);
    for (const sure of [
      [1, 1, 1, 0],
      [1, 1, 1, 1],
      [0, 0, 1, 0],
    ]) {
      const sum = feedsOf([0, 1, 2, 0], sure).feeds.weight!.reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
  });

  it('is nothing in a batch without a sure row: loss and gradients are 0', () => {
    const { model, feeds } = feedsOf([0, 1, 2, 0], [0, 0, 0, 0]);
    expect([...feeds.weight!]).toEqual([0, 0, 0, 0]);
    const [network] = model.networks;
    const values = Object.fromEntries(
      [...network!.parameters, ...network!.buffers].map((p) => [p.name, initialValue(p, Stream.root(1))]),
    );
    const { outputs, gradients } = model.phases[0]!.programs[0]!;
    const [loss, ...all] = evaluate([outputs.student!, ...gradients!.values()], { ...values, ...feeds });
    expect([...loss!]).toEqual([0]);
    for (const gradient of all) for (const x of gradient) expect(Math.abs(x)).toBe(0);
  });

  it('must be there', () => {
    expect(() => studentStage('none', 10).build(contextOf(3))).toThrow('the student has no groups to learn');
  });
});
