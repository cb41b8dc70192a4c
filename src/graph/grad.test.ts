import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { grad, topologicalOrder } from './grad.js';
import { concat, input, scalar, type Tensor } from './tensor.js';

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

describe('detach', () => {
  const y = input('y', [4]);
  const other = [0.5, -2, 3, 1];
  /** Gradients of the sum of a value in x and in y, at the points above. */
  const gradients = (value: Tensor) => grad(value.sum(), [x, y]) as [Tensor, Tensor];
  const values = (...outputs: Tensor[]) => evaluate(outputs, { x: at, y: other }).map((list) => [...list]);
  const zeros = [0, 0, 0, 0];

  it('keeps the value and has the gradient 0', () => {
    const [value, inX] = values(x.square().detach(), gradients(x.square().detach())[0]);
    expect(value).toEqual(at.map((a) => a * a));
    expect(inX).toEqual(zeros);
    expect(values(gradients(x.exp().detach().mul(x).detach())[0])).toEqual([zeros]);
  });

  it('leaves the other paths: x^2 detach(x) has the derivatives 2 x detach(x), 2 detach(x), 0', () => {
    const first = gradients(x.square().mul(x.detach()))[0];
    const second = gradients(first)[0];
    const third = gradients(second)[0];
    const [d1, d2, d3] = values(first, second, third);
    expect(d1).toEqual(at.map((a) => 2 * a * a));
    expect(d2).toEqual(at.map((a) => 2 * a));
    expect(d3).toEqual(zeros);
  });

  it('stops mixed derivatives: x y + detach(x y) x has 1 in x and y, and none from the detached product', () => {
    const product = x.mul(y);
    const [inX, inY] = gradients(product.add(product.detach().mul(x)));
    const [xx, xy] = gradients(inX);
    const [yx, yy] = gradients(inY);
    const [gx, gy, ...second] = values(inX, inY, xx, xy, yx, yy);
    expect(gx).toEqual(at.map((a, i) => other[i]! + a * other[i]!));
    expect(gy).toEqual(at);
    expect(second).toEqual([zeros, [1, 1, 1, 1], [1, 1, 1, 1], zeros]);
  });

  it('holds a gradient constant: a penalty on a detached gradient moves nothing', () => {
    const [slope] = gradients(x.square().mul(y));
    const [moved, held] = values(gradients(slope.square())[0], gradients(slope.detach().square())[0]);
    expect(moved).toEqual(at.map((a, i) => 8 * a * other[i]! ** 2));
    expect(held).toEqual(zeros);
    // A weight that depends on x, as if it did not: (x^2)' w(x).
    const [weighted] = values(gradients(x.square().mul(x.exp().detach()))[0]);
    weighted!.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * at[i]! * Math.exp(at[i]!), 13);
    });
  });

  it('may be what a gradient is asked for in', () => {
    const held = x.detach();
    expect(values(...grad(held.mul(x).sum(), [held, x]))).toEqual([at, at]);
  });
});

describe('gather and scatterAdd', () => {
  const rows = input('rows', [3, 2]);
  const picked = input('picked', [5, 2]);
  const index = input('index', [5]);
  const feeds = {
    rows: [1, 2, 3, 4, 5, 6],
    picked: [1, 10, 2, 20, 3, 30, 4, 40, 5, 50],
    index: [2, 0, 2, 0, 2],
  };
  const values = (...outputs: Tensor[]) => evaluate(outputs, feeds).map((list) => [...list]);

  it('take rows by an index, and add rows up by it', () => {
    const [gathered, scattered] = values(rows.gather(index), picked.scatterAdd(index, 3));
    expect(gathered).toEqual([5, 6, 1, 2, 5, 6, 1, 2, 5, 6]);
    expect(scattered).toEqual([6, 60, 0, 0, 9, 90]);
  });

  it('are adjoint: <gather(x), y> = <x, scatterAdd(y)>, and each is the gradient of the other', () => {
    const [left, right] = [rows.gather(index).mul(picked).sum(), rows.mul(picked.scatterAdd(index, 3)).sum()];
    for (const product of [left, right]) {
      const [value, inRows, inPicked, inIndex] = values(product, ...grad(product, [rows, picked, index]));
      expect(value).toEqual([1 * 6 + 2 * 60 + 5 * 9 + 6 * 90]);
      expect(inRows).toEqual([6, 60, 0, 0, 9, 90]);
      expect(inPicked).toEqual([5, 6, 1, 2, 5, 6, 1, 2, 5, 6]);
      expect(inIndex).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it('have the second derivatives of a copy: the sum of gather(x)^3 has 6 x n, n the copies of a row', () => {
    const taken = rows.gather(index);
    const [first] = grad(taken.square().mul(taken).sum(), [rows]);
    const [second] = grad(first!.sum(), [rows]);
    const [third] = grad(second!.sum(), [rows]);
    const copies = [2, 2, 0, 0, 3, 3];
    const [d1, d2, d3] = values(first!, second!, third!);
    expect(d1).toEqual(feeds.rows.map((value, i) => 3 * value ** 2 * copies[i]!));
    expect(d2).toEqual(feeds.rows.map((value, i) => 6 * value * copies[i]!));
    expect(d3).toEqual(copies.map((count) => 6 * count));
  });

  it('refuse shapes that do not fit, and rows that are not there', () => {
    expect(() => rows.gather(picked)).toThrow('gather, index: expected 1 axes, got shape [5, 2]');
    expect(() => input('one', []).gather(index)).toThrow('gather: expected at least one axis');
    expect(() => rows.scatterAdd(index, 3)).toThrow(
      'scatterAdd: the index has shape [5], not one number for each row of [3, 2]',
    );
    for (const row of [3, -1, 0.5, Number.NaN]) {
      const wrong = { ...feeds, index: [0, 1, 2, 0, row] };
      expect(() => evaluate([rows.gather(index)], wrong)).toThrow(
        `gather: index ${row} is none of the rows 0 to 2`,
      );
      expect(() => evaluate([picked.scatterAdd(index, 3)], wrong)).toThrow(
        `scatterAdd: index ${row} is none`,
      );
    }
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
