import { describe, expect, it } from 'vitest';
import { input } from '../tensor.js';
import { intermediates, liveSet } from './live-set.js';

const x = input('x', [10]);

describe('intermediates', () => {
  it('are what is computed, without leaves, outputs and views', () => {
    const a = x.exp();
    const view = a.reshape([2, 5]);
    const b = view.tanh();
    const output = b.sum();
    expect(intermediates([output.reshape([1])])).toEqual([a, b]);
  });
});

describe('liveSet', () => {
  it('counts a value from where it is computed until its last user is done', () => {
    const a = x.exp();
    const b = a.tanh(); // a and b: 20
    const c = b.sum(); // b and c, an output: 10
    expect(liveSet([c])).toBe(20);
    // a is used again at the end, through a view: a, b and the product's tanh are alive together.
    const late = b
      .neg()
      .sum()
      .add(a.reshape([2, 5]).sum());
    expect(liveSet([late])).toBe(30);
  });

  it('depends on the order in which outputs are computed', () => {
    const branches = [1, 2, 3].map((k) => x.mul(k).exp());
    const all = branches.reduce((sum, branch) => sum.add(branch)).sum();
    const each = branches.map((branch) => branch.sum());
    // Every branch waits for the common sum: three of them and the last product, 3 x before its exp.
    expect(liveSet([...each, all])).toBe(40);
    // With the common sum first, what has been added up is there too.
    expect(liveSet([all, ...each])).toBe(50);
  });
});
