/** @file What a layer is, and the layers that networks are made of. */
import type { Tensor } from '../graph/tensor.js';
import { glorotUniform, type Initializer, zeros } from './initializers.js';
import { type Parameter, parameter } from './parameter.js';

/** Whether statistics come from the batch or from training, and where new running statistics are collected. */
export interface ForwardContext {
  /** `train`: statistics of the batch; `eval`: running statistics. */
  readonly mode: 'train' | 'eval';
  /** New values of buffers, by name. */
  readonly updates: Map<string, Tensor>;
  /** Declares fresh noise U[0, 1) for a layer that draws in training. */
  readonly noise?: LayerNoise | undefined;
}

/** Fresh noise U[0, 1) of a shape, under a name. */
export type LayerNoise = (name: string, shape: readonly number[]) => Tensor;

/** A layer: what it owns, and the expression that it makes of its input. */
export interface Layer {
  /** Tensors that an optimizer trains. */
  readonly parameters: readonly Parameter[];
  /** Tensors that training assigns and no optimizer touches (running statistics). */
  readonly buffers: readonly Parameter[];
  /** Weights that are divided by their spectral norm after every optimizer step. */
  readonly projected: readonly Parameter[];
  /** What the layer adds to its outputs last, if it does. */
  readonly bias?: Parameter;
  /** The output for x; throws an Error where the shape of x does not fit. */
  apply(x: Tensor, context: ForwardContext): Tensor;
}

const none: readonly Parameter[] = [];

/** A layer without parameters. */
export function activation(f: (x: Tensor) => Tensor): Layer {
  return { parameters: none, buffers: none, projected: none, apply: f };
}

/** max(0, x). */
export const relu = activation((x) => x.relu());
/** x > 0 ? x : 0.2 x. */
export const leakyRelu = activation((x) => x.leakyRelu(0.2));
/** Hyperbolic tangent, in (-1, 1). */
export const tanh = activation((x) => x.tanh());
/** 1 / (1 + e^-x), in (0, 1). */
export const sigmoid = activation((x) => x.sigmoid());

/** [n, c, h, w] -> [n, c h w]. */
export const flatten = activation((x) => {
  const size = x.shape.slice(1).reduce<number>((n, dim) => n * (dim as number), 1);
  return x.reshape([x.shape[0]!, size]);
});

/** [n, c h w] -> [n, c, h, w]. */
export function unflatten(shape: readonly number[]): Layer {
  return activation((x) => x.reshape([x.shape[0]!, ...shape]));
}

/** How a {@link dense} layer starts, and whether its weight is projected. */
export interface DenseOptions {
  /** How the weight starts (default Glorot-uniform); the bias starts at 0. */
  readonly initializer?: Initializer;
  /** Project the weight onto unit spectral norm after every step (see spectral.ts). */
  readonly spectral?: boolean;
}

/** y = x W + b, W of shape [inputs, outputs]; Glorot-uniform by default. */
export function dense(name: string, inputs: number, outputs: number, options: DenseOptions = {}): Layer {
  const weight = parameter(
    `${name}/weight`,
    [inputs, outputs],
    options.initializer ?? glorotUniform(inputs, outputs),
  );
  const bias = parameter(`${name}/bias`, [outputs], zeros);
  return {
    parameters: [weight, bias],
    buffers: none,
    projected: options.spectral ? [weight] : none,
    bias,
    apply: (x) => x.matmul(weight.tensor).add(bias.tensor),
  };
}

/** Geometry and start of a convolutional layer. */
export interface ConvLayerOptions {
  /** Side k of a square kernel, or its height and width. */
  readonly kernel: number | readonly [number, number];
  /** Step along both axes (default 1). */
  readonly stride?: number;
  /** Rows and columns of zeros on every side (default 0). */
  readonly pad?: number;
  /** How the filters start (default Glorot-uniform); the bias starts at 0. */
  readonly initializer?: Initializer;
}

/** Geometry and start of a layer of transposed convolution. */
export interface ConvTransposeOptions extends ConvLayerOptions {
  /** Side of the images that it makes, or their height and width. */
  readonly size: number | readonly [number, number];
  /** Whether a bias is added (default true). */
  readonly bias?: boolean;
}

/** Height and width, where a number stands for both. */
function sides(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

/** Convolution with bias, [n, inputs, h, w] -> [n, outputs, h', w']; filters [outputs, inputs, k, k]. */
export function conv(name: string, inputs: number, outputs: number, options: ConvLayerOptions): Layer {
  const { kernel, stride = 1, pad = 0, initializer } = options;
  const [height, width] = sides(kernel);
  const area = height * width;
  const weight = parameter(
    `${name}/weight`,
    [outputs, inputs, height, width],
    initializer ?? glorotUniform(area * inputs, area * outputs),
  );
  const bias = parameter(`${name}/bias`, [outputs], zeros);
  return {
    parameters: [weight, bias],
    buffers: none,
    projected: none,
    bias,
    apply: (x) => x.conv(weight.tensor, { stride, pad }).add(bias.tensor.reshape([outputs, 1, 1])),
  };
}

/** Transposed convolution, with bias by default, to images of side `size` (or height and width); filters [inputs, outputs, k, k]. */
export function convTranspose(
  name: string,
  inputs: number,
  outputs: number,
  options: ConvTransposeOptions,
): Layer {
  const { kernel, stride = 1, pad = 0, size, initializer, bias: biased = true } = options;
  const [height, width] = sides(kernel);
  const area = height * width;
  const weight = parameter(
    `${name}/weight`,
    [inputs, outputs, height, width],
    initializer ?? glorotUniform(area * inputs, area * outputs),
  );
  const weighted = (x: Tensor) => x.convTranspose(weight.tensor, sides(size), { stride, pad });
  if (!biased) return { parameters: [weight], buffers: none, projected: none, apply: weighted };
  const bias = parameter(`${name}/bias`, [outputs], zeros);
  return {
    parameters: [weight, bias],
    buffers: none,
    projected: none,
    bias,
    apply: (x) => weighted(x).add(bias.tensor.reshape([outputs, 1, 1])),
  };
}
