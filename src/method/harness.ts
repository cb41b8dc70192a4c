/**
 * @file What the compared methods share (SLOGAN, section 4: "the same network architecture and hyper-parameters"):
 * the critic's phase, the optimizer's schedule, and the settings of both.
 */
import { z } from 'zod';
import { usageError } from '../errors.js';
import { concat, type Tensor } from '../graph/tensor.js';
import { NETWORKS, NETWORKS_SUMMARY } from '../nets/index.js';
import { type AdversarialName, adversarialLosses } from '../nn/losses.js';
import type { Network } from '../nn/network.js';
import { penalties } from '../nn/penalties.js';
import { spectralProjection, startName } from '../nn/spectral.js';
import type { BuildContext } from './method.js';
import { type Optimizer, type PhaseBuilder, type PhaseOptions, phase } from './phase.js';
import { type RealBatchOptions, realBatch, realBatchSettings } from './real-batch.js';
import type { Phase, StepContext } from './step.js';

/** Settings of every method in the harness. */
export const harnessSettings = {
  network: z.enum(NETWORKS).default('mlp').describe(`networks: ${NETWORKS_SUMMARY}`),
  units: z.int().min(1).default(128).describe('units of each hidden layer of the fully connected networks'),
  channels: z.int().min(1).default(128).describe('feature maps of each block of the residual networks'),
  latent: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .describe(
      'dimension d of the latent space; beside a one-hot code of K groups the noise has d - K of it, at least 1',
    ),
  critic: z
    .enum(namesOf(adversarialLosses))
    .default('wasserstein')
    .describe(`adversarial loss: ${namesOf(adversarialLosses).join(', ')}`),
  penalty: z
    .enum(namesOf(penalties))
    .default('lp')
    .describe(`penalty on the critic's slope: ${namesOf(penalties).join(', ')}`),
  lipschitz: z.number().min(0).default(10).describe('weight of the penalty'),
  learningRate: z
    .number()
    .positive()
    .default(1e-4)
    .describe('Adam rate of generator and encoder (eta)')
    .meta({ lower: true }),
  criticRate: z.number().positive().default(4).describe("critic's Adam rate, as a multiple of learningRate"),
  ...realBatchSettings,
  decay: z
    .enum(['linear', 'none'])
    .default('linear')
    .describe("how the networks' Adam rates fall: linear, to 0 at the horizon, or not at all"),
  beta1: z.number().min(0).lt(1).default(0).describe("Adam's first decay"),
  beta2: z.number().min(0).lt(1).default(0.9).describe("Adam's second decay"),
};

/** The settings of a method in the harness, checked. */
export type HarnessSettings = { [K in keyof typeof harnessSettings]: z.output<(typeof harnessSettings)[K]> };

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  return Object.keys(table) as [Name, ...Name[]];
}

/** Linear decay to zero at the horizon: max(0, 1 - t / T). */
export function linearDecay(progress: number): number {
  return Math.max(0, 1 - progress);
}

/** Adam at `factor` times the base rate, linearly decayed unless the settings say otherwise. */
export function adam(
  settings: Pick<HarnessSettings, 'learningRate' | 'beta1' | 'beta2'> &
    Partial<Pick<HarnessSettings, 'decay'>>,
  factor = 1,
): Optimizer {
  const decay = settings.decay === 'none' ? () => 1 : linearDecay;
  return ({ progress, count }, group) => ({
    kind: 'adam',
    group,
    learningRate: settings.learningRate * factor * decay(progress),
    beta1: settings.beta1,
    beta2: settings.beta2,
    step: count,
  });
}

/** The interval of data of each range. */
const INTERVALS = { signed: [-1, 1], unit: [0, 1], real: undefined } as const;

/** The generator's loss of every sample, [n, 1], from the critic's scores of generated samples. */
export function generatorLoss({ critic }: { readonly critic: AdversarialName }, scores: Tensor): Tensor {
  return adversarialLosses[critic].generator(scores);
}

/** What {@link criticPhase} is made of. */
export interface CriticPhaseOptions<Step extends StepContext = StepContext> {
  readonly config: Pick<
    HarnessSettings,
    'critic' | 'penalty' | 'lipschitz' | 'learningRate' | 'criticRate' | 'beta1' | 'beta2'
  > &
    Partial<Pick<HarnessSettings, 'decay'>> &
    RealBatchOptions;
  readonly context: BuildContext;
  readonly generator: Network;
  readonly critic: Network;
  /** Declares the generator's input: fresh latents of the phase, [B, width]. */
  readonly latent: (p: PhaseBuilder<Step>, code?: Tensor) => Tensor;
  /**
   * Declares one-hot labels of the batch, [B, K], of a critic with K scores: those of the real and of the generated samples,
   * of which each is judged by the score of its own label (default: a critic with one score).
   */
  readonly code?: (p: PhaseBuilder<Step>) => Tensor;
  /** When it runs (default at every step). */
  readonly options?: PhaseOptions;
  /** How the critic descends (default: {@link adam} at criticRate times the base rate). */
  readonly by?: Optimizer;
}

/**
 * The critic's phase: L_D = adversarial + lambda_LP penalty, on a fresh batch of data and of latents. The generated
 * samples are constants of this loss; only the critic is updated.
 *
 * @throws a usage error for a penalty of a critic that normalises batches
 */
export function criticPhase<Step extends StepContext = StepContext>({
  config,
  context,
  generator,
  critic,
  latent,
  code: declareCode,
  options,
  by = adam(config, config.criticRate),
}: CriticPhaseOptions<Step>): Phase<Step> {
  const { batch } = context;
  const adversarial = adversarialLosses[config.critic];
  requireOwnSlopes(critic, config);
  return phase<Step>(
    'critic',
    context,
    (p) => {
      const real = realBatch(p, config, context);
      const code = declareCode?.(p);
      const fake = generator.train(latent(p, code), p.statistics);
      const [onFake, onReal] = scoresOf(p, critic, { fake, real, code });
      const codes = (x: Tensor) => (code && x.shape[0] !== batch ? concat([code, code], 0) : code);
      const penalty = penalties[config.penalty]((x) => ownScore(critic.train(x), codes(x)), {
        fake,
        real,
        bounds: INTERVALS[context.data.range],
        // Named `mixing` in the stream since the first runs, which are to be repeatable.
        epsilon: () =>
          p.feed('epsilon', [batch, 1], ({ stream }) =>
            stream.fork('mixing').uniforms(new Float32Array(batch)),
          ),
        noise: (name, shape, kind) => p.noise(name, shape, kind),
      });
      const loss = adversarial.critic(onFake, onReal).add(penalty.mul(config.lipschitz));
      return {
        outputs: { critic: loss, penalty, criticReal: onReal.mean(), criticFake: onFake.mean() },
        descend: [
          {
            loss,
            networks: [critic],
            by,
            held: adversarial.shiftInvariant ? levelOf(critic) : [],
          },
        ],
      };
    },
    options,
  );
}

/** A score of a batch that is normalised depends on the whole of it, so a sample has no slope of its own to be penalised. */
function requireOwnSlopes(
  critic: Network,
  { penalty, lipschitz }: Pick<HarnessSettings, 'penalty' | 'lipschitz'>,
): void {
  if (critic.buffers.length === 0 || penalty === 'none' || lipschitz === 0) return;
  throw usageError(
    `The critic of these networks normalises batches, so a sample has no slope of its own that penalty=${penalty} could hold; give --set penalty=none --set critic=bce, or other networks.`,
  );
}

/**
 * Scores of generated and of real samples, [B, 1] each, of all together where the critic judges each sample by itself. One
 * that normalises batches gets them apart, as the mean of both would tell it which is which; its running statistics are
 * those of real batches.
 */
function scoresOf<Step extends StepContext>(
  p: PhaseBuilder<Step>,
  critic: Network,
  { fake, real, code }: { fake: Tensor; real: Tensor; code: Tensor | undefined },
): readonly [onFake: Tensor, onReal: Tensor] {
  if (critic.buffers.length > 0) {
    return [ownScore(critic.train(fake), code), ownScore(critic.train(real, p.statistics), code)];
  }
  const batch = real.shape[0] as number;
  const scores = ownScore(critic.train(concat([fake, real], 0)), code && concat([code, code], 0));
  return [scores.slice(0, 0, batch), scores.slice(0, batch, 2 * batch)];
}

/** sum_k y_k D_k(x): the score of the label that one-hot codes y choose, [n, K] -> [n, 1]; all scores where there are no codes. */
export function ownScore(scores: Tensor, code: Tensor | undefined): Tensor {
  return code ? scores.mul(code).sum([1], true) : scores;
}

/**
 * The bias that only shifts the critic's level. Where the loss does not depend on the level, float32 sums of +-1/B leave
 * about 1e-8 of a gradient for some B, always of one sign, and Adam would make full steps of it: the level would drift
 * away. So its gradient is set to the 0 that it is.
 */
function levelOf({ outputBias }: Network) {
  return outputBias ? [outputBias] : [];
}

/** The phase that projects spectrally normalised weights, if the networks have any. */
export function projectionPhases(context: BuildContext, networks: readonly Network[]): Phase[] {
  const weights = networks.flatMap((network) => network.projected);
  if (weights.length === 0) return [];
  const projection = phase('projection', context, (p) => ({
    assign: spectralProjection(weights, (weight) =>
      p.feed(startName(weight), [weight.shape[0]!, 1], ({ stream }) =>
        stream.fork(weight.name).normals(new Float32Array(weight.shape[0]!)),
      ),
    ),
  }));
  return [projection];
}
