/** @file The pretext: an encoder learns that transformed versions of one image are the same thing. */
import { augmented } from '../../data/augment.js';
import { TRANSFORMATIONS, type TransformationsName } from '../../data/transformations.js';
import type { Tensor } from '../../graph/tensor.js';
import { adam } from '../../method/harness.js';
import type { BuildContext } from '../../method/method.js';
import { type PhaseBuilder, phase } from '../../method/phase.js';
import type { Stage } from '../../method/stage.js';
import { STUDENT_FEATURES, studentTrunk } from '../../nets/student.js';
import { dense, relu } from '../../nn/layer.js';
import { Network } from '../../nn/network.js';
import { ntXent } from '../../nn/nt-xent.js';

/** Temperature of NT-Xent. */
const TEMPERATURE = 0.3;
/** Units of the projection that NT-Xent sees; the features before it are what is kept. */
const PROJECTION = 64;

/** Passes over the data at most: what transformations leave of few images is soon learned. */
const PASSES = 200;

/** How the pretext differs from the usual one. */
export interface PretextOptions {
  /** Temperature of NT-Xent (default 0.3). */
  readonly temperature: number;
  /** Units of the projection (default 64). */
  readonly projection: number;
}

/** Adam of the stages. */
export const STAGE_ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999 };

/**
 * Trains the student's trunk by NT-Xent on two transformed versions of every image, projected to 64 numbers or as many as are said. There is no
 * term for the sizes of groups. Groups may then be looked for in the features before the projection.
 */
export function pretextStage(
  transformations: TransformationsName,
  steps: number,
  options?: PretextOptions,
): Stage {
  const { temperature, projection: units } = options ?? { temperature: TEMPERATURE, projection: PROJECTION };
  return {
    name: 'pretext',
    title: `learning what transformations leave (${transformations})`,
    steps,
    passes: PASSES,
    settings: { transformations, ...options },
    batch: 256,
    taught: false,
    build(context) {
      const trunk = studentTrunk(context.data);
      const encoder = new Network('encoder', trunk, { trunk: trunk.length });
      const projection = new Network('projection', [
        dense('projection/0-dense', STUDENT_FEATURES, STUDENT_FEATURES),
        relu,
        dense('projection/1-dense', STUDENT_FEATURES, units),
      ]);
      const descent = phase('pretext', context, (p) => {
        const project = (name: string) =>
          projection.train(encoder.train(transformed(p, name, transformations, context), p.statistics));
        const loss = ntXent(project('first'), project('second'), temperature);
        return {
          outputs: { pretext: loss },
          descend: [{ loss, networks: [encoder, projection], by: adam(STAGE_ADAM) }],
        };
      });
      return {
        networks: [encoder, projection],
        phases: [descent],
        firstMoment: true,
        features: (samples) => encoder.eval(samples),
      };
    },
  };
}

/** The batch of images, each transformed by a draw of its own, [B, ...shape]. */
export function transformed(
  p: PhaseBuilder,
  name: string,
  transformations: TransformationsName,
  { batch, data }: Pick<BuildContext, 'batch' | 'data'>,
): Tensor {
  const shape = data.shape as readonly [number, number, number];
  return p.feed(name, [batch, ...shape], (step) =>
    augmented(step.real(), shape, TRANSFORMATIONS[transformations], step.stream.fork(name)),
  );
}
