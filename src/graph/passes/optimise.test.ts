import { expect, it } from 'vitest';
import { evaluate } from '../evaluate.js';
import { grad, topologicalOrder } from '../grad.js';
import { input } from '../tensor.js';
import { optimise } from './optimise.js';
import { print } from './print.js';
import { simplify } from './simplify.js';

const x = input('x', [3]);
const feeds = { x: [0.5, -1, 2] };

it('drops detach, so that what it separated is shared: x^2 + detach(x^2) is one square, doubled', () => {
  const value = x.square().add(x.square().detach());
  const loss = value.sum();
  const outputs = [value, ...grad(loss, [x])];
  const before = evaluate(outputs, feeds).map((list) => [...list]);
  expect(before).toEqual([
    [0.5, 2, 8],
    [1, -2, 4],
  ]);
  const after = optimise(outputs);
  expect(evaluate(after, feeds).map((list) => [...list])).toEqual(before);
  expect(topologicalOrder(after).filter(({ op }) => op === 'detach')).toEqual([]);
  expect(topologicalOrder([after[0]!]).map(({ op }) => op)).toEqual(['input', 'mul', 'constant', 'mul']);
  expect(optimise([x.detach().detach()])[0]!.op).toBe('input');
});

it('is not what simplify does, after which gradients may still be taken', () => {
  const value = x.neg().detach().neg().mul(x);
  const [simplified] = simplify([value]);
  const [before, after] = evaluate([...grad(value.sum(), [x]), ...grad(simplified!.sum(), [x])], feeds);
  expect([...before!]).toEqual(feeds.x);
  expect([...after!]).toEqual(feeds.x);
  expect(print({ value })).toContain('= detach(%1) : float32[3]');
});

it('is computed once for the same outputs in the same order, and gives its own result back', () => {
  const outputs = [x.square().add(x.square()), x.mul(1).exp()];
  const result = optimise(outputs);
  expect(optimise([...outputs])).toBe(result);
  expect(optimise(result)).toBe(result);
  expect(optimise([...result])).toBe(result);
  // Another list is another graph of equal nodes.
  const reversed = optimise([...outputs].reverse());
  expect(reversed).not.toBe(result);
  expect(print({ a: reversed[1]!, b: reversed[0]! })).toBe(print({ a: outputs[0]!, b: outputs[1]! }));
  expect(optimise(outputs.slice(0, 1))).not.toBe(result);
  expect(optimise([])).toEqual([]);
});
