import { describe, expect, it } from 'vitest';
import { Stream } from '../../math/random.js';
import { evaluate } from '../evaluate.js';
import { grad, topologicalOrder } from '../grad.js';
import { concat, input, type Tensor } from '../tensor.js';
import { interpolateMaps } from './interpolations.js';
import { simplify } from './simplify.js';

const ROWS = 5;
const [wide, narrow] = [6, 4];
const w = input('w', [wide, narrow]);
const c = input('c', [narrow]);
const v = input('v', [narrow, 1]);
const m = input('m', [ROWS, 1]);
const [a, b] = [input('a', [ROWS, wide]), input('b', [ROWS, wide])];

const draw = (name: string, n: number) => Stream.root(5).fork(name).normals(new Float64Array(n));
const feeds = Object.fromEntries(
  [w, c, v, m, a, b].map(({ attributes: { name }, shape }) => [
    name!,
    draw(
      name!,
      (shape as number[]).reduce((n, dim) => n * dim, 1),
    ),
  ]),
);

const products = (outputs: readonly Tensor[]) =>
  topologicalOrder(outputs).filter(({ op }) => op === 'matmul').length;
const between = (from: Tensor, to: Tensor, factor = m) => to.add(factor.mul(from.sub(to)));

/** The critic of both batches, and what it makes of the points between them. */
function critic(first: (x: Tensor) => Tensor, point: Tensor, stack = concat([a, b], 0)): Tensor[] {
  const rest = (x: Tensor) => first(x).leakyRelu(0.2).matmul(v);
  const slope = grad(rest(point).sum(), [point])[0]!;
  const loss = rest(stack).sum().add(slope.square().sum());
  return [loss, ...grad(loss, [w, v])];
}

/** Checks that the values stay, and says how many products were saved. */
function saved(outputs: readonly Tensor[]): number {
  const before = simplify(outputs);
  const after = interpolateMaps(before);
  const [expected, actual] = [evaluate(before, feeds), evaluate(after, feeds)];
  expected.forEach((values, i) => {
    values.forEach((value, j) => {
      expect(actual[i]![j]).toBeCloseTo(value, 11);
    });
  });
  return products(before) - products(after);
}

const dense = (x: Tensor) => x.matmul(w).add(c);

describe('an affine map of an interpolation', () => {
  it('is the interpolation of the maps of its ends, where those are there', () => {
    expect(saved(critic(dense, between(a, b)))).toBe(1);
    expect(saved(critic((x) => x.matmul(w), between(a, b)))).toBe(1);
  });

  it('is found also where it comes before the maps of its ends', () => {
    const [loss, ...gradients] = critic(dense, between(a, b));
    expect(saved([...gradients.reverse(), loss!])).toBe(1);
    const apart = dense(between(a, b)).square().sum();
    expect(saved([apart, dense(concat([a, b], 0)).sum()])).toBe(1);
    // An interpolation whose ends depend on another one.
    const points = dense(between(a, b)).matmul(w, { transposeB: true });
    const nested = dense(between(points, b))
      .sum()
      .add(
        dense(concat([points, b], 0))
          .square()
          .sum(),
      );
    expect(saved([nested, apart, dense(concat([a, b], 0)).sum()])).toBe(2);
  });

  it('is left as it is where one row is the end of many', () => {
    const one = a.slice(0, 0, 1);
    for (const [p, q] of [
      [one, b],
      [a, one],
      [one, one],
    ] as const) {
      const point = q.add(m.mul(p.sub(q)));
      expect(
        saved([
          dense(point).sum(),
          dense(concat([p, q], 0))
            .square()
            .sum(),
        ]),
      ).toBe(0);
    }
  });

  it('is found under images too', () => {
    const image = (x: Tensor) => x.reshape([ROWS, 1, 2, 3]);
    const flat = (x: Tensor) => dense(x.reshape([x.shape[0]!, wide]));
    const factor = m.reshape([ROWS, 1, 1, 1]);
    const point = between(image(a), image(b), factor);
    expect(saved(critic(flat, point, concat([image(a), image(b)], 0)))).toBe(1);
  });

  it('is left as it is where its ends are not mapped, in this order, by the same map', () => {
    expect(saved(critic(dense, between(b, a)))).toBe(0);
    expect(saved(critic(dense, between(a, a.mul(2))))).toBe(0);
    const other = (x: Tensor) => x.matmul(w.mul(2)).add(c);
    const loss = dense(concat([a, b], 0))
      .sum()
      .add(other(between(a, b)).square().sum());
    expect(saved([loss])).toBe(0);
  });

  it('is left as it is where the factor differs within a row, or the map makes rows longer', () => {
    expect(saved(critic(dense, between(a, b, input('a', [ROWS, wide]))))).toBe(0);
    const widen = (x: Tensor) => x.matmul(w, { transposeB: true });
    const [p, q] = [a.slice(1, 0, narrow), b.slice(1, 0, narrow)];
    expect(
      saved([
        widen(concat([p, q], 0))
          .sum()
          .add(widen(between(p, q)).square().sum()),
      ]),
    ).toBe(0);
  });
});
