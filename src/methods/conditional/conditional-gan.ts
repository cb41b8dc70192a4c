/**
 * @file A GAN that is conditioned on labels which a method has given the rows of its data.
 *
 * The critic has K scores, of which a sample of label y is judged by D_y (a mask, no softmax). The generator gets noise and
 * the label, as an embedding e_y / |e_y| that is learned with it, or one-hot. The labels of the real batch are also those
 * of the generated one, so groups come as often as they are in the data.
 */
import { z } from 'zod';
import { concat, type Tensor } from '../../graph/tensor.js';
import { adam, criticPhase, generatorLoss, harnessSettings, ownScore } from '../../method/harness.js';
import type { BuildContext } from '../../method/method.js';
import { type PhaseBuilder, phase } from '../../method/phase.js';
import type { Phase } from '../../method/step.js';
import { backbone } from '../../nets/index.js';
import { gaussian } from '../../nn/initializers.js';
import { unitRows } from '../../nn/losses.js';
import { Network } from '../../nn/network.js';
import { parameter } from '../../nn/parameter.js';
import { EmpiricalPrior } from '../../prior/empirical.js';
import { RowLabels } from './row-labels.js';

/** Settings of the methods that are made of it. */
export const conditionalSettings = {
  ...harnessSettings,
  embedding: z
    .int()
    .min(0)
    .default(256)
    .describe(
      'dimension of the learned embedding of a label, of which the generator gets the direction; 0: one-hot',
    ),
  generatorEvery: z.int().min(1).default(1).describe('steps of the critic for each of the generator'),
};

type ConditionalSettings = {
  [K in keyof typeof conditionalSettings]: z.output<(typeof conditionalSettings)[K]>;
};

/** What is added to the generator's loss, and reported under a name. */
export type GuideTerm = (
  p: PhaseBuilder,
  batch: { readonly generated: Tensor; readonly code: Tensor },
) => { readonly name: string; readonly value: Tensor; readonly weight: Tensor };

/** Its networks, its labels, and its phases. */
export interface ConditionalGan {
  /** Generator, embedding if there is one, critic. */
  readonly networks: readonly Network[];
  readonly critic: Network;
  readonly labels: RowLabels;
  /** Latents [n, noise + K] to samples. */
  generate(latent: Tensor): Tensor;
  phases(guide?: GuideTerm): Phase[];
}

/** Builds it for some data. */
export function conditionalGan(config: ConditionalSettings, context: BuildContext): ConditionalGan {
  const { batch, components: k, restored } = context;
  const noise = config.latent;
  const nets = backbone(context.data, config);
  const table =
    config.embedding > 0 ? parameter('embedding/table', [k, config.embedding], gaussian(1)) : undefined;
  const embedding = table && embeddingOf(table);
  const generator = nets.generator(noise + (config.embedding || k));
  const critic = nets.critic({ outputs: k });
  const labels = new RowLabels(new EmpiricalPrior({ components: k, noise }, restored), restored);

  const conditioned = (e: Tensor, code: Tensor) =>
    concat([e, table ? unitRows(code.matmul(table.tensor)) : code], 1);
  const declareCode = (p: PhaseBuilder) => p.feed('code', [batch, k], labels.codes);
  const latent = (p: PhaseBuilder, code: Tensor) =>
    conditioned(p.noise('noise', [batch, noise], 'normal'), code);

  const generatorPhase = (guide: GuideTerm | undefined) =>
    phase(
      'generator',
      context,
      (p) => {
        const code = declareCode(p);
        const generated = generator.train(latent(p, code), p.statistics);
        const adversarial = generatorLoss(config, ownScore(critic.train(generated), code)).mean();
        const term = guide?.(p, { generated, code });
        const loss = term ? adversarial.add(term.value.mul(term.weight)) : adversarial;
        return {
          outputs: { generator: adversarial, ...(term && { [term.name]: term.value }) },
          descend: [{ loss, networks: [generator, ...(embedding ? [embedding] : [])], by: adam(config) }],
        };
      },
      { every: config.generatorEvery },
    );

  return {
    networks: [generator, ...(embedding ? [embedding] : []), critic],
    critic,
    labels,
    generate: (z) => generator.eval(conditioned(z.slice(1, 0, noise), z.slice(1, noise, noise + k))),
    phases: (guide) => [
      criticPhase({
        ...{ config, context, generator, critic, code: declareCode },
        latent: (p, code) => latent(p, code!),
      }),
      generatorPhase(guide),
    ],
  };
}

/** The table of embeddings as a network: it has no layers, but tensors that an optimizer trains. */
function embeddingOf(table: ReturnType<typeof parameter>): Network {
  return new Network('embedding', [
    { parameters: [table], buffers: [], projected: [], apply: (code) => code.matmul(table.tensor) },
  ]);
}
