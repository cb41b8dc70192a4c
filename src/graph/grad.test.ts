import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { grad, topologicalOrder } from './grad.js';
import { concat, input, scalar } from './tensor.js';

const x = input('x', [4]);
const at = [-1.5, -0.25, 0.5, 2];

describe('grad', () => {
  it('of x^3 is 3 x^2, then 6 x, then 6, then 0', () => {
    const cube = x.mul(x).mul(x);
    const first = grad(cube.sum(), [x])[0]!;
    const second = grad(first.sum(), [x])[0]!;
    const third = grad(second.sum(), [x])[0]!;
    const fourth = grad(third.sum(), [x])[0]!;
    const [d1, d2, d3, d4] = evaluate([first, second, third, fourth], { x: at });
    at.forEach((value, i) => {
      expect(d1![i]).toBeCloseTo(3 * value ** 2, 14);
      expect(d2![i]).toBeCloseTo(6 * value, 14);
      expect(d3![i]).toBeCloseTo(6, 14);
      expect(d4![i]).toBeCloseTo(0, 14);
    });
  });

  it('is zeros, in the shape of the tensor, where the loss does not depend on it', () => {
    const [far, near] = grad(x.square().sum(), [input('unused', [2, 3]), x]);
    expect(far!.shape).toEqual([2, 3]);
    const [zeros, own] = evaluate([far!, near!], { x: at });
    expect([...zeros!]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...own!]).toEqual(at.map((value) => 2 * value));
    expect(evaluate(grad(x.greater(0).select(1, 2).sum(), [x]), { x: at })[0]).toEqual(new Float64Array(4));
  });

  it('in a node inside the graph, and in the loss itself', () => {
    const inner = x.mul(3);
    const loss = inner.square().sum();
    const [toInner, toLeaf, toLoss] = evaluate(grad(loss, [inner, x, loss]), { x: at });
    at.forEach((value, i) => {
      expect(toInner![i]).toBeCloseTo(6 * value, 14);
      expect(toLeaf![i]).toBeCloseTo(18 * value, 13);
    });
    expect([...toLoss!]).toEqual([1]);
  });

  it('adds up the paths: x twice, x broadcast, x in parts', () => {
    const parts = concat([x.slice(0, 0, 2), x, x.slice(0, 3, 4)], 0);
    const [counted] = evaluate(grad(parts.sum().add(x.sum()), [x]), { x: at });
    expect([...counted!]).toEqual([3, 3, 2, 3]);
    const row = input('row', [1, 2]);
    const [spread] = evaluate(grad(row.broadcastTo([5, 2]).mul(scalar(2)).sum(), [row]), { row: [1, 1] });
    expect([...spread!]).toEqual([10, 10]);
  });

  it('stops nothing silently: a gradient that a loss contains is differentiated again', () => {
    // penalty = |d/dx sum x^2|^2 = 4 |x|^2, whose gradient is 8 x
    const slope = grad(x.square().sum(), [x])[0]!;
    const [penalised] = evaluate(grad(slope.square().sum(), [x]), { x: at });
    expect([...penalised!]).toEqual(at.map((value) => 8 * value));
  });

  it('refuses a loss that is not one element', () => {
    expect(() => grad(x, [x])).toThrow('grad: the loss has shape [4], not one element');
  });
});

describe('the order of a graph', () => {
  it('has every node once, inputs before users, however deep it is', () => {
    let deep = x.mul(1);
    for (let i = 0; i < 20_000; i++) deep = deep.add(x);
    const order = topologicalOrder([deep, x]);
    expect(order.length).toBe(new Set(order).size);
    expect(order.length).toBe(20_003);
    const place = new Map(order.map((node, i) => [node, i]));
    expect(order.every((node) => node.inputs.every((before) => place.get(before)! < place.get(node)!))).toBe(
      true,
    );
  });
});
