/**
 * @file Programs over weights that lie transposed in memory: the same values, most of them computed transposed too.
 *
 * For a batch of B rows, y = x W is faster as y^T = W^T x^T where W^T is what lies in memory: ONNX Runtime then packs the
 * small factor for its kernel instead of the large one, and cuts the many outputs into its tiles instead of the few rows
 * (64 rows are no multiple of the 12 that it takes at a time). A product reads either factor transposed at no cost. So
 * layouts are chosen for products, and operators that work value by value take the layout of their operands.
 */
import { topologicalOrder } from '../grad.js';
import { type Shape, sizeOf } from '../shape.js';
import { input, reapply, type Tensor, withInputs } from '../tensor.js';
import { ELEMENTWISE } from './rewrite.js';

/** A result and the layout in which it is wanted: plain or transposed. */
export interface Target {
  readonly value: Tensor;
  readonly transposed: boolean;
}

/**
 * The values of the targets, each in its layout, from inputs of which those in `held` (matrices) are fed transposed. The
 * targets are to be simplified: equal nodes are one.
 */
export function transposeWeights(targets: readonly Target[], held: ReadonlySet<string>): Tensor[] {
  const program = new Transposition(targets, held);
  return targets.map(({ value, transposed }) =>
    transposed ? program.transposed(value) : program.plain(value),
  );
}

/** A matrix that is neither a row nor a column, which are the same values in the same order either way. */
function isMatrix({ shape }: Tensor): boolean {
  return shape.length === 2 && shape.every((dim) => dim !== 1);
}

/** A sum along one axis of a matrix, which is kept. */
function isKeptSum({ op, attributes: { keepDims, axes } }: Tensor): boolean {
  return op === 'sum' && keepDims === true && axes!.length === 1;
}

const FOLLOWS: ReadonlySet<Tensor['op']> = new Set([
  ...ELEMENTWISE,
  ...(['leakyRelu', 'leakyGate', 'concat', 'slice', 'pad', 'broadcast'] as const),
]);

class Transposition {
  /** Each node in the layout in which it is computed: transposed if it is in {@link #transposed}, plain if not. */
  readonly #computed = new Map<Tensor, Tensor>();
  /** The nodes that are computed transposed. */
  readonly #transposed: ReadonlySet<Tensor>;
  /** Input vectors that are read as columns, beside transposed matrices. */
  readonly #columns: ReadonlySet<Tensor>;
  /** The other layout of nodes that are read in both. */
  readonly #others = new Map<Tensor, Tensor>();

  constructor(
    targets: readonly Target[],
    private readonly held: ReadonlySet<string>,
  ) {
    const order = topologicalOrder(targets.map(({ value }) => value));
    this.#transposed = this.#choose(order, targets);
    const beside = order.flatMap((node) =>
      this.#transposed.has(node) && FOLLOWS.has(node.op) ? node.inputs : [],
    );
    this.#columns = new Set(beside.filter(({ op, shape }) => op === 'input' && shape.length === 1));
    for (const node of order)
      this.#computed.set(
        node,
        this.#transposed.has(node) ? this.#transposedNode(node) : this.#plainNode(node),
      );
  }

  /** A value in plain layout. */
  plain(node: Tensor): Tensor {
    if (this.#transposed.has(node)) return this.#other(node, (one) => this.plain(one));
    return this.#computed.get(node)!.reshape(node.shape);
  }

  /** A value in transposed layout: a matrix, row or column transposed, a vector as a column, a number as it is. */
  transposed(node: Tensor): Tensor {
    if (this.#transposed.has(node)) return this.#computed.get(node)!;
    if (node.shape.length < 2 && sizeOf(node.shape) === 1) return this.plain(node);
    return this.#other(node, (one) => this.transposed(one));
  }

  /**
   * A node in the layout in which it is not computed yet. Bool tensors, which no operator reorders, are computed again
   * from their inputs in that layout, which `layout` gives.
   */
  #other(node: Tensor, layout: (input: Tensor) => Tensor): Tensor {
    const known = this.#others.get(node);
    if (known) return known;
    const computed = this.#computed.get(node)!;
    const [rows, columns = 1] = node.shape.length === 1 ? [1, node.shape[0]] : computed.shape;
    let other: Tensor;
    if (node.dtype === 'bool') other = reapply(node, node.inputs.map(layout));
    else other = isMatrix(node) ? computed.transpose([1, 0]) : computed.reshape([columns, rows!]);
    this.#others.set(node, other);
    return other;
  }

  /**
   * The nodes that are computed transposed: held inputs, and every set of matrices that are computed from each other value
   * by value, if it contains a product with a held input or a target that is wanted transposed.
   */
  #choose(order: readonly Tensor[], targets: readonly Target[]): Set<Tensor> {
    const sets = new Map<Tensor, Set<Tensor>>();
    for (const node of order) {
      if (!isMatrix(node) || !(FOLLOWS.has(node.op) || node.op === 'matmul')) continue;
      let own = new Set([node]);
      const followed = FOLLOWS.has(node.op) ? node.inputs.flatMap((one) => sets.get(one) ?? []) : [];
      for (const set of followed) {
        if (set === own) continue;
        const [large, small] = set.size < own.size ? [own, set] : [set, own];
        for (const one of small) large.add(one);
        own = large;
      }
      for (const one of own) sets.set(one, own);
    }
    const isHeld = ({ attributes: { name } }: Tensor) => name !== undefined && this.held.has(name);
    const wanted = new Set(targets.flatMap(({ value, transposed }) => (transposed ? [value] : [])));
    const chosen = new Set<Tensor>();
    for (const node of order) {
      if (isHeld(node)) chosen.add(node);
      if (wanted.has(node) || (node.op === 'matmul' && node.inputs.some(isHeld))) {
        for (const one of sets.get(node) ?? []) chosen.add(one);
      }
    }
    // Rows and columns take the layout of what they are computed from, so that they need no reshape beside it.
    for (const node of order) {
      if (node.shape.length !== 2 || isMatrix(node) || !(FOLLOWS.has(node.op) || isKeptSum(node))) continue;
      if (node.inputs.some((one) => chosen.has(one))) chosen.add(node);
    }
    return chosen;
  }

  /** A node in plain layout. */
  #plainNode(node: Tensor): Tensor {
    const { op, inputs, attributes, shape } = node;
    if (op === 'matmul') {
      const [a, b] = inputs as [Tensor, Tensor];
      return this.#product(this.#factor(a, attributes.transposeA), this.#factor(b, attributes.transposeB));
    }
    const [source] = inputs;
    if (op === 'input') return this.#columns.has(node) ? input(attributes.name!, [shape[0]!, 1]) : node;
    if (op === 'sum' && this.#transposed.has(source!)) {
      const axes = attributes.axes!.map((axis) => 1 - axis);
      return this.#computed.get(source!)!.sum(axes, false).reshape(shape);
    }
    return withInputs(
      node,
      inputs.map((one) => this.plain(one)),
    );
  }

  /** A node in transposed layout. */
  #transposedNode(node: Tensor): Tensor {
    const { op, inputs, attributes, shape } = node;
    const swapped: Shape = [shape[1]!, shape[0]!];
    switch (op) {
      case 'input':
        return input(attributes.name!, swapped);
      case 'matmul': {
        // (A B)^T = B^T A^T
        const [a, b] = inputs as [Tensor, Tensor];
        return this.#product(
          this.#factor(b, !attributes.transposeB),
          this.#factor(a, !attributes.transposeA),
        );
      }
      case 'sum':
        return this.transposed(inputs[0]!).sum([1 - attributes.axes![0]!], true);
      case 'broadcast':
        return this.transposed(inputs[0]!).broadcastTo(swapped);
      case 'concat':
      case 'slice':
      case 'pad': {
        const parts = inputs.map((one) => this.transposed(one));
        return reapply(node, parts, { axis: 1 - attributes.axis! });
      }
      default:
        return reapply(
          node,
          inputs.map((one) => this.transposed(one)),
        );
    }
  }

  /** A factor in the layout in which it is computed, and whether the product reads that transposed. */
  #factor(node: Tensor, transposed = false): readonly [Tensor, boolean] {
    return [this.#computed.get(node)!, transposed !== this.#transposed.has(node)];
  }

  #product([a, transposeA]: readonly [Tensor, boolean], [b, transposeB]: readonly [Tensor, boolean]): Tensor {
    return a.matmul(b, { transposeA, transposeB });
  }
}
