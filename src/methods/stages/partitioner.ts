/**
 * @file The partitioner: a classifier that gives a row and its nearest rows the same group (SCAN).
 *
 * Rows are near in what the pretext has learned, or where there was none in their own values. The term for the entropy of the
 * groups draws their sizes together. Source: Van Gansbeke et al. 2020, as the first stage of PGMGAN.
 */
import { augmented } from '../../data/augment.js';
import { TRANSFORMATIONS, type TransformationsName } from '../../data/transformations.js';
import { concat, type Tensor } from '../../graph/tensor.js';
import { adam } from '../../method/harness.js';
import type { BuildContext } from '../../method/method.js';
import { type OwnStep, phase } from '../../method/phase.js';
import type { Stage } from '../../method/stage.js';
import { studentNetwork } from '../../nets/student.js';
import { neighbourConsistency } from '../../nn/neighbour-consistency.js';

/** Decay of the weights: this times |w|^2 / 2. Biases and scales stay out of it. */
const WEIGHT_DECAY = 1e-4;

/** How a partitioner is trained. */
export interface PartitionerOptions {
  /** What is done to both rows of a pair, if they are images. */
  readonly transformations: TransformationsName | 'none';
  readonly steps: number;
  /** Nearest rows that a neighbour is drawn from. */
  readonly neighbours: number;
  /** Weight of the entropy of the groups. */
  readonly entropyWeight: number;
  readonly learningRate: number;
}

/** Trains the partitioner, from the pretext's values if there was one. */
export function partitionerStage({ steps, neighbours, ...settings }: PartitionerOptions): Stage {
  const { transformations, entropyWeight, learningRate } = settings;
  return {
    name: 'partitioner',
    title: 'learning groups that hold for nearest rows',
    ...{ steps, settings, neighbours },
    batch: 128,
    taught: false,
    build(context) {
      const { batch, data } = context;
      const partitioner = studentNetwork(data, context.components);
      const descent = phase('partitioner', context, (p) => {
        const rows = p.feed('rows', [batch, ...data.shape], (step) => changed(step, step.real(), 'rows'));
        const near = p.feed('near', [batch, ...data.shape], (step) =>
          changed(step, drawn(step, context), 'near'),
        );
        const logits = partitioner.train(concat([rows, near], 0), p.statistics);
        const [own, others] = [logits.slice(0, 0, batch), logits.slice(0, batch, 2 * batch)];
        const partition = neighbourConsistency(own, others, entropyWeight);
        const decay = partitioner.parameters
          .filter(({ name }) => name.endsWith('/weight'))
          .map(({ tensor }): Tensor => tensor.square().sum())
          .reduce((a, b) => a.add(b))
          .mul(WEIGHT_DECAY / 2);
        return {
          outputs: { partition },
          descend: [
            {
              loss: partition.add(decay),
              networks: [partitioner],
              by: adam({ learningRate, beta1: 0.9, beta2: 0.999 }),
            },
          ],
        };
      });
      const changed = ({ stream }: OwnStep, values: Float32Array, name: string) => {
        if (transformations === 'none') return values;
        const shape = data.shape as readonly [number, number, number];
        return augmented(values, shape, TRANSFORMATIONS[transformations], stream.fork(name));
      };
      return { networks: [partitioner], phases: [descent], firstMoment: true };
    },
  };
}

/** A random one of the nearest rows of each row of the batch. */
function drawn({ rows, samples, stream }: OwnStep, { neighbours, data }: BuildContext): Float32Array {
  if (!neighbours) throw new Error('the partitioner has no neighbours to learn from');
  const { k, index } = neighbours;
  const draws = stream.fork('neighbour');
  const values = new Float32Array(data.shape.reduce((n, side) => n * side, rows.length));
  samples.read(
    Uint32Array.from(rows, (row) => index[row * k + draws.int(k)]!),
    values,
  );
  return values;
}
