/** @file Classifiers by data shape: convolutional ones for images, a fully connected one for points and tables. */
import { usageError } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { batchNorm } from '../nn/batch-norm.js';
import { heUniform } from '../nn/initializers.js';
import { activation, conv, dense, flatten, type Layer, relu } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import type { DataShape } from './backbone.js';

/** A classifier in two networks: data -> features, features -> one logit a class. */
export interface Classifier {
  /** From data to its features, [n, width]; they are not negative. */
  readonly trunk: Network;
  /** From features to logits, [n, classes]. */
  readonly head: Network;
  /** Number of features. */
  readonly width: number;
}

/** Names of the classifiers. */
export const CLASSIFIERS = ['lenet', 'lenet-5', 'mlp'] as const;
/** One of {@link CLASSIFIERS}. */
export type ClassifierName = (typeof CLASSIFIERS)[number];

/** The classifier that suits data of this shape: `lenet` for images of at least 8x8, else `mlp`. */
export function classifierFor({ shape }: DataShape): ClassifierName {
  return shape.length === 3 && Math.min(shape[1]!, shape[2]!) >= 8 ? 'lenet' : 'mlp';
}

/** The classifier of that name; throws a MixturaError where a convolutional one cannot read data of this shape. */
export function classifier(name: ClassifierName, data: DataShape, classes: number): Classifier {
  switch (name) {
    case 'lenet':
      return lenet(data, classes);
    case 'lenet-5':
      return lenet5(data, classes);
    case 'mlp':
      return mlpClassifier(data, classes);
    default:
      throw new Error(`unknown classifier ${name satisfies never}`);
  }
}

/** Features of {@link lenet} and {@link mlpClassifier}. */
const WIDTH = 128;

function withHead(trunk: readonly Layer[], width: number, classes: number): Classifier {
  return {
    trunk: new Network('trunk', trunk),
    head: new Network('head', [dense('head/0-dense', width, classes)]),
    width,
  };
}

/**
 * A LeNet whose pooling is a stride: 5x5 convolutions of stride 2 with 16 and 32 channels, then 3x3 ones of stride 2
 * with 32 until a side is at most 4, and 128 features; batch normalisation and ReLU everywhere. On 28x28: 14, 7, 4.
 * @throws a usage error for data that are no images of at least 8x8.
 */
function lenet(data: DataShape, classes: number): Classifier {
  let [channels, height, width] = images('lenet', data, 8);
  const layers: Layer[] = [];
  for (let i = 0; i < 2 || Math.min(height, width) > 4; i++) {
    const [kernel, outputs] = i < 2 ? [5, 16 * (i + 1)] : [3, 32];
    const initializer = heUniform(kernel * kernel * channels);
    const geometry = { kernel, stride: 2, pad: (kernel - 1) / 2, initializer };
    layers.push(
      conv(`trunk/${i}-conv`, channels, outputs, geometry),
      batchNorm(`trunk/${i}-norm`, outputs),
      relu,
    );
    [channels, height, width] = [outputs, Math.ceil(height / 2), Math.ceil(width / 2)];
  }
  return withHead([...layers, flatten, ...hidden('dense', channels * height * width)], WIDTH, classes);
}

/** Two hidden layers of 128 units, batch normalisation and ReLU, for data of any shape. */
function mlpClassifier({ shape }: DataShape, classes: number): Classifier {
  const size = shape.reduce((n, dim) => n * dim, 1);
  const enter = shape.length > 1 ? [flatten] : [];
  return withHead([...enter, ...hidden('0', size), ...hidden('1', WIDTH)], WIDTH, classes);
}

function hidden(name: string, inputs: number): Layer[] {
  const initializer = heUniform(inputs);
  return [
    dense(`trunk/${name}-dense`, inputs, WIDTH, { initializer }),
    batchNorm(`trunk/${name}-norm`, WIDTH),
    relu,
  ];
}

/**
 * LeNet-5 with ReLU and maximum pooling on 32x32: 5x5 convolutions with 6 and 16 channels, 120 and 84 units.
 * 28x28 images get two pixels of background on each side; values are read as [-1, 1].
 * Source: LeCun et al. 1998; GOLD (Mo et al. 2019) measures fitting capacity with it.
 * @throws a usage error for images of another size.
 */
function lenet5(data: DataShape, classes: number): Classifier {
  const [channels, height, width] = images('lenet-5', data, 28);
  if (height !== width || (height !== 28 && height !== 32)) {
    throw usageError(
      `lenet-5 reads 28x28 or 32x32 images, but these are ${height}x${width}; use the classifier lenet.`,
    );
  }
  const pool = activation((x) => maxPool(x));
  const layers: Layer[] = [
    activation((x) => framed(x, data.range, (32 - height) / 2)),
    conv('trunk/0-conv', channels, 6, { kernel: 5, initializer: heUniform(25 * channels) }),
    relu,
    pool,
    conv('trunk/1-conv', 6, 16, { kernel: 5, initializer: heUniform(150) }),
    relu,
    pool,
    flatten,
    dense('trunk/2-dense', 400, 120, { initializer: heUniform(400) }),
    relu,
    dense('trunk/3-dense', 120, 84, { initializer: heUniform(120) }),
    relu,
  ];
  return withHead(layers, 84, classes);
}

/** Images as values in [-1, 1] with a frame of background (the least value) around them. */
function framed(x: Tensor, range: DataShape['range'], frame: number): Tensor {
  const unit = range === 'signed' ? x.add(1).mul(0.5) : x;
  const padded = frame > 0 ? unit.pad(2, frame, frame).pad(3, frame, frame) : unit;
  return range === 'real' ? padded : padded.mul(2).sub(1);
}

/** Maximum over 2x2 blocks: [n, c, h, w] -> [n, c, h / 2, w / 2], for even h and w. */
export function maxPool(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as readonly [number, number, number, number];
  const blocks = x.reshape([n, c, h / 2, 2, w / 2, 2]);
  const rows = blocks.slice(3, 0, 1).maximum(blocks.slice(3, 1, 2));
  return rows
    .slice(5, 0, 1)
    .maximum(rows.slice(5, 1, 2))
    .reshape([n, c, h / 2, w / 2]);
}

function images(name: string, { shape }: DataShape, least: number): [number, number, number] {
  const [channels, height, width] = shape;
  if (shape.length === 3 && height! >= least && width! >= least) return [channels!, height!, width!];
  throw usageError(
    `The classifier ${name} reads images of at least ${least}x${least}, but this data has shape ${shape.join('x')}; use mlp.`,
  );
}
