import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cholesky,
  identity,
  invertLower,
  matmul,
  symmetricEigen,
  symmetricEigenvalues,
  symmetrise,
  transpose,
} from '../math/linalg.js';
import { Stream } from '../math/random.js';
import { Gaussians } from './gaussian/gaussians.js';
import { TASKS } from './gaussian/tasks.js';
import { MixturePrior } from './mixture.js';

// A mixture of two planar Gaussians and l(z) = sin(a.z) + z^T A z + b.z, whose expectation has a closed form.
const RHO = [0.3, -0.4];
const MU = [0.5, -0.2, -0.6, 0.8];
const SIGMA = [1.2, 0.3, 0.3, 0.7, 0.5, -0.1, -0.1, 0.9];
const a = [0.7, -1.1] as const;
const A = [0.4, 0.15, 0.15, -0.25] as const;
const b = [0.2, -0.3] as const;
const EXPECTED = {
  loss: 0.289881944699606,
  means: [0.602909423936, -0.413833430982, 0.016253007869, -0.338391970035],
  covariances: [
    [0.212965324657, 0.185572112442, 0.185572112442, -0.301158859154],
    [0.169948743868, -0.008722791551, -0.008722791551, 0.008967069183],
  ].flat(),
  mixing: [0.438912497678, -0.438912497678],
};

function planar(rho = RHO, mu = MU, sigma = SIGMA): MixturePrior {
  return MixturePrior.fromState({
    means: { shape: [2, 2], data: Float64Array.from(mu) },
    covariances: { shape: [2, 2, 2], data: Float64Array.from(sigma) },
    logits: { shape: [2], data: Float64Array.from(rho) },
  });
}

function loss(x: number, y: number): number {
  const quadratic = A[0] * x * x + 2 * A[1] * x * y + A[3] * y * y;
  return Math.sin(a[0] * x + a[1] * y) + quadratic + b[0] * x + b[1] * y;
}

function lossGradient(x: number, y: number): [number, number] {
  const c = Math.cos(a[0] * x + a[1] * y);
  return [a[0] * c + 2 * (A[0] * x + A[1] * y) + b[0], a[1] * c + 2 * (A[1] * x + A[3] * y) + b[1]];
}

/** E_c[l] = exp(-a^T Sigma a / 2) sin(a.mu) + tr(A Sigma) + mu^T A mu + b.mu, mixed by softmax(rho). */
function closedForm(rho: readonly number[], mu: readonly number[], sigma: readonly number[]): number {
  const weights = rho.map(Math.exp);
  const total = weights[0]! + weights[1]!;
  return weights.reduce((sum, weight, c) => {
    const [x, y] = [mu[2 * c]!, mu[2 * c + 1]!];
    const [s0, s1, s2, s3] = sigma.slice(4 * c, 4 * c + 4) as [number, number, number, number];
    const spread = a[0] * a[0] * s0 + a[0] * a[1] * (s1 + s2) + a[1] * a[1] * s3;
    const sine = Math.sin(a[0] * x + a[1] * y);
    const bent = A[0] * s0 + A[1] * (s1 + s2) + A[3] * s3;
    return sum + (weight / total) * (loss(x, y) - sine + Math.exp(-0.5 * spread) * sine + bent);
  }, 0);
}

/** Nodes and weights of E over N(0, 1), from the Jacobi matrix of the Hermite polynomials (Golub and Welsch). */
function gaussHermite(n: number): { nodes: Float64Array; weights: Float64Array } {
  const jacobi = new Float64Array(n * n);
  for (let k = 1; k < n; k++) jacobi[k * n + k - 1] = jacobi[(k - 1) * n + k] = Math.sqrt(k);
  const { values, vectors } = symmetricEigen(jacobi, n);
  return { nodes: values, weights: Float64Array.from(values, (_, i) => vectors[i * n]! ** 2) };
}

type Loss = (x: number, y: number) => number;
type LossGradient = (x: number, y: number) => readonly [number, number];

/** The Stein estimators with a quadrature rule in place of draws: row i carries weight B w_i. */
function quadrature(prior: MixturePrior, order: number, value: Loss, slope: LossGradient) {
  const { nodes, weights } = gaussHermite(order);
  const n = 2 * order * order;
  const z = new Float64Array(2 * n);
  const gradient = new Float64Array(2 * n);
  const adversarialLoss = new Float64Array(n);
  let row = 0;
  for (let c = 0; c < 2; c++) {
    const l = cholesky(prior.covariances.slice(4 * c, 4 * c + 4), 2);
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++, row++) {
        const x = prior.means[2 * c]! + l[0]! * nodes[i]!;
        const y = prior.means[2 * c + 1]! + l[2]! * nodes[i]! + l[3]! * nodes[j]!;
        const w = prior.mixing[c]! * weights[i]! * weights[j]! * n;
        z.set([x, y], 2 * row);
        const g = slope(x, y);
        gradient.set([w * g[0], w * g[1]], 2 * row);
        adversarialLoss[row] = w * value(x, y);
      }
    }
  }
  return {
    mean: adversarialLoss.reduce((s, v) => s + v, 0) / n,
    ...prior.gradients({ z, n, gradient, adversarialLoss }),
  };
}

function farthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(actual).reduce((worst, v, i) => Math.max(worst, Math.abs(v - expected[i]!)), 0);
}

describe('steinGradients', () => {
  it('have expected values that agree with finite differences of the closed form', () => {
    expect(closedForm(RHO, MU, SIGMA)).toBeCloseTo(EXPECTED.loss, 14);
    const h = 1e-6;
    const central = (at: (shift: number) => number) => (at(h) - at(-h)) / (2 * h);
    const nudged = (x: readonly number[], i: number, by: number) => x.map((v, k) => (k === i ? v + by : v));
    const means = MU.map((_, i) => central((s) => closedForm(RHO, nudged(MU, i, s), SIGMA)));
    // Each entry alone: the closed form treats both off-diagonal entries alike, so this is the symmetric gradient.
    const covariances = SIGMA.map((_, i) => central((s) => closedForm(RHO, MU, nudged(SIGMA, i, s))));
    const mixing = RHO.map((_, i) => central((s) => closedForm(nudged(RHO, i, s), MU, SIGMA)));
    expect(farthest(means, EXPECTED.means)).toBeLessThan(1e-8);
    expect(farthest(covariances, EXPECTED.covariances)).toBeLessThan(1e-8);
    expect(farthest(mixing, EXPECTED.mixing)).toBeLessThan(1e-8);
  });

  it('are exact under 80 x 80 Gauss-Hermite quadrature', () => {
    const prior = planar();
    expect(farthest(prior.mixing, [0.668187772168, 0.331812227832])).toBeLessThan(1e-12);
    const result = quadrature(prior, 80, loss, lossGradient);
    expect(Math.abs(result.mean - EXPECTED.loss)).toBeLessThan(1e-12);
    expect(farthest(result.means, EXPECTED.means)).toBeLessThan(2e-10);
    expect(farthest(result.covariances, EXPECTED.covariances)).toBeLessThan(2e-10);
    expect(farthest(result.mixing, EXPECTED.mixing)).toBeLessThan(2e-10);
  });

  it('agree with Monte Carlo over a million draws within four standard errors', () => {
    const prior = planar();
    const n = 10_000;
    const size = { means: 4, covariances: 8, mixing: 2 };
    for (const baseline of [false, true]) {
      const batches = baseline ? 30 : 100;
      const draws: Record<keyof typeof size, number[][]> = { means: [], covariances: [], mixing: [] };
      for (let t = 0; t < batches; t++) {
        const { z, component } = prior.sample(n, Stream.root(3).fork('mc', t));
        const gradient = new Float64Array(2 * n);
        const adversarialLoss = new Float64Array(n);
        for (let i = 0; i < n; i++) {
          gradient.set(lossGradient(z[2 * i]!, z[2 * i + 1]!), 2 * i);
          adversarialLoss[i] = loss(z[2 * i]!, z[2 * i + 1]!) + (baseline ? 10 : 0);
        }
        const g = prior.gradients({ z, n, gradient, adversarialLoss, component, baseline });
        for (const key of ['means', 'covariances', 'mixing'] as const) draws[key].push(Array.from(g[key]));
      }
      for (const key of ['means', 'covariances', 'mixing'] as const) {
        for (let i = 0; i < size[key]; i++) {
          const values = draws[key].map((row) => row[i]!);
          const mean = values.reduce((s, v) => s + v, 0) / batches;
          const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / (batches - 1);
          expect(Math.abs(mean - EXPECTED[key][i]!)).toBeLessThan(4 * Math.sqrt(variance / batches));
        }
      }
    }
  });

  it('match the closed form for an exponential loss', () => {
    const prior = planar();
    const value: Loss = (x, y) => Math.exp(a[0] * x + a[1] * y);
    const result = quadrature(prior, 80, value, (x, y) => [a[0] * value(x, y), a[1] * value(x, y)]);
    const levels = [0, 1].map((c) => {
      const [s0, s1, , s3] = SIGMA.slice(4 * c, 4 * c + 4) as [number, number, number, number];
      const spread = a[0] * a[0] * s0 + 2 * a[0] * a[1] * s1 + a[1] * a[1] * s3;
      return prior.mixing[c]! * Math.exp(a[0] * MU[2 * c]! + a[1] * MU[2 * c + 1]! + 0.5 * spread);
    });
    expect(
      farthest(
        result.means,
        levels.flatMap((e) => [a[0] * e, a[1] * e]),
      ),
    ).toBeLessThan(1e-9);
    const outer = [a[0] * a[0], a[0] * a[1], a[0] * a[1], a[1] * a[1]];
    expect(
      farthest(
        result.covariances,
        levels.flatMap((e) => outer.map((o) => 0.5 * o * e)),
      ),
    ).toBeLessThan(1e-9);
    const total = levels[0]! + levels[1]!;
    expect(
      farthest(
        result.mixing,
        levels.map((e, c) => e - prior.mixing[c]! * total),
      ),
    ).toBeLessThan(1e-9);
  });

  it('reduce to plain averages for one component', () => {
    const prior = MixturePrior.create({ components: 1, dim: 5 }, Stream.root(4));
    const n = 32;
    const { z } = prior.sample(n, Stream.root(5));
    const gradient = Stream.root(6).normals(new Float64Array(n * 5));
    const adversarialLoss = Stream.root(7).normals(new Float64Array(n));
    const g = prior.gradients({ z, n, gradient, adversarialLoss });
    expect(Array.from(prior.mixing)).toEqual([1]);
    expect(Array.from(prior.responsibilities(z, n))).toEqual(Array(n).fill(1));
    expect(Array.from(g.mixing)).toEqual([0]);
    const means = Array.from(
      { length: 5 },
      (_, j) => gradient.filter((_v, i) => i % 5 === j).reduce((s, v) => s + v) / n,
    );
    expect(farthest(g.means, means)).toBeLessThan(1e-15);
  });

  it('conserve: mixing gradients sum to 0, mean gradients to the mean gradient, on any batch', () => {
    const sizes = { components: fc.integer({ min: 1, max: 6 }), dim: fc.integer({ min: 1, max: 9 }) };
    const spread = fc.constantFrom(0.1, 1, 30);
    fc.assert(
      fc.property(
        fc.record({ ...sizes, n: fc.integer({ min: 1, max: 20 }), spread, seed: fc.nat() }),
        (o) => {
          const prior = MixturePrior.create({ ...o, meanStd: o.spread }, Stream.root(o.seed));
          const stream = Stream.root(o.seed).fork('batch');
          const { z, component } = prior.sample(o.n, stream);
          const gradient = stream.normals(new Float64Array(o.n * o.dim));
          const adversarialLoss = stream.normals(new Float64Array(o.n));
          const g = prior.gradients({ z, n: o.n, gradient, adversarialLoss, component });
          expect(Math.abs(g.mixing.reduce((s, v) => s + v, 0))).toBeLessThan(1e-12);
          for (let j = 0; j < o.dim; j++) {
            const byComponent = g.means.reduce((s, v, i) => (i % o.dim === j ? s + v : s), 0);
            const all = gradient.reduce((s, v, i) => (i % o.dim === j ? s + v : s), 0) / o.n;
            expect(Math.abs(byComponent - all)).toBeLessThan(1e-12);
          }
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('do not depend on the hint of the component, and equal a literal evaluation of the formula', () => {
    const [k, d, n] = [3, 8, 24];
    const prior = MixturePrior.create({ components: k, dim: d, meanStd: 0.5 }, Stream.root(8));
    const { z, component } = prior.sample(n, Stream.root(9));
    const gradient = Stream.root(10).normals(new Float64Array(n * d));
    const adversarialLoss = Stream.root(11).normals(new Float64Array(n));
    // One update first, so that the covariances are not the identity any more.
    const lr = { mean: 0.1, covariance: 0.3, mixing: 0.1 };
    prior.update({ z, n, gradient, adversarialLoss, lr });
    const literal = new Float64Array(k * d * d);
    const r = prior.responsibilities(z, n);
    for (let c = 0; c < k; c++) {
      const w = invertLower(cholesky(prior.covariances.slice(c * d * d, (c + 1) * d * d), d), d);
      const precision = matmul(transpose(w, d, d), w, d, d, d);
      const m = new Float64Array(d * d);
      for (let i = 0; i < n; i++) {
        const diff = Float64Array.from({ length: d }, (_, j) => z[i * d + j]! - prior.means[c * d + j]!);
        const u = matmul(precision, diff, d, d, 1);
        const g = gradient.subarray(i * d, i * d + d);
        m.set(matmul(u, g, d, 1, d).map((v, e) => m[e]! + (0.5 * r[i * k + c]! * v) / n));
      }
      literal.set(symmetrise(m, d), c * d * d);
    }
    const plain = Float64Array.from(prior.gradients({ z, n, gradient, adversarialLoss }).covariances);
    expect(farthest(plain, literal)).toBeLessThan(1e-13);
    const hinted = prior.gradients({ z, n, gradient, adversarialLoss, component });
    expect(farthest(hinted.covariances, plain)).toBeLessThan(1e-15);
  });
});

describe('the covariance step', () => {
  const made = new Map<number, Gaussians>();
  const of = (n: number): Gaussians => {
    const g = made.get(n) ?? new Gaussians(1, n, new Float64Array(n), identity(n), new Float64Array(1));
    made.set(n, g);
    return g;
  };
  const step = (sigma: Float64Array, delta: Float64Array, gamma: number, n: number): Float64Array => {
    const g = of(n);
    g.setMatrix('covariances', 0, sigma);
    g.refactor(0);
    g.setMatrix('moments', 0, delta);
    g.refreshInverses();
    TASKS.step(g, 0, gamma);
    return g.covariances;
  };

  it('keeps every eigenvalue relative to the old covariance at 1/2 or more', () => {
    const options = {
      n: fc.constantFrom(1, 2, 3, 4, 8),
      seed: fc.nat(),
      condition: fc.double({ min: 0, max: 6, noNaN: true }),
      size: fc.double({ min: -3, max: 3, noNaN: true }),
      rate: fc.double({ min: -3, max: 1, noNaN: true }),
    };
    let smallest = Infinity;
    fc.assert(
      fc.property(fc.record(options), ({ n, seed, condition, size, rate }) => {
        const stream = Stream.root(seed);
        const frame = symmetricEigen(symmetrise(stream.normals(new Float64Array(n * n)), n), n).vectors;
        const scaled = frame.map(
          (v, i) => v * 10 ** (condition * (Math.floor(i / n) / Math.max(1, n - 1) - 0.5)),
        );
        const sigma = symmetrise(matmul(transpose(frame, n, n), scaled, n, n, n), n);
        const delta = symmetrise(stream.normals(new Float64Array(n * n)), n).map((v) => v * 10 ** size);
        const next = step(sigma, delta, 10 ** rate, n);
        const w = invertLower(cholesky(sigma, n), n);
        const relative = matmul(matmul(w, next, n, n, n), transpose(w, n, n), n, n, n);
        const values = symmetricEigenvalues(symmetrise(relative, n), n);
        // Rounding is relative to the largest eigenvalue and to the condition of Sigma.
        const rounding = 1e-13 * 10 ** condition + 1e-14 * 10 ** condition * values[n - 1]!;
        expect(values[0]!).toBeGreaterThan(0.5 - 1e-9 - rounding);
        if (rounding < 1e-6) smallest = Math.min(smallest, values[0]!);
      }),
      { numRuns: 3000, seed: 2 },
    );
    expect(smallest).toBeLessThan(0.51); // the bound is reached, so the test is not vacuous
    expect(smallest).toBeGreaterThan(0.5 - 1e-6);
  });

  it.each([1, 2, 4])('halves the covariance where gamma Delta = -Sigma, order %i', (n) => {
    const minus = identity(n).map((v) => -v);
    expect(
      farthest(
        step(identity(n), minus, 1, n),
        identity(n).map((v) => v / 2),
      ),
    ).toBeLessThan(1e-15);
  });

  it('acts on eigenvalues t of gamma L^-1 Delta L^-T as 1 + t + t^2/2, where no correction would fail', () => {
    const delta = Float64Array.of(-2, 0, 0, 0.5);
    expect(Array.from(step(identity(2), delta, 1, 2))).toEqual([1, 0, 0, 1.625]);
    const uncorrected = identity(2).map((v, i) => v - 2 * identity(2)[i]!);
    expect(() => cholesky(uncorrected, 2)).toThrow('not positive definite');
    // 1 + t + kappa t^2 stays positive for every t exactly where kappa > 1/4.
    const least = (kappa: number) => 1 - 1 / (4 * kappa);
    expect(least(0.5)).toBe(0.5);
    expect(least(0.25)).toBe(0);
    expect(least(0.2)).toBeLessThan(0);
  });

  it("with twice the rate equals the authors' form, Sigma - g N + (g^2/2) N Sigma^-1 N, N = sym(S)", () => {
    for (const n of [3, 8]) {
      const stream = Stream.root(12).fork(n);
      const root = stream.normals(new Float64Array(n * n));
      const sigma = matmul(root, transpose(root, n, n), n, n, n);
      for (let i = 0; i < n; i++) sigma[i * n + i]! += 1;
      const normal = symmetrise(stream.normals(new Float64Array(n * n)), n);
      const gamma = 0.01;
      const w = invertLower(cholesky(sigma, n), n);
      const precision = matmul(transpose(w, n, n), w, n, n, n);
      const square = matmul(matmul(normal, precision, n, n, n), normal, n, n, n);
      const code = sigma.map((v, i) => v - gamma * normal[i]! + 0.5 * gamma * gamma * square[i]!);
      const paper = step(
        sigma,
        normal.map((v) => -0.5 * v),
        2 * gamma,
        n,
      );
      expect(farthest(paper, code)).toBeLessThan(1e-14);
    }
  });
});
