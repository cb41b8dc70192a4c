/** @file A network: named layers in a row, and what the engine must hold for them. */
import type { TensorGroup } from '../engine/engine.js';
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { ForwardContext, Layer } from './layer.js';
import type { Parameter } from './parameter.js';

/** Layers in a row under one name; a network is a description, its values live in an engine. */
export class Network {
  constructor(
    /** Name of the network and of its parameter group, such as `generator`. */
    readonly name: string,
    readonly layers: readonly Layer[],
  ) {}

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

  /** The network's output in training: batch statistics; new running statistics go into `updates`. */
  train(x: Tensor, updates: Map<string, Tensor> = new Map()): Tensor {
    return this.#run(x, { mode: 'train', updates }, this.layers.length);
  }

  /** The network's output in evaluation: running statistics. */
  eval(x: Tensor): Tensor {
    return this.#run(x, { mode: 'eval', updates: new Map() }, this.layers.length);
  }

  /** The input of the last activation and head, in evaluation: the penultimate layer before its nonlinearity. */
  penultimate(x: Tensor): Tensor {
    return this.#run(x, { mode: 'eval', updates: new Map() }, this.layers.length - 2);
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
