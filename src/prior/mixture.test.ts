import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { CategoricalPrior } from './categorical.js';
import { MixturePrior } from './mixture.js';
import { NormalPrior } from './normal.js';

/** K unit Gaussians on a line, 40 apart: responsibilities are exactly one-hot. */
function separated(components: number): MixturePrior {
  return MixturePrior.fromState({
    means: { shape: [components, 1], data: Float64Array.from({ length: components }, (_, c) => 40 * c) },
    covariances: { shape: [components, 1, 1], data: new Float64Array(components).fill(1) },
    logits: { shape: [components], data: new Float64Array(components) },
  });
}

/** One mixing update in expectation: one latent at each mean, its loss weighted by K pi_c. */
function expectedMixingStep(prior: MixturePrior, losses: readonly number[], rate: number): void {
  const k = prior.components;
  prior.update({
    z: prior.means.slice(),
    n: k,
    gradient: new Float64Array(k),
    adversarialLoss: losses.map((loss, c) => k * prior.mixing[c]! * loss),
    lr: { mean: 0, covariance: 0, mixing: rate },
  });
}

function wide(): MixturePrior {
  const prior = MixturePrior.create({ components: 3, dim: 6, meanStd: 0.7 }, Stream.root(1));
  const n = 16;
  const gradient = Stream.root(2).normals(new Float64Array(n * 6));
  const adversarialLoss = Stream.root(3).normals(new Float64Array(n));
  const { z } = prior.sample(n, Stream.root(4));
  prior.update({ z, n, gradient, adversarialLoss, lr: { mean: 0.1, covariance: 0.5, mixing: 1 } });
  return prior;
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!)), 0);
}

describe('mixing coefficients without a GAN', () => {
  it('move to the component with the highest critic value, and the mean value never falls', () => {
    const prior = separated(3);
    const critic = [0.2, 1, -0.5];
    let before = -Infinity;
    for (let t = 0; t < 2000; t++) {
      const value = critic.reduce((sum, v, c) => sum + v * prior.mixing[c]!, 0);
      expect(value).toBeGreaterThan(before);
      before = value;
      expectedMixingStep(
        prior,
        critic.map((v) => -v),
        0.5,
      );
    }
    expect(prior.mixing[1]!).toBeGreaterThan(0.999);
  });

  it('stay where all critic values are equal', () => {
    const prior = separated(3);
    const start = prior.logits.slice();
    for (let t = 0; t < 50; t++) expectedMixingStep(prior, [2, 2, 2], 0.05);
    expect(farthest(prior.logits, start)).toBeLessThan(1e-13);
  });

  it('settle at w where the loss is -log(w_c / pi_c)', () => {
    const prior = separated(2);
    const w = [0.7, 0.3];
    for (let t = 0; t < 4000; t++) {
      expectedMixingStep(
        prior,
        w.map((v, c) => -Math.log(v / prior.mixing[c]!)),
        0.05,
      );
    }
    expect(farthest(prior.mixing, w)).toBeLessThan(1e-6);
  });
});

describe('MixturePrior', () => {
  it('starts with small means, identity covariances and equal mixing', () => {
    const prior = MixturePrior.create({ components: 10, dim: 64 }, Stream.root(0));
    const variance = prior.means.reduce((s, v) => s + v * v, 0) / 640;
    expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(4 * Math.sqrt(2 / 640));
    expect(farthest(prior.mixing, Array(10).fill(0.1))).toBeLessThan(1e-15);
    const { min, max } = prior.eigenRange();
    expect([min[3], max[3]]).toEqual([1, 1]);
  });

  it('gives the log density of a known mixture', () => {
    const prior = MixturePrior.fromState({
      means: { shape: [2, 1], data: Float64Array.of(0, 1) },
      covariances: { shape: [2, 1, 1], data: Float64Array.of(1, 4) },
      logits: { shape: [2], data: Float64Array.of(0, Math.log(3)) },
    });
    const normal = (x: number, m: number, s: number) =>
      Math.exp(-0.5 * ((x - m) / s) ** 2) / (s * Math.sqrt(2 * Math.PI));
    const q = 0.25 * normal(0.5, 0, 1) + 0.75 * normal(0.5, 1, 2);
    expect(prior.logDensity(Float64Array.of(0.5), 1)[0]).toBeCloseTo(Math.log(q), 14);
    const r = prior.responsibilities(Float64Array.of(0.5), 1);
    expect(r[0]).toBeCloseTo((0.25 * normal(0.5, 0, 1)) / q, 14);
    // Far out the densities underflow; their logarithms must not.
    expect(prior.logDensity(Float64Array.of(1e6), 1)[0]).toBeLessThan(-1e11);
    expect(prior.responsibilities(Float64Array.of(1e6), 1)[1]).toBe(1);
  });

  it('whitens: log pi_c N_c(z) = constant_c - |weight_c z - offset_c|^2 / 2', () => {
    const prior = wide();
    const { z } = prior.sample(5, Stream.root(5));
    const { weight, offset, constant } = prior.whitening();
    const log = prior.logResponsibilities(z, 5);
    const density = prior.logDensity(z, 5);
    for (let i = 0; i < 5; i++) {
      for (let c = 0; c < 3; c++) {
        let squares = 0;
        for (let row = 0; row < 6; row++) {
          let y = -offset[c * 6 + row]!;
          for (let j = 0; j < 6; j++) y += weight[(c * 6 + row) * 6 + j]! * z[i * 6 + j]!;
          squares += y * y;
        }
        expect(constant[c]! - 0.5 * squares).toBeCloseTo(log[i * 3 + c]! + density[i]!, 11);
      }
    }
  });

  it('samples its means, covariances and mixing coefficients', () => {
    const prior = wide();
    const n = 200_000;
    const { z, component } = prior.sample(n, Stream.root(6));
    const share = new Float64Array(3);
    for (const c of component) share[c]!++;
    share.forEach((count, c) => {
      const p = prior.mixing[c]!;
      expect(Math.abs(count / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
      for (const [i, j] of [
        [0, 0],
        [2, 1],
        [5, 3],
      ] as const) {
        const [mi, mj] = [prior.means[c * 6 + i]!, prior.means[c * 6 + j]!];
        const entry = (r: number, s: number) => prior.covariances[(c * 6 + r) * 6 + s]!;
        let sum = 0;
        for (let k = 0; k < n; k++)
          if (component[k] === c) sum += (z[k * 6 + i]! - mi) * (z[k * 6 + j]! - mj);
        const error = Math.sqrt((entry(i, i) * entry(j, j) + entry(i, j) ** 2) / count);
        expect(Math.abs(sum / count - entry(i, j))).toBeLessThan(4 * error);
      }
    });
    expect(new Set(prior.sampleComponent(2, 9, Stream.root(7)).component)).toEqual(new Set([2]));
  });

  it('is rebuilt bit for bit from its state, and goes on alike', () => {
    const prior = wide();
    const copy = MixturePrior.fromState(prior.state());
    for (const p of [prior, copy]) {
      const { z } = p.sample(8, Stream.root(8));
      const gradient = Stream.root(9).normals(new Float64Array(48));
      const lr = { mean: 0.1, covariance: 0.1, mixing: 0.1 };
      p.update({ z, n: 8, gradient, adversarialLoss: new Float64Array(8).fill(1), lr });
    }
    expect(copy.state()).toEqual(prior.state());
    expect(copy.whitening()).toEqual(prior.whitening());
  });

  it('moves the means by a direct gradient too, at their own rate, unless they are frozen', () => {
    const direct = Float64Array.from({ length: 18 }, (_, i) => i / 4);
    const moved = (more: object) => {
      const prior = wide();
      const { z } = prior.sample(8, Stream.root(8));
      const gradient = Stream.root(9).normals(new Float64Array(48));
      const adversarialLoss = Stream.root(10).normals(new Float64Array(8));
      prior.update({
        z,
        n: 8,
        gradient,
        adversarialLoss,
        lr: { mean: 0.1, covariance: 0.1, mixing: 0.1 },
        ...more,
      });
      return prior.state();
    };
    const [plain, both] = [moved({}), moved({ direct })];
    const expected = plain.means!.data.map((mean, i) => mean - 0.1 * direct[i]!);
    expect(farthest(both.means!.data, expected)).toBeLessThan(1e-15);
    expect([both.covariances, both.logits]).toEqual([plain.covariances, plain.logits]);
    expect(moved({ direct, freeze: { means: true } }).means).toEqual(wide().state().means);
    expect(() => moved({ direct: [1] })).toThrow(
      'The prior was given 1 numbers as direct gradients; give 18.',
    );
  });

  it('leaves frozen parameters alone', () => {
    const start = wide().state();
    const frozen = { means: 'means', covariances: 'covariances', mixing: 'logits' } as const;
    for (const [switchName, array] of Object.entries(frozen)) {
      const prior = wide();
      const { z } = prior.sample(8, Stream.root(8));
      const gradient = Stream.root(9).normals(new Float64Array(48));
      const adversarialLoss = Stream.root(10).normals(new Float64Array(8));
      const lr = { mean: 0.1, covariance: 0.1, mixing: 0.1 };
      prior.update({ z, n: 8, gradient, adversarialLoss, lr, freeze: { [switchName]: true } });
      const end = prior.state();
      for (const name of Object.values(frozen)) {
        expect(farthest(end[name]!.data, start[name]!.data) === 0, `${switchName}: ${name}`).toBe(
          name === array,
        );
      }
    }
  });

  it('adds 1e-6 I to a covariance that rounding made singular, and names one that is beyond help', () => {
    const load = (sigma: number[]) =>
      MixturePrior.fromState({
        means: { shape: [2, 2], data: new Float64Array(4) },
        covariances: { shape: [2, 2, 2], data: Float64Array.from([1, 0, 0, 1, ...sigma]) },
        logits: { shape: [2], data: new Float64Array(2) },
      });
    expect(Array.from(load([1, 1, 1, 1]).covariances.slice(4))).toEqual([1 + 1e-6, 1, 1, 1 + 1e-6]);
    expect(() => load([1, 2, 2, 1])).toThrow(
      /component 1 is not positive definite \(smallest eigenvalue -1\.000e\+0\)/,
    );
    expect(() => load([Number.NaN, 0, 0, 1])).toThrow('component 1 holds NaN');
  });

  it('refuses arrays of the wrong length and components that do not exist', () => {
    const prior = separated(2);
    expect(() => prior.logDensity(new Float64Array(3), 2)).toThrow('3 numbers as latents; give 2');
    expect(() => prior.sampleComponent(2, 1, Stream.root(0))).toThrow('no component 2; choose one of 0..1');
    expect(() => MixturePrior.create({ components: 0, dim: 2 }, Stream.root(0))).toThrow('components = 0');
    expect(() => MixturePrior.fromState({})).toThrow('lacks means');
  });
});

describe('priors that do not learn', () => {
  it('draws uniform codes beside normal noise', () => {
    const prior = new CategoricalPrior({ components: 4, noise: 3, noiseStd: 0.1 });
    const n = 40_000;
    const { z, component } = prior.sample(n, Stream.root(11));
    expect([prior.width, z.length]).toEqual([7, 7 * n]);
    const counts = [0, 0, 0, 0];
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const row = z.subarray(7 * i, 7 * i + 7);
      counts[component[i]!]!++;
      squares += row[0]! ** 2 + row[1]! ** 2 + row[2]! ** 2;
      expect(row[3 + component[i]!]! === 1 && row[3]! + row[4]! + row[5]! + row[6]! === 1).toBe(true);
    }
    for (const count of counts) expect(Math.abs(count / n - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / n));
    expect(Math.abs(squares / (3 * n) / 0.01 - 1)).toBeLessThan(4 * Math.sqrt(2 / (3 * n)));
    expect(prior.sampleComponent(3, 1, Stream.root(0)).z[6]).toBe(1);
    expect(() => prior.sampleComponent(4, 1, Stream.root(0))).toThrow('no component 4');
    expect(() => new CategoricalPrior({ components: 0, noise: 3 })).toThrow('0 components');
  });

  it('draws standard normals', () => {
    const prior = new NormalPrior(2);
    const { z, component } = prior.sample(3, Stream.root(12));
    expect([z.length, Array.from(component)]).toEqual([6, [0, 0, 0]]);
    expect(prior.logDensity(Float64Array.of(1, -2), 1)[0]).toBeCloseTo(-2.5 - Math.log(2 * Math.PI), 14);
    expect(() => new NormalPrior(0)).toThrow('dim = 0');
  });
});
