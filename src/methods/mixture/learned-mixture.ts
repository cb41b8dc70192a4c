/**
 * @file A mixture of Gaussians of equal sizes whose means and factors back-propagation trains: a network that makes
 * latents of components and noise.
 */
import type { Tensor } from '../../graph/tensor.js';
import type { Stream } from '../../math/random.js';
import type { LearnedPrior } from '../../method/method.js';
import type { OwnStep, PhaseBuilder } from '../../method/phase.js';
import type { StepContext } from '../../method/step.js';
import type { Initializer } from '../../nn/initializers.js';
import type { Layer } from '../../nn/layer.js';
import { Network } from '../../nn/network.js';
import { type Parameter, parameter } from '../../nn/parameter.js';
import { type MixtureDraws, UniformMixture } from '../../prior/uniform-mixture.js';

/** Sizes and start of a {@link LearnedMixture}. */
export interface LearnedMixtureOptions {
  /** Number of components K. */
  readonly components: number;
  /** Dimension d of the latents. */
  readonly dim: number;
  /** How mu starts, K x d. */
  readonly means: Initializer;
  /** How A starts: K x d where it is diagonal, else K x d x d. */
  readonly factors: Initializer;
  /** Whether A_c are diagonal: z = mu_c + sigma_c * e, elementwise. */
  readonly diagonal: boolean;
  /** Whether row i of a batch is of component i mod K, instead of one that is drawn (default drawn). */
  readonly inOrder?: boolean;
}

/** Latents of a batch, and the component that each was drawn from. */
export interface DrawnLatents {
  /** z, [B, d]. */
  readonly latent: Tensor;
  /** One-hot components, [B, K]. A phase declares it only where it reads it. */
  code(): Tensor;
}

/**
 * z = mu_c + A_c e with c uniform and e ~ N(0, I), differentiable in mu and A: only the component that was drawn receives a
 * gradient. Source: DeLiGAN (Gurumurthy et al. 2017), eq. 3; GM-GAN (Ben-Yosef and Weinshall 2018), dynamic.
 */
export class LearnedMixture implements LearnedPrior {
  readonly network: Network;
  readonly prior: UniformMixture;
  /** mu, [K, d]. */
  readonly means: Parameter;
  /** sigma, [K, d], or A, [K, d, d]. */
  readonly factors: Parameter;
  readonly #inOrder: boolean;

  constructor({ components: k, dim: d, diagonal, inOrder = false, ...start }: LearnedMixtureOptions) {
    this.#inOrder = inOrder;
    this.means = parameter('prior/means', [k, d], start.means);
    this.factors = diagonal
      ? parameter('prior/scales', [k, d], start.factors)
      : parameter('prior/factors', [k, d, d], start.factors);
    this.network = new Network('prior', [mixtureLayer(this.means, this.factors, d)]);
    const [means, factors] = [this.means, this.factors].map(({ shape }) => new Float64Array(sizeOf(shape)));
    this.prior = new UniformMixture({ components: k, means: means!, factors: factors! });
  }

  /** Declares fresh draws of a phase, and the latents that the network makes of them. */
  latent<Step extends StepContext>(p: PhaseBuilder<Step>, batch: number): DrawnLatents {
    const { components: k, width: d } = this.prior;
    const drawn = p.draw(({ stream }) => this.#draws(batch, stream.fork('latent')));
    const draws = p.feed('draws', [batch, 1 + d], (step) => rowsOf(drawn(step), d));
    return { latent: this.network.train(draws), code: () => oneHot(p, drawn, batch, k) };
  }

  #draws(batch: number, stream: Stream): MixtureDraws {
    const draws = this.prior.draws(batch, stream);
    if (!this.#inOrder) return draws;
    return { ...draws, component: draws.component.map((_, i) => i % this.prior.components) };
  }

  load(valuesOf: (parameter: Parameter) => Float32Array): void {
    this.prior.load(valuesOf(this.means), valuesOf(this.factors));
  }
}

/** Declares the one-hot components of a batch, [B, K]. */
export function oneHot<Step extends StepContext>(
  p: PhaseBuilder<Step>,
  drawn: (step: OwnStep<Step>) => Pick<MixtureDraws, 'component'>,
  batch: number,
  components: number,
): Tensor {
  return p.feed('code', [batch, components], (step) => {
    const out = new Float32Array(batch * components);
    drawn(step).component.forEach((c, i) => {
      out[i * components + c] = 1;
    });
    return out;
  });
}

/** From rows (c, e), [n, 1 + d], to z = mu_c + A_c e, [n, d]. */
function mixtureLayer(means: Parameter, factors: Parameter, d: number): Layer {
  return {
    parameters: [means, factors],
    buffers: [],
    projected: [],
    apply(rows) {
      const n = rows.shape[0]!;
      const component = rows.slice(1, 0, 1).reshape([n]);
      const noise = rows.slice(1, 1, 1 + d);
      const factor = factors.tensor.gather(component);
      const scaled =
        factors.shape.length === 2 ? factor.mul(noise) : factor.mul(noise.reshape([n, 1, d])).sum([2]);
      return means.tensor.gather(component).add(scaled);
    },
  };
}

/** The component and the noise of each latent in a row. */
function rowsOf({ component, noise }: MixtureDraws, d: number): Float32Array {
  const out = new Float32Array(component.length * (1 + d));
  component.forEach((c, i) => {
    out[i * (1 + d)] = c;
    out.set(noise.subarray(i * d, (i + 1) * d), i * (1 + d) + 1);
  });
  return out;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, dim) => n * dim, 1);
}
