/** @file Supervised training of a classifier on the engine: softmax cross-entropy, Adam, seeded batches. */
import { type Engine, elements } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import { grad } from '../graph/grad.js';
import { lower } from '../graph/onnx/lower.js';
import { input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { DataShape } from '../nets/backbone.js';
import { type Classifier, type ClassifierName, classifier } from '../nets/lenet.js';
import { crossEntropy } from '../nn/losses.js';

/** Samples [B, ...shape] and the class of each, 0..classes-1. */
export interface LabelledBatch {
  readonly samples: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** How far a training has come. */
export interface ClassifierProgress {
  readonly step: number;
  readonly steps: number;
  /** Cross-entropy of the last batch, in nats. */
  readonly loss: number;
  /** Estimate of the seconds that are left. */
  readonly secondsLeft: number;
}

/** What a classifier is trained with. */
export interface ClassifierTask {
  readonly network: ClassifierName;
  readonly data: DataShape;
  readonly classes: number;
  readonly batch: number;
  readonly steps: number;
  /** Adam's rate at a step, counted from 0. */
  readonly learningRate: (step: number) => number;
  /** Adam's first decay (default 0.9). */
  readonly beta1?: number;
  /** Seed of the starting values. */
  readonly seed: number;
  /** The batch of a step, counted from 0. */
  readonly next: (step: number) => LabelledBatch | Promise<LabelledBatch>;
  readonly progress?: ((state: ClassifierProgress) => void) | undefined;
}

/** A classifier with its trained values. */
export interface TrainedClassifier {
  readonly networks: Classifier;
  /** Parameters and running statistics, by name. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

const BETA2 = 0.999;

/**
 * Minimises mean_i -log softmax(logits(x_i))[y_i] by Adam (decays {@link ClassifierTask.beta1} and 0.999).
 *
 * The engine must be new: it gets the classifier's tensors and its one program. Equal tasks give equal bits.
 * @throws a MixturaError where the network cannot read the data, a label is no class, or the loss is not finite.
 */
export async function trainClassifier(engine: Engine, task: ClassifierTask): Promise<TrainedClassifier> {
  const networks = classifier(task.network, task.data, task.classes);
  const start = Stream.root(task.seed).fork('parameters');
  const groups = [networks.trunk, networks.head].flatMap((network) => network.groups(start, true));
  await engine.open(groups);
  await compileStep(engine, networks, task);
  await runSteps(engine, task);
  const values = new Map<string, Float32Array>();
  for (const group of groups) {
    const { value } = await engine.read(group.name);
    let at = 0;
    for (const { name, shape } of group.tensors) {
      values.set(name, value.slice(at, at + elements(shape)));
      at += elements(shape);
    }
  }
  return { networks, values };
}

async function compileStep(engine: Engine, { trunk, head }: Classifier, task: ClassifierTask): Promise<void> {
  const { batch, classes, data } = task;
  const statistics = new Map<string, Tensor>();
  const logits = head.train(trunk.train(input('samples', [batch, ...data.shape]), statistics), statistics);
  const loss = crossEntropy(input('targets', [batch, classes]), logits).mean();
  const parameters = [...trunk.parameters, ...head.parameters];
  const gradients = grad(
    loss,
    parameters.map(({ tensor }) => tensor),
  );
  await engine.compile({
    name: 'classifier',
    outputs: { loss },
    gradients: new Map(parameters.map(({ name }, i) => [name, gradients[i]!])),
    assignments: statistics,
  });
}

async function runSteps(engine: Engine, task: ClassifierTask): Promise<void> {
  const { steps, batch, classes, progress } = task;
  const began = performance.now();
  const feeds = async (step: number) => {
    const { samples, labels } = await task.next(step);
    return { samples, targets: oneHot(labels, batch, classes) };
  };
  let following = steps > 0 ? await feeds(0) : undefined;
  for (let step = 0; following; step++) {
    const adam = { kind: 'adam', beta1: task.beta1 ?? 0.9, beta2: BETA2, step: step + 1 } as const;
    const learningRate = task.learningRate(step);
    const running = engine.run('classifier', following, [
      { ...adam, group: 'trunk', learningRate },
      { ...adam, group: 'head', learningRate },
    ]);
    // The next batch is drawn while the engine computes this one; the await below throws when the run failed.
    running.catch(() => undefined);
    following = step + 1 < steps ? await feeds(step + 1) : undefined;
    const loss = (await running).outputs.loss![0]!;
    if (!Number.isFinite(loss)) {
      throw new MixturaError(
        `The classifier's loss is ${loss} at step ${step + 1}; the data hold values that are not finite or far too large: scale them.`,
      );
    }
    const secondsLeft = ((performance.now() - began) / 1000 / (step + 1)) * (steps - step - 1);
    progress?.({ step: step + 1, steps, loss, secondsLeft });
  }
}

/** Rows of zeros with a 1 at the label, [n, classes]. */
function oneHot(labels: ArrayLike<number>, n: number, classes: number): Float32Array {
  if (labels.length !== n) throw new RangeError(`${labels.length} labels for a batch of ${n}`);
  const out = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) {
    const label = labels[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new MixturaError(`Label ${label} is no class: give whole numbers from 0 to ${classes - 1}.`);
    }
    out[i * classes + label] = 1;
  }
  return out;
}

/** Output of {@link classifierOnnx} with the features, [N, width]. */
export const FEATURES_OUTPUT = 'features';
/** Output of {@link classifierOnnx} with softmax(logits), [N, classes]. */
export const PROBABILITIES_OUTPUT = 'probabilities';

/** The trained classifier as an ONNX model: `samples` [N, ...shape] -> `features`, `probabilities`. */
export function classifierOnnx(
  { networks, values }: TrainedClassifier,
  shape: readonly number[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const features = networks.trunk.eval(input('samples', ['N', ...shape]));
  const probabilities = networks.head.eval(features).softmax();
  const outputs = { [FEATURES_OUTPUT]: features, [PROBABILITIES_OUTPUT]: probabilities };
  return lower(outputs, { bound: new Map(values), metadata }).bytes;
}
