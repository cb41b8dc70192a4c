import { describe, expect, it } from 'vitest';
import { grad } from '../grad.js';
import { input } from '../tensor.js';
import { countFlops } from './flops.js';

describe('countFlops', () => {
  const a = input('a', [3, 5]);
  const b = input('b', [5, 7]);

  it('of a matrix product is 2 m k n, however it is read', () => {
    expect(countFlops([a.matmul(b)])).toBe(2 * 3 * 5 * 7);
    const transposed = input('t', [7, 5]);
    expect(countFlops([a.matmul(transposed, { transposeB: true })])).toBe(2 * 3 * 5 * 7);
    expect(countFlops([b.matmul(a, { transposeA: true, transposeB: true })])).toBe(2 * 7 * 5 * 3);
  });

  it('of a product and its two gradients is three times the product', () => {
    const loss = a.matmul(b).square().sum();
    expect(countFlops([loss, ...grad(loss, [a, b])])).toBe(3 * 2 * 3 * 5 * 7);
  });

  it('counts what outputs share once, and elementwise work not at all', () => {
    expect(countFlops([a.matmul(b), a.matmul(b).relu().exp()])).toBe(210);
    expect(countFlops([a.add(1).tanh()])).toBe(0);
  });

  it('of a convolution and its two adjoints is three times the convolution', () => {
    const x = input('x', [2, 3, 8, 8]);
    const w = input('w', [5, 3, 4, 4]);
    const y = x.conv(w, { stride: 2, pad: 1 });
    const once = 2 * (2 * 5 * 4 * 4) * (3 * 4 * 4);
    expect(countFlops([y])).toBe(once);
    const loss = y.square().sum();
    expect(countFlops([loss, ...grad(loss, [x, w])])).toBe(3 * once);
  });
});
