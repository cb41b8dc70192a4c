/** @file The ONNX side of lowering: names values, collects nodes and initialisers while the rows of ops.ts emit. */
import { convolvedSize, formatShape, sizeOf, staticDim } from './shape.js';
import type { Tensor } from './tensor.js';

export type OnnxAttribute = number | readonly number[];

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** ONNX attributes that are floats even when their value is a whole number. */
export const FLOAT_ATTRIBUTES = new Set(['alpha', 'beta']);

/** Values of inputs that are written into the model, by name. */
export type BoundInputs = ReadonlyMap<string, Float32Array>;

export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  readonly inputs = new Map<string, Tensor>();
  readonly #shared = new Map<string, string>();

  constructor(private readonly bound: BoundInputs = new Map()) {}

  /** Emits one node and returns the name of its output. Equal nodes are emitted once. */
  node(type: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    return this.#once(`${type}(${inputs.join()})${JSON.stringify(attributes)}`, () => {
      const output = `v${this.nodes.length}`;
      this.nodes.push({ type, inputs, output, attributes });
      return output;
    });
  }

  /** A leaf: an input of the model, or a constant as initialiser. */
  leaf(node: Tensor): string {
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

  scalar(value: number): string {
    return this.#once(`f32:${value}`, () => this.#initializer([], Float32Array.of(value)));
  }

  /** The factor 1 where y > 0 and `slope` elsewhere, once for all gates that read the same y. */
  leakyMask(y: string, slope: number): string {
    return this.node('Where', [
      this.node('Greater', [y, this.scalar(0)]),
      this.scalar(1),
      this.scalar(slope),
    ]);
  }

  /** ConvTranspose, padded at the far side where the stride skipped the input's last rows. */
  convInput([y, w]: readonly string[], node: Tensor): string {
    const { stride, pad, size } = node.attributes;
    const kernel = node.inputs[1]!.shape;
    const outputPadding = [0, 1].map((side) => {
      const k = staticDim(kernel[2 + side], kernel);
      return (size![side]! + 2 * pad! - k) % stride!;
    });
    return this.node('ConvTranspose', [y!, w!], {
      strides: [stride!, stride!],
      pads: [pad!, pad!, pad!, pad!],
      output_padding: outputPadding,
    });
  }

  /** Conv with batch and channels exchanged: x as [c, n, h, w], y as filters [o, n, h', w'] dilated by the stride. */
  convFilter([x, y]: readonly string[], node: Tensor): string {
    const { stride, pad, size } = node.attributes;
    const exchange = { perm: [1, 0, 2, 3] };
    const filter = this.node(
      'Conv',
      [this.node('Transpose', [x!], exchange), this.node('Transpose', [y!], exchange)],
      {
        dilations: [stride!, stride!],
        pads: [pad!, pad!, pad!, pad!],
      },
    );
    const [source, image] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
    const sides = [0, 1].map((side) => {
      const dilated = (staticDim(image[2 + side], image) - 1) * stride! + 1;
      return convolvedSize(staticDim(source[2 + side], source), dilated, 1, pad!);
    });
    const cropped =
      sides[0] === size![0] && sides[1] === size![1]
        ? filter
        : this.node('Slice', [filter, this.integers([0, 0]), this.integers(size!), this.integers([2, 3])]);
    return this.node('Transpose', [cropped], exchange);
  }

  /** An input of the model, or, if its value is bound, an initialiser of that name. */
  #named(name: string, node: Tensor): string {
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
