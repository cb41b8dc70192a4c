/**
 * @file What the compared methods share (SLOGAN, section 4: "the same network architecture and hyper-parameters"):
 * the critic's phase, the optimizer's schedule, and the settings of both.
 */
import { z } from 'zod';
import type { OptimizerUpdate } from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { concat, full, input, type Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import { NETWORKS } from '../nets/index.js';
import { hingeCritic, interpolate, lipschitzPenalty, wassersteinCritic } from '../nn/losses.js';
import type { Network } from '../nn/network.js';
import type { Parameter } from '../nn/parameter.js';
import { spectralProjection, startName } from '../nn/spectral.js';
import type { LatentBatch } from '../prior/prior.js';
import type { BuildContext, Phase, StepContext } from './method.js';

/** Settings of every method in the harness. */
export const harnessSettings = {
  network: z
    .enum(NETWORKS)
    .default('mlp')
    .describe('networks: mlp, mlp-plain (no batch normalisation), dcgan (images of 16x16 to 64x64)'),
  units: z.int().min(1).default(128).describe('units of each hidden layer of the fully connected networks'),
  latent: z.int().min(1).default(64).describe('dimension d of the latent space'),
  critic: z.enum(['wasserstein', 'hinge']).default('wasserstein').describe('critic loss'),
  lipschitz: z.number().min(0).default(10).describe('weight of the one-sided Lipschitz penalty'),
  learningRate: z.number().positive().default(1e-4).describe('Adam rate of generator and encoder (eta)'),
  criticRate: z.number().positive().default(4).describe("critic's Adam rate, as a multiple of learningRate"),
  beta1: z.number().min(0).max(1).default(0).describe("Adam's first decay"),
  beta2: z.number().min(0).max(1).default(0.9).describe("Adam's second decay"),
};

export type HarnessSettings = { [K in keyof typeof harnessSettings]: z.output<(typeof harnessSettings)[K]> };

/** Linear decay to zero at the horizon: max(0, 1 - t / T). */
export function linearDecay(progress: number): number {
  return Math.max(0, 1 - progress);
}

/** Adam on a group at this step, `factor` times the base rate, linearly decayed. */
export function adam(
  settings: HarnessSettings,
  group: string,
  context: StepContext,
  factor = 1,
): OptimizerUpdate {
  return {
    kind: 'adam',
    group,
    learningRate: settings.learningRate * factor * linearDecay(context.progress),
    beta1: settings.beta1,
    beta2: settings.beta2,
    step: context.step + 1,
  };
}

/** Gradients of a loss in parameters, by name. */
export function gradientsOf(loss: Tensor, parameters: readonly Parameter[]): Map<string, Tensor> {
  const gradients = grad(
    loss,
    parameters.map(({ tensor }) => tensor),
  );
  return new Map(parameters.map(({ name }, i) => [name, gradients[i]!]));
}

/** Draws for one phase. */
export type LatentSource = (batch: number, stream: Stream) => LatentBatch;

/**
 * The critic's phase: L_D = adversarial + lambda_LP LP, on a fresh batch of data and of latents. The generated
 * samples are constants of this loss; only the critic is updated.
 */
export function criticPhase(
  settings: HarnessSettings,
  { data, batch }: BuildContext,
  generator: Network,
  critic: Network,
  sample: LatentSource,
  width: number,
): Phase {
  const real = input('real', [batch, ...data.shape]);
  const mixing = input('mixing', [batch, 1]);
  const statistics = new Map<string, Tensor>();
  const fake = generator.train(input('latent', [batch, width]), statistics);
  const scores = critic.train(concat([fake, real], 0));
  const [onFake, onReal] = [scores.slice(0, 0, batch), scores.slice(0, batch, 2 * batch)];
  const adversarial =
    settings.critic === 'hinge' ? hingeCritic(onFake, onReal) : wassersteinCritic(onFake, onReal);
  const penalty = lipschitzPenalty((x) => critic.train(x), interpolate(mixing, fake, real));
  const loss = adversarial.add(penalty.mul(settings.lipschitz));
  return {
    name: 'critic',
    program: {
      name: 'critic',
      outputs: { critic: loss, penalty, criticReal: onReal.mean(), criticFake: onFake.mean() },
      gradients: criticGradients(settings, loss, critic),
      assignments: statistics,
    },
    feeds(context) {
      const stream = context.stream.fork('critic');
      return {
        real: context.real,
        latent: Float32Array.from(sample(batch, stream.fork('latent')).z),
        mixing: stream.fork('mixing').uniforms(new Float32Array(batch)),
      };
    },
    updates: (context) => [adam(settings, 'critic', context, settings.criticRate)],
  };
}

/**
 * Gradients of the critic's loss. The Wasserstein loss does not depend on the critic's last bias, but float32 sums of
 * +-1/B leave about 1e-8 of a gradient for some B, always of one sign, and Adam would make full steps of it: the
 * level of the critic would drift away. So that gradient is set to the 0 that it is.
 */
function criticGradients(settings: HarnessSettings, loss: Tensor, critic: Network): Map<string, Tensor> {
  const gradients = gradientsOf(loss, critic.parameters);
  const bias = critic.parameters.at(-1)!;
  if (settings.critic === 'wasserstein') gradients.set(bias.name, full(bias.shape, 0));
  return gradients;
}

/** The phase that projects spectrally normalised weights, if the networks have any. */
export function projectionPhases(networks: readonly Network[]): Phase[] {
  const weights = networks.flatMap((network) => network.projected);
  if (weights.length === 0) return [];
  return [
    {
      name: 'projection',
      program: { name: 'projection', outputs: {}, assignments: spectralProjection(weights) },
      feeds({ stream }) {
        const start = stream.fork('projection');
        return Object.fromEntries(
          weights.map((weight) => [
            startName(weight),
            start.fork(weight.name).normals(new Float32Array(weight.shape[0]!)),
          ]),
        );
      },
      updates: () => [],
    },
  ];
}
