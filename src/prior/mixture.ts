/** @file The Gaussian-mixture prior, which only Stein gradients update. */

import { usageError } from '../errors.js';
import { identity, logSumExp, symmetricEigenvalues } from '../math/linalg.js';
import type { Stream } from '../math/random.js';
import { expectLength, Gaussians, type Whitening } from './gaussian/gaussians.js';
import { logJoint } from './gaussian/responsibilities.js';
import type { EigenRange, MixtureOptions, MixtureUpdate } from './mixture-options.js';
import { expectComponent, type LatentBatch, type LatentPrior, type PriorState } from './prior.js';
import { reparameterisedGradients, updateFactors } from './reparameterised.js';
import {
  prepareStein,
  type SteinBatch,
  type SteinGradients,
  steinGradients,
  updateCovariances,
} from './stein.js';

export type { EigenRange, MixtureOptions, MixtureUpdate } from './mixture-options.js';

/**
 * The latent prior q(z) = sum_c pi_c N(z; mu_c, Sigma_c), pi = softmax(rho), with full covariances. Source: SLOGAN.
 *
 * `means`, `covariances` and `logits` are for reading: only `update` may change them, since it also keeps their factors.
 * With several threads `means` and `logits` lie in memory that threads share: copy them by `slice`, not `structuredClone`.
 * A process has threads for one mixture at a time, the latest that was updated first; others are computed by one thread,
 * with the same bits but slower.
 *
 * @example
 * const prior = MixturePrior.create({ components: 8, dim: 64 }, Stream.root(0).fork('prior'));
 * const { z, component } = prior.sample(128, Stream.root(0).fork('latent', 0));
 */
export class MixturePrior implements LatentPrior {
  private readonly gaussians: Gaussians;

  private constructor(gaussians: Gaussians) {
    this.gaussians = gaussians;
  }

  /**
   * Means from N(0, meanStd^2 I) or as given, covariances variance I, equal mixing.
   * @throws a usage error for sizes that are not whole numbers of at least 1, or means that are not K x d.
   */
  static create(options: MixtureOptions, stream: Stream): MixturePrior {
    const { components, dim, meanStd = 0.1, variance = 1, threads = 1 } = options;
    for (const [name, size] of Object.entries({ components, dim, threads })) {
      if (!Number.isInteger(size) || size < 1) {
        throw usageError(`A mixture prior cannot have ${name} = ${size}; give a whole number of at least 1.`);
      }
    }
    const means = options.means ?? stream.normals(new Float64Array(components * dim)).map((x) => x * meanStd);
    expectLength('means', means, components * dim);
    const covariance = identity(dim).map((x) => x * variance);
    const covariances = new Float64Array(components * dim * dim);
    for (let c = 0; c < components; c++) covariances.set(covariance, c * dim * dim);
    const logits = new Float64Array(components).fill(1 / components);
    return new MixturePrior(new Gaussians(components, dim, means, covariances, logits, threads));
  }

  /**
   * The prior that `state` saved, for as many `threads`.
   * @throws a usage error where arrays are missing or do not fit together.
   */
  static fromState(state: PriorState, threads = 1): MixturePrior {
    const { means, covariances, logits } = state;
    if (
      means === undefined ||
      covariances === undefined ||
      logits === undefined ||
      means.shape.length !== 2
    ) {
      throw usageError(
        'The saved prior lacks means (K x d), covariances or logits; use a complete checkpoint.',
      );
    }
    const [components = 0, dim = 0] = means.shape;
    expectLength('means', means.data, components * dim);
    expectLength('covariances', covariances.data, components * dim * dim);
    expectLength('logits', logits.data, components);
    const gaussians = new Gaussians(components, dim, means.data, covariances.data, logits.data, threads);
    return new MixturePrior(gaussians);
  }

  get components(): number {
    return this.gaussians.components;
  }

  get dim(): number {
    return this.gaussians.dim;
  }

  get width(): number {
    return this.gaussians.dim;
  }

  /** mu, K x d. */
  get means(): Float64Array {
    return this.gaussians.means;
  }

  /** Sigma, K x d x d; a copy. */
  get covariances(): Float64Array {
    return this.gaussians.covariances;
  }

  /** rho, K. */
  get logits(): Float64Array {
    return this.gaussians.logits;
  }

  /** pi = softmax(rho), K. */
  get mixing(): Float64Array {
    return this.gaussians.mixing;
  }

  /** n latents z = mu_c + L_c e, e ~ N(0, I), with c drawn from the mixing coefficients. */
  sample(n: number, stream: Stream): LatentBatch {
    return this.draw(stream.fork('component').categoricals(this.mixing, new Int32Array(n)), stream);
  }

  /**
   * n latents of N(mu_c, Sigma_c).
   * @throws a usage error where c is not 0..K-1.
   */
  sampleComponent(c: number, n: number, stream: Stream): LatentBatch {
    expectComponent(c, this.components);
    return this.draw(new Int32Array(n).fill(c), stream);
  }

  /** log q(z) of n latents (n x d), n numbers. */
  logDensity(z: Float64Array, n: number): Float64Array {
    const joint = this.joint(z, n);
    return Float64Array.from({ length: n }, (_, i) => logSumExp(joint, i * this.components, this.components));
  }

  /** log r_c(z) = log pi_c + log N_c(z) - log q(z) of n latents (n x d), as n x K. */
  logResponsibilities(z: Float64Array, n: number): Float64Array {
    const k = this.components;
    const joint = this.joint(z, n);
    for (let i = 0; i < n; i++) {
      const total = logSumExp(joint, i * k, k);
      for (let c = 0; c < k; c++) joint[i * k + c]! -= total;
    }
    return joint;
  }

  /** r_c(z) = q(c | z) of n latents (n x d), as n x K. */
  responsibilities(z: Float64Array, n: number): Float64Array {
    return this.logResponsibilities(z, n).map(Math.exp);
  }

  /**
   * The constants of log pi_c N_c(z) = constant_c - |weight_c z - offset_c|^2 / 2, copied: weight = L_c^-1 (K x d x d),
   * offset = L_c^-1 mu_c (K x d), constant = log pi_c - sum_i log L_c,ii - (d/2) log 2 pi (K).
   */
  whitening(): Whitening {
    return this.gaussians.whitening();
  }

  /** {@link whitening}, rounded to float32. */
  roundedWhitening(): Whitening<Float32Array> {
    return this.gaussians.roundedWhitening();
  }

  /**
   * Replaces the mixing coefficients: rho = log pi, up to a constant.
   * @throws a usage error unless there are K, all positive.
   */
  setMixing(mixing: Float64Array): void {
    expectLength('mixing coefficients', mixing, this.components);
    if (!mixing.every((coefficient) => coefficient > 0)) {
      throw usageError('Mixing coefficients must be positive; give K positive numbers.');
    }
    this.logits.set(mixing.map(Math.log));
    this.gaussians.refreshMixing();
  }

  /** Computes the responsibilities of a batch, which {@link update} needs, while its gradients are not known yet. */
  prepare({ z, component }: LatentBatch): void {
    prepareStein(this.gaussians, { z, component, n: z.length / this.dim });
  }

  /**
   * The gradients that `update` would use; the next call overwrites them.
   * @throws a usage error where an array of the batch has the wrong length.
   */
  gradients(batch: SteinBatch): SteinGradients {
    const { n } = batch;
    expectLength('latents', batch.z, n * this.dim);
    expectLength('loss gradients', batch.gradient, n * this.dim);
    expectLength('adversarial losses', batch.adversarialLoss, n);
    return steinGradients(this.gaussians, batch);
  }

  /**
   * One descent step on the expected loss, and the gradients that it used:
   *
   * - mu <- mu - lr.mean * (gradient + direct)
   * - Sigma <- Sigma + g Delta + (g^2 / 2) Delta Sigma^-1 Delta, Delta = -gradient, g = sigmaLrMult * lr.covariance
   * - rho <- rho - lr.mixing * gradient
   *
   * Source: SLOGAN, Algorithm 1.
   *
   * @throws a MixturaError where a covariance is no longer positive definite even with 1e-6 I added, all other parameters
   * having been updated by then; a usage error where an array has the wrong length.
   */
  update(step: MixtureUpdate): SteinGradients {
    const { lr, freeze = {}, sigmaLrMult = 2, explicit, direct } = step;
    if (direct) expectLength('direct gradients', direct, this.components * this.dim);
    const gradients = this.gradients(step);
    const pathwise = explicit && reparameterisedGradients(this.gaussians, { ...step, component: explicit });
    if (freeze.means !== true) {
      descend(this.means, (pathwise ?? gradients).means, lr.mean);
      if (direct) descend(this.means, direct, lr.mean);
    }
    if (freeze.mixing !== true) descend(this.logits, gradients.mixing, lr.mixing);
    if (freeze.covariances !== true) {
      if (pathwise) updateFactors(this.gaussians, pathwise.factors, explicit, lr.covariance);
      else this.updateCovariances(gradients, sigmaLrMult * lr.covariance);
    }
    this.gaussians.refreshMixing();
    return gradients;
  }

  /** The mixture with covariances scale Sigma_c and the same sizes, which draws the same noise. */
  spread(scale: number): MixturePrior {
    const state = this.state();
    const { shape, data } = state.covariances!;
    return MixturePrior.fromState({ ...state, covariances: { shape, data: data.map((x) => scale * x) } });
  }

  /** Smallest and largest eigenvalue of each covariance; too slow for every step, since each takes an eigendecomposition. */
  eigenRange(): EigenRange {
    const { components, dim: d, covariances } = this;
    const min = new Float64Array(components);
    const max = new Float64Array(components);
    for (let c = 0; c < components; c++) {
      const values = symmetricEigenvalues(covariances.subarray(c * d * d, (c + 1) * d * d), d);
      min[c] = values[0]!;
      max[c] = values[d - 1]!;
    }
    return { min, max };
  }

  /** Copies of the parameters: means, covariances and logits (rho). */
  state(): PriorState {
    const { components: k, dim: d } = this;
    return {
      means: { shape: [k, d], data: this.means.slice() },
      covariances: { shape: [k, d, d], data: this.covariances },
      logits: { shape: [k], data: this.logits.slice() },
    };
  }

  private joint(z: Float64Array, n: number): Float64Array {
    expectLength('latents', z, n * this.dim);
    return logJoint(this.gaussians, z, n);
  }

  private draw(component: Int32Array, stream: Stream): LatentBatch {
    const noise = stream.fork('noise').normals(new Float64Array(component.length * this.dim));
    return { z: this.gaussians.transform(noise, component), component };
  }

  private updateCovariances({ counts }: SteinGradients, gamma: number): void {
    if (gamma === 0) return;
    const touched = this.gaussians.allComponents.filter((c) => counts[c] !== 0);
    // Delta is minus the gradient, and the correction is even in Delta: pass the gradient with -gamma.
    updateCovariances(this.gaussians, touched, -gamma);
  }
}

function descend(parameters: Float64Array, gradient: ArrayLike<number>, rate: number): void {
  for (let i = 0; i < parameters.length; i++) parameters[i]! -= rate * gradient[i]!;
}
