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
