/**
 * @file PGMGAN in SLOGAN's harness: a classifier P that divides the data first, and a GAN that is conditioned on its groups.
 *
 *   y_i = argmax P(x_i) of the real x_i;   L_D = adversarial of D_y(x), D_y(G(z, y)) + penalty of D_y;
 *   L_G = -mean D_y(x_g) + w_t mean R(x_g, y),   R(x, y) = mean_j max(0, l_j(x) - l_y(x)),   l the logits of P;
 *
 * w_t = w max(0, 1 - 2 t / T). P is trained before by two stages, and then stays: a pretext on transformations of images, which
 * is skipped where data are none, and SCAN on nearest rows (stages/partitioner.ts). Samples that P gives another group than
 * they were drawn for are rejected. P is what data are assigned by; sizes are the shares of its groups.
 * Source: Armandpour et al. 2021; Van Gansbeke et al. 2020; SLOGAN, section 4 (as a baseline).
 */
import { z } from 'zod';
import { mostProbable } from '../cluster/most-probable.js';
import { TRANSFORMATIONS_NAMES, type TransformationsName } from '../data/transformations.js';
import { usageError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { linearDecay } from '../method/harness.js';
import type { Intervention, InterventionTools, RowTool } from '../method/intervention.js';
import { defineMethod } from '../method/method.js';
import type { Stage } from '../method/stage.js';
import type { DataShape } from '../nets/index.js';
import { studentNetwork } from '../nets/student.js';
import { conditionalGan, conditionalSettings, type GuideTerm } from './conditional/conditional-gan.js';
import type { RowLabels } from './conditional/row-labels.js';
import { partitionerStage } from './stages/partitioner.js';
import { pretextStage } from './stages/pretext.js';

const settings = z.strictObject({
  ...conditionalSettings,
  transformations: z
    .enum(['none', ...TRANSFORMATIONS_NAMES])
    .optional()
    .describe(
      'transformations that leave what an image shows (default: digits of grey images, photographs of others)',
    ),
  pretextSteps: z
    .int()
    .min(0)
    .default(2500)
    .describe('steps of the pretext on transformations of images; 0 leaves it out'),
  partitionerSteps: z.int().min(1).default(2000).describe('steps in which the data are divided'),
  partitionerRate: z.number().positive().default(1e-4).describe('Adam rate of these steps'),
  neighbours: z.int().min(1).default(20).describe('nearest rows that a neighbour is drawn from'),
  entropyWeight: z
    .number()
    .min(0)
    .default(5)
    .describe('weight of the entropy of the groups, which makes their sizes equal'),
  guideWeight: z
    .number()
    .min(0)
    .default(6)
    .describe('first weight w of the guide; it is 0 from half of the schedule on'),
  rejection: z
    .boolean()
    .default(true)
    .describe('whether samples that the classifier gives another group are rejected'),
});
type Settings = z.output<typeof settings>;

export const pgmgan = defineMethod({
  name: 'pgmgan',
  title: 'PGMGAN',
  source: 'Armandpour et al., Partition-Guided GANs, CVPR 2021, as a baseline of SLOGAN',
  settings,
  lessons: (config, data) => ({ teacher: 'none', stages: stagesOf(config, data) }),
  build(config, context) {
    const partitioner = studentNetwork(context.data, context.components);
    const { networks, labels, generate, phases } = conditionalGan(config, context);
    const logits: RowTool = { name: 'logits', output: (samples) => partitioner.eval(samples) };
    const guide: GuideTerm = (p, { generated, code }) => ({
      name: 'guide',
      value: guideOf(partitioner.eval(generated), code).mean(),
      weight: p.schedule('guide weight', ({ progress }) => config.guideWeight * linearDecay(2 * progress)),
    });
    const assign = (samples: Tensor) => partitioner.eval(samples).softmax();
    return {
      networks: [...networks, partitioner],
      prior: labels.prior,
      state: () => labels.state(),
      phases: phases(guide),
      rowTools: [logits],
      interventions: [labelling(labels, logits)],
      firstMoment: config.beta1 > 0,
      inference: {
        ...{ generate, features: assign, assign },
        protocol: 'kmeans-encoder',
        weighsSizes: true,
        settled: true as const,
        ...(config.rejection && {
          rejection: {
            retries: true as const,
            score: (samples: Tensor) => partitioner.eval(samples),
            accept: (scores: Float32Array, components: Int32Array) => keptOf(scores, components),
          },
        }),
      },
    };
  },
});

/** R = mean_j max(0, l_j - l_y) of every sample, [n, 1], from logits l [n, K] and one-hot groups y: 0 where y is the largest. */
export function guideOf(logits: Tensor, code: Tensor): Tensor {
  const own = logits.mul(code).sum([1], true);
  return logits.sub(own).relu().mean([1], true);
}

/** 1 for samples whose most probable group is the one that they were drawn for, else 0. */
export function keptOf(scores: Float32Array, components: Int32Array): Float32Array {
  const k = scores.length / components.length;
  const found = mostProbable(scores, k);
  return Float32Array.from(components, (c, i) => (found[i] === c ? 1 : 0));
}

/** Gives every row its most probable group before the first step. */
function labelling(labels: RowLabels, logits: RowTool): Intervention {
  return {
    due: () => !labels.known,
    async run({ samples, overRows }: InterventionTools): Promise<string> {
      const rows = Uint32Array.from({ length: samples.count }, (_, i) => i);
      labels.set(mostProbable(await overRows(logits, rows), labels.components));
      const shares = Array.from(labels.prior.mixing, (share) => `${(100 * share).toFixed(1)} %`).join(', ');
      return `The data were divided by the classifier: ${shares}.`;
    },
  };
}

function stagesOf(config: Settings, data: DataShape): Stage[] {
  const transformations = transformationsOf(config, data);
  const {
    pretextSteps,
    partitionerSteps: steps,
    partitionerRate: learningRate,
    neighbours,
    entropyWeight,
  } = config;
  const pretext =
    transformations === 'none' || pretextSteps === 0
      ? []
      : [pretextStage(transformations, pretextSteps, { temperature: 0.1, projection: 128 })];
  return [...pretext, partitionerStage({ transformations, steps, learningRate, neighbours, entropyWeight })];
}

function transformationsOf(
  { transformations }: Settings,
  { shape }: DataShape,
): TransformationsName | 'none' {
  if (shape.length === 3) return transformations ?? (shape[0] === 1 ? 'digits' : 'photographs');
  if (transformations === undefined || transformations === 'none') return 'none';
  throw usageError(
    `Transformations (${transformations}) are for images, and these data are none; leave out --set transformations.`,
  );
}
