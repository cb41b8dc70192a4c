/** @file The mixture in the kernels beside plain float64 loops, at sizes that fill blocks, panels and chunks or do not. */
import { describe, expect, it } from 'vitest';
import { cholesky, identity, invertLower, matmul, softmax, symmetrise, transpose } from '../math/linalg.js';
import { Stream } from '../math/random.js';
import { MixturePrior } from './mixture.js';
import type { SteinBatch } from './stein.js';

interface Case {
  readonly k: number;
  readonly d: number;
  readonly n: number;
  /** Standard deviation of the means: 100 leaves every latent to one component. */
  readonly spread: number;
}

/** Parameters of a mixture with covariances I/2 + R R^T/d. */
function parameters({ k, d, spread }: Case, stream: Stream) {
  const covariances = new Float64Array(k * d * d);
  for (let c = 0; c < k; c++) {
    const root = stream.normals(new Float64Array(d * d));
    const product = matmul(root, transpose(root, d, d), d, d, d);
    const unit = identity(d);
    covariances.set(
      product.map((v, i) => v / d + 0.5 * unit[i]!),
      c * d * d,
    );
  }
  const means = stream.normals(new Float64Array(k * d)).map((v) => v * spread);
  return { means, covariances, logits: stream.normals(new Float64Array(k)) };
}

type Parameters = ReturnType<typeof parameters>;

function priorOf({ k, d }: Case, { means, covariances, logits }: Parameters): MixturePrior {
  return MixturePrior.fromState({
    means: { shape: [k, d], data: means },
    covariances: { shape: [k, d, d], data: covariances },
    logits: { shape: [k], data: logits },
  });
}

/** L_c and L_c^-1. */
function factorsOf({ d }: Case, { covariances }: Parameters, c: number) {
  const factor = cholesky(covariances.slice(c * d * d, (c + 1) * d * d), d);
  return { factor, inverse: invertLower(factor, d) };
}

/** r_c(z_i), n x K. */
function plainResponsibilities(size: Case, given: Parameters, z: Float64Array): Float64Array {
  const { k, d, n } = size;
  const mixing = softmax(given.logits);
  const out = new Float64Array(n * k);
  for (let c = 0; c < k; c++) {
    const { factor, inverse } = factorsOf(size, given, c);
    let logDet = 0;
    for (let j = 0; j < d; j++) logDet += Math.log(factor[j * d + j]!);
    for (let i = 0; i < n; i++) {
      const difference = Float64Array.from({ length: d }, (_, j) => z[i * d + j]! - given.means[c * d + j]!);
      const y = matmul(inverse, difference, d, d, 1);
      out[i * k + c] = Math.log(mixing[c]!) - logDet - 0.5 * y.reduce((sum, v) => sum + v * v, 0);
    }
  }
  for (let i = 0; i < n; i++) out.set(softmax(out.subarray(i * k, i * k + k)), i * k);
  return out;
}

/** The estimators of stein.ts, term by term. */
function plainGradients(size: Case, given: Parameters, batch: SteinBatch) {
  const { k, d, n } = size;
  const r = plainResponsibilities(size, given, batch.z);
  const mixing = softmax(given.logits);
  const result = {
    means: new Float64Array(k * d),
    covariances: new Float64Array(k * d * d),
    mixing: new Float64Array(k),
  };
  for (let c = 0; c < k; c++) {
    const { inverse } = factorsOf(size, given, c);
    const precision = matmul(transpose(inverse, d, d), inverse, d, d, d);
    const scaled = new Float64Array(n * d);
    for (let i = 0; i < n; i++) {
      const weight = r[i * k + c]! / n;
      result.mixing[c]! += (batch.adversarialLoss[i]! * (r[i * k + c]! - mixing[c]!)) / n;
      for (let j = 0; j < d; j++) {
        result.means[c * d + j]! += weight * batch.gradient[i * d + j]!;
        scaled[i * d + j] = weight * (batch.z[i * d + j]! - given.means[c * d + j]!);
      }
    }
    const gradient = Float64Array.from(batch.gradient);
    const crossed = matmul(transpose(scaled, n, d), gradient, d, n, d);
    result.covariances.set(
      symmetrise(matmul(precision, crossed, d, d, d), d).map((v) => v / 2),
      c * d * d,
    );
  }
  return result;
}

/** Sigma + gamma Delta + gamma^2/2 Delta Sigma^-1 Delta with Delta = -gradient, of all components. */
function plainStep(size: Case, given: Parameters, gradient: Float64Array, gamma: number): Float64Array {
  const { k, d } = size;
  const out = given.covariances.slice();
  for (let c = 0; c < k; c++) {
    const { inverse } = factorsOf(size, given, c);
    const delta = gradient.slice(c * d * d, (c + 1) * d * d).map((v) => -v);
    const whitened = matmul(inverse, delta, d, d, d);
    const square = matmul(transpose(whitened, d, d), whitened, d, d, d);
    for (let e = 0; e < d * d; e++) out[c * d * d + e]! += gamma * delta[e]! + 0.5 * gamma ** 2 * square[e]!;
  }
  return out;
}

/** Largest difference, relative to the largest number. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [worst, largest] = [0, Number.MIN_VALUE];
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst / largest;
}

const everyDimension: Case[] = Array.from({ length: 70 }, (_, i) => ({
  k: 1 + (i % 3),
  d: i + 1,
  n: 1 + ((i * 7) % 19),
  spread: [0.1, 1, 100][i % 3]!,
}));
const everyBatch: Case[] = [1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 131].flatMap((n) => [
  { k: 4, d: 6, n, spread: 0.5 },
  { k: 9, d: 8, n, spread: 100 },
]);
const large: Case[] = [
  { k: 3, d: 128, n: 70, spread: 0.1 },
  { k: 70, d: 5, n: 40, spread: 3 },
];

describe.each([...everyDimension, ...everyBatch, ...large])('K=$k d=$d B=$n, means $spread apart', (size) => {
  const { k, d, n } = size;
  const stream = Stream.root(d).fork(n);
  const given = parameters(size, stream);
  const prior = priorOf(size, given);
  const { z, component } = prior.sample(n, stream.fork('batch'));
  const gradient = stream.normals(new Float64Array(n * d));
  const batch = { z, n, gradient, adversarialLoss: stream.normals(new Float64Array(n)) };

  it('draws mu + L e, and whitens with L^-1', () => {
    const noise = stream
      .fork('batch')
      .fork('noise')
      .normals(new Float64Array(n * d));
    const { weight, offset, constant } = prior.whitening();
    for (let i = 0; i < n; i++) {
      const c = component[i]!;
      const drawn = matmul(factorsOf(size, given, c).factor, noise.slice(i * d, i * d + d), d, d, 1);
      const expected = drawn.map((v, j) => v + given.means[c * d + j]!);
      expect(difference(z.subarray(i * d, i * d + d), expected)).toBeLessThan(1e-13);
    }
    for (let c = 0; c < k; c++) {
      const { inverse } = factorsOf(size, given, c);
      expect(difference(weight.subarray(c * d * d, (c + 1) * d * d), inverse)).toBeLessThan(1e-11);
      const mean = matmul(inverse, given.means.slice(c * d, (c + 1) * d), d, d, 1);
      expect(difference(offset.subarray(c * d, (c + 1) * d), mean)).toBeLessThan(1e-11);
    }
    const rounded = prior.roundedWhitening();
    expect(rounded.weight).toEqual(new Float32Array(weight));
    expect(rounded.offset).toEqual(new Float32Array(offset));
    expect(rounded.constant).toEqual(new Float32Array(constant));
  });

  it('finds responsibilities and gradients, with and without the drawn components', () => {
    const expected = plainGradients(size, given, batch);
    const r = plainResponsibilities(size, given, z);
    expect(difference(prior.responsibilities(z, n), r)).toBeLessThan(1e-10);
    for (const hint of [{}, { component }]) {
      const { means, covariances, mixing, counts } = prior.gradients({ ...batch, ...hint });
      expect(difference(means, expected.means)).toBeLessThan(1e-10);
      expect(difference(covariances, expected.covariances)).toBeLessThan(1e-10);
      expect(Math.max(...mixing.map((v, c) => Math.abs(v - expected.mixing[c]!)))).toBeLessThan(1e-10);
      // A responsibility counts from 1e-14 of the largest one on.
      const best = Array.from({ length: n }, (_, i) => Math.max(...r.subarray(i * k, i * k + k)));
      counts.forEach((count, c) => {
        expect(count).toBe(best.filter((most, i) => r[i * k + c]! >= 1e-14 * most).length);
      });
    }
  });

  it('computes the same whether a batch was prepared or not, and whatever was asked in between', () => {
    const lr = { mean: 0.1, covariance: 0.25, mixing: 0.1 };
    const other = stream.fork('other').normals(new Float64Array(n * d));
    const between: ((mixture: MixturePrior) => void)[] = [
      () => {},
      (mixture) => mixture.prepare({ z, component }),
      (mixture) => {
        mixture.prepare({ z, component });
        mixture.responsibilities(other, n);
      },
      (mixture) => mixture.prepare({ z: other, component }),
      (mixture) => {
        mixture.prepare({ z, component });
        mixture.sample(n, stream.fork('later'));
        mixture.roundedWhitening();
      },
    ];
    const states = between.map((act) => {
      const moved = priorOf(size, given);
      act(moved);
      moved.update({ ...batch, component, lr });
      // Prepared for parameters that have moved since: of no use.
      moved.prepare({ z, component });
      moved.setMixing(new Float64Array(k).fill(1 / k));
      moved.update({ ...batch, component, lr });
      return moved.state();
    });
    for (const state of states) expect(state).toEqual(states[0]);
  });

  it('has the inverses of its covariances also after a component has failed', () => {
    const moved = priorOf(size, given);
    const broken = Float64Array.from(batch.gradient);
    // Latents of component 0 alone, for which others have responsibility 0.
    component.forEach((c, i) => {
      if (c === 0) broken.fill(Number.NaN, i * d, (i + 1) * d);
    });
    try {
      moved.update({ ...batch, gradient: broken, component, lr: { mean: 0, covariance: 0.25, mixing: 0 } });
    } catch {}
    const { weight } = moved.whitening();
    for (let c = 0; c < k; c++) {
      const sigma = Float64Array.from(moved.covariances.subarray(c * d * d, (c + 1) * d * d));
      if (!sigma.every(Number.isFinite)) continue;
      const inverse = weight.slice(c * d * d, (c + 1) * d * d);
      const whitened = matmul(matmul(inverse, sigma, d, d, d), transpose(inverse, d, d), d, d, d);
      expect(difference(whitened, identity(d))).toBeLessThan(1e-9);
    }
  });

  it('moves the covariances, and goes on from them', () => {
    const moved = priorOf(size, given);
    const lr = { mean: 0, covariance: 0.25, mixing: 0 };
    const { covariances } = moved.update({ ...batch, component, lr });
    const expected = plainStep(size, given, Float64Array.from(covariances), 0.5);
    expect(difference(moved.covariances, expected)).toBeLessThan(1e-12);
    const again = priorOf(size, { ...given, covariances: Float64Array.from(moved.covariances) });
    expect(moved.whitening()).toEqual(again.whitening());
  });
});
