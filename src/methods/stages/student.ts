/**
 * @file The student: a network that learns the groups which were found in the data, and then is the encoder of a model.
 *
 * It learns from rows whose group is sure, transformed if they are images, and from its own sure answers to rows as they
 * are, as targets for the same rows transformed. The groups stay on as targets to the end: without them the student
 * collapses into one group.
 */
import type { TransformationsName } from '../../data/transformations.js';
import type { Tensor } from '../../graph/tensor.js';
import { adam } from '../../method/harness.js';
import type { BuildContext } from '../../method/method.js';
import { type OwnStep, type PhaseBody, type PhaseBuilder, phase } from '../../method/phase.js';
import type { Stage } from '../../method/stage.js';
import type { Teaching } from '../../method/trainable.js';
import { asRead, studentNetwork } from '../../nets/student.js';
import { crossEntropy, unitRows } from '../../nn/losses.js';
import type { Network } from '../../nn/network.js';
import { STAGE_ADAM, transformed } from './pretext.js';

/** Share of a target that is spread over all groups (label smoothing). */
const SMOOTHING = 0.1;
/** The student's own answers are targets where one group has more than this probability. */
const SURE = 0.9;
/** Steps after which they are. */
const OWN_ANSWERS = 150;

/** Trains the student, from the pretext's values if there was one. */
export function studentStage(transformations: TransformationsName | 'none', steps: number): Stage {
  return {
    name: 'student',
    title: 'learning the groups that were found',
    steps,
    settings: { transformations },
    batch: 256,
    taught: true,
    build(context) {
      const taught = teachingOf(context);
      const student = studentNetwork(context.data, context.components, { curves: taught.curves });
      const descent = phase('student', context, (p) =>
        lesson(p, { context, student, taught, transformations }),
      );
      return {
        networks: [student],
        phases: [descent],
        firstMoment: true,
        features: (samples) => student.features(samples),
      };
    },
  };
}

interface Lesson {
  readonly context: BuildContext;
  readonly student: Network;
  readonly taught: Teaching;
  readonly transformations: TransformationsName | 'none';
}

/**
 * L = (1 / sum_i w_i) sum_i w_i CE(t_i, l(x'_i)) + (1 / B) sum_i v_i CE(q_i, l(x'_i)), where x' is x transformed, w_i = 1 for
 * sure rows, t_i the smoothed group of x_i, and q_i the smoothed group to which the student gives x_i more than 0.9
 * (v_i = 1, else 0). The second term is there for images alone, after 150 steps; q is a constant of the loss.
 */
function lesson(p: PhaseBuilder, { context, student, taught, transformations }: Lesson): PhaseBody {
  const { batch, components } = context;
  const target = p.feed('target', [batch, components], ({ rows }) => targets(taught, rows, components));
  const weight = p.feed('weight', [batch, 1], ({ rows }) => weights(taught, rows));
  const seen =
    transformations === 'none' ? p.real() : transformed(p, 'transformed', transformations, context);
  const logits = student.train(seen, p.statistics);
  const fromGroups = crossEntropy(target, logits).mul(weight).sum();
  const outputs = { student: fromGroups };
  if (transformations === 'none') return descent(fromGroups, outputs, student);
  const answers = student.eval(p.real()).softmax().detach();
  const sure = answers.greater(SURE).select(1, 0);
  const known = sure.sum([1], true);
  const own = sure.mul(1 - SMOOTHING).add(SMOOTHING / components);
  const on = p.schedule('own answers', ({ step }: OwnStep) => (step < OWN_ANSWERS ? 0 : 1 / batch));
  const fromAnswers = crossEntropy(own, logits).mul(known).sum().mul(on);
  return descent(fromGroups.add(fromAnswers), { ...outputs, consistency: fromAnswers }, student);
}

function descent(loss: Tensor, outputs: Record<string, Tensor>, student: Network): PhaseBody {
  return { outputs, descend: [{ loss, networks: [student], by: adam(STAGE_ADAM) }] };
}

/** Smoothed one-hot groups, [B, K]. */
function targets({ group }: Teaching, rows: Uint32Array, components: number): Float32Array {
  const out = new Float32Array(rows.length * components).fill(SMOOTHING / components);
  rows.forEach((row, i) => {
    const own = group[row]!;
    if (own >= 0) out[i * components + own]! += 1 - SMOOTHING;
  });
  return out;
}

/** 1 for rows whose group is sure, divided by their number, [B]. */
function weights({ sure }: Teaching, rows: Uint32Array): Float32Array {
  const out = Float32Array.from(rows, (row) => sure[row]!);
  const sum = out.reduce((a, b) => a + b, 0);
  return sum === 0 ? out : out.map((w) => w / sum);
}

function teachingOf({ teaching }: BuildContext): Teaching {
  if (!teaching) throw new Error('the student has no groups to learn');
  return teaching;
}

/** The trained student as the encoder of a model with latents of d dimensions. */
export interface StudentEncoder {
  readonly network: Network;
  /**
   * e(x) = sum_c (l_c(x) - mean_b l_b(x)) mu_c / |mu_c|, so that cos(e(x), mu_c) follows logit c while the means [K, d] are
   * about as far from each other as the corners of a simplex; [n, d].
   */
  encode(samples: Tensor, means: Tensor): Tensor;
  /** softmax l(x), [n, K]. */
  assign(samples: Tensor): Tensor;
  /** Samples as rows, columns as the student reads them, [n, D]. */
  read(samples: Tensor): Tensor;
}

/** The encoder of a model whose means start at the corners of a simplex. */
export function studentEncoder({ components, data }: BuildContext): StudentEncoder {
  const network = studentNetwork(data, components);
  return {
    network,
    encode(samples, means) {
      const logits = network.eval(samples);
      return logits.sub(logits.mean([1], true)).matmul(unitRows(means));
    },
    assign: (samples) => network.eval(samples).softmax(),
    read: (samples) => asRead(network, data, samples),
  };
}
