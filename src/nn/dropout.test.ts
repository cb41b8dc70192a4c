import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { constant, input } from '../graph/tensor.js';
import { dropout } from './dropout.js';
import { Network } from './network.js';

describe('dropout', () => {
  const network = new Network('net', [dropout('net/dropout', 0.25)]);
  const x = constant([1, 2, 3, 4], [2, 2]);

  it('drops the values whose noise is at most p, and divides the others by 1 - p', () => {
    const out = network.train(x, new Map(), (name, shape) => input(`real/${name}`, shape));
    const [values] = evaluate([out], { 'real/net/dropout': [0.1, 0.25, 0.26, 0.9] });
    expect([...values!]).toEqual([0, 0, 4, 16 / 3]);
  });

  it('leaves evaluation alone, and asks for noise in training', () => {
    expect([...evaluate([network.eval(x)], {})[0]!]).toEqual([1, 2, 3, 4]);
    expect(() => network.train(x)).toThrow(
      'net/dropout draws in training, so the network must be given noise',
    );
  });
});
