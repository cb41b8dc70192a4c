/** @file Collects the nodes and initialisers of an ONNX graph, and names its values, while rules.ts lowers node after node. */

import type { Lowered } from '../passes/lowered.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';

/** The value of an attribute of an ONNX node. */
export type OnnxAttribute = number | string | readonly number[];

/** A node of an ONNX graph with one output; its values go by their names. */
export interface OnnxNode {
  /** Name of the operator; `nchwc.` before it stands for ONNX Runtime's domain of blocked operators. */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant of an ONNX graph, row-major, by name. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** ONNX attributes that are floats even when their value is a whole number. */
export const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta', 'activation_params']);

/** A slope whose product with any normal float32 above 0 is above 1: the reciprocal of the least one is 8.5e37. */
const STEEP = 3e38;

/** An end of a slice that runs down to the first element, which it includes. */
const BEFORE_FIRST = -(2 ** 31);

/** Values of inputs that are written into the model, by name. */
export type BoundInputs = ReadonlyMap<string, Float32Array>;

/** One ONNX graph while it is made: each method emits what computes a value, once, and returns the name of the value. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  readonly inputs = new Map<string, Lowered>();
  readonly #shared = new Map<string, string>();
  /** Blocked values by the name of their plain form. */
  readonly #blocks = new Map<string, string>();

  /**
   * @param block channels in a block of the machine's blocked convolutions; 1 where a model is to run anywhere.
   * @param cpu whether nodes are spelled as ONNX Runtime computes them fastest on a CPU.
   */
  constructor(
    private readonly bound: BoundInputs = new Map(),
    readonly block = 1,
    readonly cpu = false,
  ) {}

  /** Emits one node and returns the name of its output. Equal nodes are emitted once. */
  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    return this.#once(`${type}(${inputs.join()})${JSON.stringify(attributes)}`, () => {
      const output = `v${this.nodes.length}`;
      this.nodes.push({ type, inputs, output, attributes });
      return output;
    });
  }

  /** A leaf: an input of the model, or a constant as initialiser. */
  leaf(node: Lowered): string {
    const { name, data } = node.attributes;
    if (name !== undefined) return this.#named(name, node);
    const shape = node.shape as readonly number[];
    return this.#once(`f32${shape}:${Array.from(data!).join()}`, () =>
      this.#initializer(shape, Float32Array.from(data!)),
    );
  }

  /** A list of integers as an int64 initialiser. */
  integers(values: readonly number[]): string {
    return this.#once(`i64:${values.join()}`, () =>
      this.#initializer(
        [values.length],
        BigInt64Array.from(values, (value) => BigInt(value)),
      ),
    );
  }

  /** Rows of `length` values of x in the order of `indices`, a list that `key` names. */
  gather(x: string, length: number, key: string, indices: () => readonly number[]): string {
    const list = this.#once(`indices ${key}`, () => {
      const values = indices();
      return this.#initializer(
        [values.length],
        BigInt64Array.from(values, (value) => BigInt(value)),
      );
    });
    const rows = this.node('Reshape', [x, this.integers([-1, length])]);
    return this.node('Gather', [rows, list], { axis: 0 });
  }

  /** A number as a float32 initialiser of shape []. */
  scalar(value: number): string {
    return this.#once(`f32:${value}`, () => this.#initializer([], Float32Array.of(value)));
  }

  /** The elements first, first - step, ... of each of these axes, down to its beginning. */
  descending(x: string, axes: readonly number[], first: readonly number[], step = 1): string {
    return this.node('Slice', [
      x,
      this.integers(first),
      this.integers(axes.map(() => BEFORE_FIRST)),
      this.integers(axes),
      this.integers(axes.map(() => -step)),
    ]);
  }

  /** A tensor of ones. */
  ones(shape: readonly number[]): string {
    return this.#once(`ones${shape}`, () =>
      this.#initializer(shape, new Float32Array(sizeOf(shape)).fill(1)),
    );
  }

  /** x > 0 ? x : slope x; x itself without a slope. */
  leakyRelu(x: string, slope: number | undefined): string {
    if (slope === undefined) return x;
    return slope === 0 ? this.node('Relu', [x]) : this.node('LeakyRelu', [x], { alpha: slope });
  }

  /**
   * The factor 1 where y > 0 and `slope` elsewhere, once for all gates that read the same y. On a CPU it is
   * min(1, max(slope, 3e38 y)): ONNX Runtime computes a Where on one thread in three passes. The two differ between 0 and
   * the least normal number only.
   */
  leakyMask(y: string, slope: number): string {
    if (this.cpu && slope >= 0 && slope < 1) {
      const step = this.node('HardSigmoid', [y], { alpha: STEEP, beta: 0 });
      // Clip rather than Max, which is slower on many values and no faster on few.
      return slope === 0 ? step : this.node('Clip', [step, this.scalar(slope), this.scalar(1)]);
    }
    return this.node('Where', [
      this.node('Greater', [y, this.scalar(0)]),
      this.scalar(1),
      this.scalar(slope),
    ]);
  }

  /**
   * A node that works value by value. If all its operands exist in blocked layout, the result is computed in blocked
   * layout too, and is not reordered again.
   */
  pointwise(
    type: string,
    inputs: readonly string[],
    node: Lowered,
    attributes: Record<string, OnnxAttribute> = {},
  ): string {
    return this.layoutFree(inputs, node, (operands) => this.node(type, operands, attributes));
  }

  /** The value that `emit` computes, from operands that are all blocked or all plain; single numbers are both. */
  layoutFree(
    inputs: readonly string[],
    node: Lowered,
    emit: (operands: readonly string[]) => string,
  ): string {
    const blocks = inputs.map((name, i) => {
      const { shape } = node.inputs[i]!;
      if (shape.every((dim) => dim === 1)) return name;
      return sameShape(shape, node.shape) ? this.#blocks.get(name) : undefined;
    });
    const known = blocks.filter((name) => name !== undefined);
    const layout = known.length === inputs.length && known.some((name, i) => name !== inputs[i]);
    return layout ? this.plain(emit(known), node.shape) : emit(inputs);
  }

  /** The blocked form of a value, if there is one. */
  blocksOf(x: string): string | undefined {
    return this.#blocks.get(x);
  }

  /** The same value in blocked layout, [n, c/B, h, w, B] (see conv-blocked.ts). */
  blocked(x: string): string {
    return this.#blocks.get(x) ?? this.node('nchwc.ReorderInput', [x]);
  }

  /** A blocked value of this shape in the layout [n, c, h, w]; costs nothing if only its blocks are read. */
  plain(blocked: string, [, channels]: Shape): string {
    const name = this.node('nchwc.ReorderOutput', [blocked], { channels: channels as number });
    this.#blocks.set(name, blocked);
    return name;
  }

  /** The nodes that these values need, in order. */
  needed(values: readonly string[]): OnnxNode[] {
    const wanted = new Set(values);
    const kept = [...this.nodes].reverse().filter(({ inputs, output }) => {
      if (!wanted.has(output)) return false;
      for (const name of inputs) wanted.add(name);
      return true;
    });
    return kept.reverse();
  }

  /** An input of the model, or, if its value is bound, an initialiser of that name. */
  #named(name: string, node: Lowered): string {
    const data = this.bound.get(name);
    if (data === undefined) {
      this.inputs.set(name, node);
      return name;
    }
    if (data.length !== sizeOf(node.shape)) {
      throw new Error(`input ${name}: ${data.length} values for shape ${formatShape(node.shape)}`);
    }
    return this.#once(`bound:${name}`, () => this.#initializer(node.shape as readonly number[], data, name));
  }

  #initializer(
    shape: readonly number[],
    data: Float32Array | BigInt64Array,
    name = `c${this.initializers.length}`,
  ): string {
    this.initializers.push({ name, shape, data });
    return name;
  }

  #once(key: string, make: () => string): string {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#shared.set(key, name);
    return name;
  }
}
