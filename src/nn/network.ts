/** @file A network: named layers in a row, and what the engine must hold for them. */
import type { TensorGroup } from '../engine/engine.js';
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { ForwardContext, Layer, LayerNoise } from './layer.js';
import type { Parameter } from './parameter.js';

/** What is declared of a {@link Network} besides its layers. */
export interface NetworkOptions {
  /** How many of the layers lead to the features: those before the last activation and the head (default all but two). */
  readonly trunk?: number;
}

/** Layers in a row under one name; a network is a description, its values live in an engine. */
export class Network {
  readonly #trunk: number;

  constructor(
    /** Name of the network and of its parameter group, such as `generator`. */
    readonly name: string,
    readonly layers: readonly Layer[],
    { trunk = Math.max(0, layers.length - 2) }: NetworkOptions = {},
  ) {
    this.#trunk = trunk;
  }

  /** Tensors that an optimizer trains, in the order of the layers. */
  get parameters(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.parameters);
  }
  /** Tensors that training assigns (running statistics). */
  get buffers(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.buffers);
  }
  /** Weights that are projected onto unit spectral norm after every step (see spectral.ts). */
  get projected(): readonly Parameter[] {
    return this.layers.flatMap((layer) => layer.projected);
  }
  /** The bias that is added to the outputs, if the last layer has one. */
  get outputBias(): Parameter | undefined {
    return this.layers.at(-1)?.bias;
  }

  /**
   * The network's output in training: batch statistics; new running statistics go into `statistics`. Layers that draw, such
   * as dropout, need `noise`.
   */
  train(x: Tensor, statistics: Map<string, Tensor> = new Map(), noise?: LayerNoise): Tensor {
    return this.#run(x, { mode: 'train', updates: statistics, noise }, this.layers.length);
  }

  /** The network's output in evaluation: running statistics. */
  eval(x: Tensor): Tensor {
    return this.#run(x, { mode: 'eval', updates: new Map() }, this.layers.length);
  }

  /**
   * The features before the last activation and the head: what clusters are made of, and what further heads stand on.
   * `mode` and `statistics` are as in {@link train} and {@link eval}.
   */
  features(x: Tensor, mode: ForwardContext['mode'] = 'eval', statistics = new Map<string, Tensor>()): Tensor {
    return this.#run(x, { mode, updates: statistics }, this.#trunk);
  }

  #run(x: Tensor, context: ForwardContext, count: number): Tensor {
    return this.layers.slice(0, count).reduce((value, layer) => layer.apply(value, context), x);
  }

  /** The groups that the engine allocates: trained parameters, and buffers if there are any. */
  groups(stream: Stream, firstMoment: boolean): TensorGroup[] {
    const state = (list: readonly Parameter[]) =>
      list.map(({ name, shape, initializer }) => ({
        name,
        shape,
        initial: (out: Float32Array) => void initializer(out, stream.fork(name)),
      }));
    const trained = { name: this.name, tensors: state(this.parameters), trainable: true, firstMoment };
    if (this.buffers.length === 0) return [trained];
    return [trained, { name: `${this.name}-statistics`, tensors: state(this.buffers), trainable: false }];
  }
}
