/**
 * @file Programs over matrices that are held transposed: the same values, most of them computed transposed too.
 *
 * For a batch of B rows, y = x W is faster as y^T = W^T x^T where W^T is what lies in memory: ONNX Runtime then packs the
 * small factor for its kernel instead of the large one, and cuts the many outputs into its tiles instead of the few rows
 * (64 rows are no multiple of the 12 that it takes at a time). Products read either factor transposed at no cost, so
 * little but products has to be chosen: what works value by value follows them.
 */
import { topologicalOrder } from '../grad.js';
import { type Shape, sizeOf } from '../shape.js';
import { input, reapply, type Tensor, withInputs } from '../tensor.js';
import { ELEMENTWISE } from './rewrite.js';

/** A value that is asked for, as it is or transposed. */
export interface Asked {
  readonly value: Tensor;
  readonly transposed: boolean;
}

/**
 * What is asked for, where the inputs in `held` (matrices) are fed transposed. The values are to be simplified: equal
 * nodes are one.
 */
export function overTransposed(asked: readonly Asked[], held: ReadonlySet<string>): Tensor[] {
  const program = new Transposition(asked, held);
  return asked.map(({ value, transposed }) =>
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
  /** The form in which a node is computed: transposed where it is in {@link #transposed}, vectors in {@link #columns} as columns. */
  readonly #home = new Map<Tensor, Tensor>();
  readonly #transposed: ReadonlySet<Tensor>;
  readonly #columns: ReadonlySet<Tensor>;
  /** The other form of what is read in both. */
  readonly #others = new Map<Tensor, Tensor>();

  constructor(
    asked: readonly Asked[],
    private readonly held: ReadonlySet<string>,
  ) {
    const order = topologicalOrder(asked.map(({ value }) => value));
    this.#transposed = this.#choose(order, asked);
    const beside = order.flatMap((node) =>
      this.#transposed.has(node) && FOLLOWS.has(node.op) ? node.inputs : [],
    );
    this.#columns = new Set(beside.filter(({ op, shape }) => op === 'input' && shape.length === 1));
    for (const node of order)
      this.#home.set(node, this.#transposed.has(node) ? this.#across(node) : this.#along(node));
  }

  plain(node: Tensor): Tensor {
    if (this.#transposed.has(node)) return this.#other(node, (one) => this.plain(one));
    return this.#home.get(node)!.reshape(node.shape);
  }

  /** The transpose of a matrix, row or column; a vector as a column; a number as it is. */
  transposed(node: Tensor): Tensor {
    if (this.#transposed.has(node)) return this.#home.get(node)!;
    if (node.shape.length < 2 && sizeOf(node.shape) === 1) return this.plain(node);
    return this.#other(node, (one) => this.transposed(one));
  }

  /** The form of a node that is not its home. Truth values, which nothing reorders, are computed again. */
  #other(node: Tensor, form: (input: Tensor) => Tensor): Tensor {
    const known = this.#others.get(node);
    if (known) return known;
    const home = this.#home.get(node)!;
    const [rows, columns = 1] = node.shape.length === 1 ? [1, node.shape[0]] : home.shape;
    let other: Tensor;
    if (node.dtype === 'bool') other = reapply(node, node.inputs.map(form));
    else other = isMatrix(node) ? home.transpose([1, 0]) : home.reshape([columns, rows!]);
    this.#others.set(node, other);
    return other;
  }

  /**
   * Which nodes are computed transposed: held inputs, and every set of matrices that follow one another value by value and
   * have among them a product with a held input, or what is asked for transposed.
   */
  #choose(order: readonly Tensor[], asked: readonly Asked[]): Set<Tensor> {
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
    const wanted = new Set(asked.flatMap(({ value, transposed }) => (transposed ? [value] : [])));
    const chosen = new Set<Tensor>();
    for (const node of order) {
      if (isHeld(node)) chosen.add(node);
      if (wanted.has(node) || (node.op === 'matmul' && node.inputs.some(isHeld))) {
        for (const one of sets.get(node) ?? []) chosen.add(one);
      }
    }
    // Rows and columns lie as what they are made of, so that they need no new shape beside it.
    for (const node of order) {
      if (node.shape.length !== 2 || isMatrix(node) || !(FOLLOWS.has(node.op) || isKeptSum(node))) continue;
      if (node.inputs.some((one) => chosen.has(one))) chosen.add(node);
    }
    return chosen;
  }

  /** A node as it is. */
  #along(node: Tensor): Tensor {
    const { op, inputs, attributes, shape } = node;
    if (op === 'matmul') {
      const [a, b] = inputs as [Tensor, Tensor];
      return this.#product(this.#factor(a, attributes.transposeA), this.#factor(b, attributes.transposeB));
    }
    const [source] = inputs;
    if (op === 'input') return this.#columns.has(node) ? input(attributes.name!, [shape[0]!, 1]) : node;
    if (op === 'sum' && this.#transposed.has(source!)) {
      const axes = attributes.axes!.map((axis) => 1 - axis);
      return this.#home.get(source!)!.sum(axes, false).reshape(shape);
    }
    return withInputs(
      node,
      inputs.map((one) => this.plain(one)),
    );
  }

  /** The transpose of a node. */
  #across(node: Tensor): Tensor {
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

  /** A factor in the form in which it is there, and whether that is to be read transposed. */
  #factor(node: Tensor, transposed = false): readonly [Tensor, boolean] {
    return [this.#home.get(node)!, transposed !== this.#transposed.has(node)];
  }

  #product([a, transposeA]: readonly [Tensor, boolean], [b, transposeB]: readonly [Tensor, boolean]): Tensor {
    return a.matmul(b, { transposeA, transposeB });
  }
}
