/** @file The settings of SLOGAN: its hyper-parameters, and switches of the paper's ablations. */
import { z } from 'zod';
import { TRANSFORMATIONS_NAMES } from '../../data/transformations.js';
import { harnessSettings } from '../../method/harness.js';

/** Settings of SLOGAN; the defaults are those of the synthetic data sets. */
export const sloganSettings = z.strictObject({
  ...harnessSettings,
  lambda: z.number().min(0).default(4).describe('weight of U2C (lambda); 0 leaves it out'),
  scale: z.number().positive().default(4).describe('feature scale s of U2C'),
  scaleEnd: z
    .number()
    .positive()
    .optional()
    .describe('where the feature scale goes linearly, over the schedule (default: it stays)'),
  margin: z.number().min(0).max(Math.PI).default(0.5).describe('angular margin m of U2C'),
  temperature: z.number().positive().default(0.01).describe('Gumbel-softmax temperature (tau)'),
  decayEnd: z
    .number()
    .max(1)
    .default(0)
    .describe('where lambda and margin go linearly: 0 reaches 0 at the end, -4 at a fifth'),
  priorRate: z.number().min(0).default(2e-3).describe('rate of the prior (gamma)'),
  meanRate: z.number().min(0).default(10).describe('rate of the means, as a multiple of priorRate'),
  covarianceRate: z
    .number()
    .min(0)
    .default(2)
    .describe('rate of the covariances, as a multiple of priorRate: 2 as coded, 1 as printed'),
  mixingRate: z.number().min(0).default(1).describe('rate of the mixing logits, as a multiple of priorRate'),
  baseline: z.boolean().default(false).describe("subtract the critic's level from the mixing gradient"),
  start: z
    .enum(['gaussian', 'simplex'])
    .default('gaussian')
    .describe('initial means: N(0, meanStd^2 I), or a simplex of radius meanRadius'),
  meanStd: z.number().positive().default(0.1).describe('standard deviation of the initial means'),
  meanRadius: z
    .number()
    .positive()
    .default(3)
    .describe('distance of the initial means from the origin, for start=simplex'),
  variance: z.number().positive().default(1).describe('initial variance of every component'),
  freeze: z
    .array(z.enum(['means', 'covariances', 'mixing']))
    .default([])
    .describe('parts of the prior that stay as they start (ablation)'),
  explicit: z
    .boolean()
    .default(false)
    .describe('move means and covariances by explicit reparameterisation (ablation)'),
  relocate: z
    .number()
    .min(0)
    .default(0)
    .describe('weight of the relocation of misplaced components (see relocation.ts); 0 leaves it out'),
  relocateSizes: z
    .boolean()
    .default(false)
    .describe(
      'at a relocation, set the sizes to the shares in the graph, instead of leaving them to be learned',
    ),
  teacher: z
    .enum(['none', 'groups', 'random'])
    .default('none')
    .describe(
      'groups that the encoder learns before the training: none (the encoder learns from the generator alone, as in the paper), groups (found in the data, without labels), random (their sizes alone; ablation)',
    ),
  transformations: z
    .enum(['none', ...TRANSFORMATIONS_NAMES])
    .default('none')
    .describe(`transformations that leave what an image shows, for teacher=groups`),
  pretextSteps: z
    .int()
    .min(0)
    .default(2500)
    .describe('steps in which the encoder learns what transformations leave; 0 leaves it out'),
  studentSteps: z.int().min(1).default(700).describe('steps in which the encoder learns the groups'),
  holdSizes: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      'with a teacher, weight of the assigned shares of data in the sizes, every 100 steps; 0 leaves the sizes to the critic',
    ),
  placement: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'with a teacher, weight in the first steps of the distance of each component to rows of its group',
    ),
  generatorBatch: z
    .int()
    .min(2)
    .optional()
    .describe('latents of a step of generator, encoder and prior (default: the batch of the critic)'),
  simclr: z
    .enum(['none', 'generated', 'real', 'both'])
    .default('none')
    .describe('images whose copies by DiffAugment the encoder learns to know again (SimCLR)'),
  simclrForm: z
    .enum(['code', 'paper'])
    .default('code')
    .describe('whether the own copy is left out of the denominator of SimCLR (code) or not (paper)'),
  encoderDecay: z.number().min(0).default(0).describe('weight decay of the encoder, biases included'),
  probeWeight: z.number().min(0).default(1).describe('weight of the loss of probes, where there are any'),
  probeLoss: z
    .enum(['softmax', 'paired'])
    .default('softmax')
    .describe(
      'loss of probes: softmax over the means (eq. 11), or one ratio for the probes of all groups (Algorithm 3)',
    ),
  probeMixup: z
    .int()
    .min(0)
    .default(5)
    .describe('rounds of mixup, each of which adds as many mixed probes as there are; 0: no mixup'),
  probeBatch: z
    .int()
    .min(1)
    .default(30)
    .describe('most probes of a group in a step, before mixup; of more some are drawn at each step'),
  mixingSeesU2C: z.boolean().default(false).describe('let U2C move the mixing logits too (ablation)'),
});

/** The settings of SLOGAN, checked. */
export type SloganSettings = z.output<typeof sloganSettings>;
