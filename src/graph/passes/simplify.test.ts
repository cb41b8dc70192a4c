import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.js';
import { grad, topologicalOrder } from '../grad.js';
import { concat, constant, full, input, scalar, Tensor } from '../tensor.js';
import { simplify } from './simplify.js';

const x = input('x', [2, 3]);
const y = input('y', [3]);
const feeds = { x: [0.3, -1.2, 0.7, 2.1, -0.4, 0.9], y: [1.5, -0.6, 0.2] };

/** Number of nodes that are left. */
const nodes = (...outputs: Tensor[]) => topologicalOrder(simplify(outputs)).length;
const values = (outputs: readonly Tensor[]) => evaluate(outputs, feeds).map((value) => [...value]);

/** Random expressions of shape [2, 3] with many chances to share, fold and drop. */
const { tree } = fc.letrec<{ tree: Tensor; number: number }>((tie) => ({
  number: fc.constantFrom(-2, -1, 0, 0.5, 1, 2, 3),
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(x, y.broadcastTo([2, 3])),
    tie('number').map((value) => full([2, 3], value)),
    tie('number').map((value) => constant(new Float64Array(6).fill(value), [2, 3])),
    fc.tuple(fc.constantFrom('add', 'sub', 'mul', 'maximum'), tie('tree'), tie('tree')).map(binary),
    fc.tuple(fc.constantFrom('add', 'sub', 'mul', 'div', 'maximum'), tie('tree'), tie('number')).map(scaled),
    fc
      .tuple(
        fc.constantFrom('neg', 'tanh', 'sigmoid', 'relu', 'square', 'reshape', 'fold', 'shift'),
        tie('tree'),
      )
      .map(unary),
  ),
}));

function binary([op, a, b]: [string, Tensor, Tensor]): Tensor {
  return op === 'add' ? a.add(b) : op === 'sub' ? a.sub(b) : op === 'mul' ? a.mul(b) : a.maximum(b);
}
function scaled([op, a, factor]: [string, Tensor, number]): Tensor {
  return op === 'div' ? a.div(factor === 0 ? 4 : factor) : binary([op, a, scalar(factor)]);
}
function unary([op, a]: [string, Tensor]): Tensor {
  const rules: Record<string, () => Tensor> = {
    neg: () => a.neg(),
    tanh: () => a.tanh(),
    sigmoid: () => a.sigmoid(),
    relu: () => a.relu(),
    square: () => a.square(),
    reshape: () => a.reshape([3, 2]).reshape([6]).reshape([2, 3]),
    fold: () => a.sum([0]).broadcastTo([2, 3]),
    shift: () => concat([a.slice(1, 1, 3), a.slice(1, 0, 1)], 1),
  };
  return rules[op]!();
}

/** Every node by its operator, attributes and inputs. */
function text(outputs: readonly Tensor[]): string {
  const order = topologicalOrder(outputs);
  const places = new Map(order.map((node, i) => [node, i]));
  const lines = order.map(({ op, attributes, inputs }) => [
    op,
    JSON.stringify(attributes),
    ...inputs.map((one) => places.get(one)),
  ]);
  return [...lines, outputs.map((output) => places.get(output))].join('\n');
}

const close = (a: number, b: number) =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

describe('simplify keeps values', () => {
  it('of random expressions and of their gradients, together and alone, and never adds a node', () => {
    fc.assert(
      fc.property(fc.array(tree as fc.Arbitrary<Tensor>, { minLength: 1, maxLength: 4 }), (list) => {
        const loss = list.map((item) => item.tanh().sum()).reduce((a, b) => a.add(b));
        const outputs = [...list, ...grad(loss, [x, y])];
        const small = simplify(outputs);
        const [expected, actual] = [values(outputs), values(small)];
        expected.forEach((row, k) => {
          expect(actual[k]!.length).toBe(row.length);
          row.forEach((value, i) => {
            if (!close(actual[k]![i]!, value)) expect(actual[k]).toEqual(row);
          });
        });
        small.forEach((output, k) => {
          expect(output.shape).toEqual(outputs[k]!.shape);
        });
        expect(topologicalOrder(small).length).toBeLessThanOrEqual(topologicalOrder(outputs).length);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('and finds nothing more in what it has simplified', () => {
    /** The same graph of nodes that nothing has seen before. */
    const copied = (outputs: readonly Tensor[]) => {
      const copies = new Map<Tensor, Tensor>();
      for (const node of topologicalOrder(outputs)) {
        const inputs = node.inputs.map((one) => copies.get(one)!);
        copies.set(node, new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype));
      }
      return outputs.map((output) => copies.get(output)!);
    };
    fc.assert(
      fc.property(tree as fc.Arbitrary<Tensor>, (item) => {
        const outputs = [item, ...grad(item.tanh().sum(), [x, y])];
        const once = simplify(outputs);
        const twice = simplify(copied(once));
        expect(text(twice)).toBe(text(once));
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('of a product with two constants beside another: they are different nodes', () => {
    const outputs = [x.mul(2).mul(3), x.mul(5).mul(7), x.mul(3).mul(2)];
    expect(values(simplify(outputs)).map((row) => row[0]! / 0.3)).toEqual(
      [6, 35, 6].map((k) => (k * 0.3) / 0.3),
    );
    const [six, , again] = simplify(outputs);
    expect(again).toBe(six);
    expect(nodes(...outputs)).toBe(5);
  });
});

describe('simplify shares', () => {
  it('equal subexpressions, however often they are written', () => {
    const write = () => x.mul(y).tanh();
    expect(nodes(write().add(write().square()))).toBe(6); // x, y, mul, tanh, square, add
    const [a, b] = simplify([write(), write()]);
    expect(a).toBe(b);
  });

  it('leaves of one name, and constants of one value, but not those of another shape', () => {
    expect(nodes(input('x', [2, 3]).mul(x))).toBe(2);
    expect(nodes(x.exp().mul(3).add(x.mul(3)))).toBe(6);
    const [row, column] = simplify([constant([1, 2], [1, 2]), constant([1, 2], [2, 1])]);
    expect([row!.shape, column!.shape]).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('only what has the same attributes', () => {
    const [a, b, c] = simplify([x.sum([0]), x.sum([1]), x.sum([0], true)]);
    expect(new Set([a, b, c]).size).toBe(3);
    expect(simplify([x.leakyRelu(0.1), x.leakyRelu(0.2)]).map((node) => node.attributes.slope)).toEqual([
      0.1, 0.2,
    ]);
  });
});

describe('simplify folds', () => {
  it('constant subexpressions to one constant', () => {
    const [folded] = simplify([scalar(2).mul(3).add(1).exp()]);
    expect(folded!.op).toBe('constant');
    expect(folded!.attributes.data![0]).toBe(Math.exp(7));
    expect(nodes(x.add(scalar(2).sqrt().mul(scalar(2).sqrt())))).toBe(3);
  });

  it('but does not spell out a large broadcast', () => {
    const [zero] = simplify([full([100, 100], 0)]);
    expect(zero!.op).toBe('broadcast');
    const large = constant(new Float64Array(5000), [5000]).exp();
    expect(simplify([large])[0]!.op).toBe('exp');
  });
});

describe('simplify drops', () => {
  it.each<[string, Tensor]>([
    ['x + 0', x.add(0)],
    ['0 + x', full([2, 3], 0).add(x)],
    ['x - 0', x.sub(0)],
    ['1 x', scalar(1).mul(x)],
    ['x / 1', x.div(full([3], 1))],
    ['-(-x)', x.neg().neg()],
    ['x there and back', x.reshape([6]).reshape([2, 3])],
    ['x to its own shape', x.broadcastTo([2, 3])],
    ['all of it', x.mul(1).add(0).neg().neg().sub(0).div(1)],
  ])('%s', (_, expression) => {
    expect(simplify([expression])[0]!.op).toBe('input');
    expect(nodes(expression)).toBe(1);
  });

  it('nothing that changes the shape, and not 0 - x or 1 / x', () => {
    const spread = y.add(full([2, 3], 0));
    expect(simplify([spread])[0]!.shape).toEqual([2, 3]);
    expect(values(simplify([spread]))[0]).toEqual([...feeds.y, ...feeds.y]);
    expect(simplify([scalar(0).sub(x)])[0]!.op).toBe('sub');
    expect(simplify([scalar(1).div(x)])[0]!.op).toBe('div');
  });
});
