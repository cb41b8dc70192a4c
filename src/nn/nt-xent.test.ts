import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { input } from '../graph/tensor.js';
import { ntXent } from './nt-xent.js';

const feeds = {
  a: [1, 2, -1, 0.5, -1, 0.25, 2, 0.1, 0.3],
  b: [0.9, 1.5, -1.2, 0.2, -1, 0.9, -1, 0.4, 0.6],
};
const [a, b] = [input('a', [3, 3]), input('b', [3, 3])];

/** Loss and gradients of torch 2.13 in float64: the cross-entropy of cosines over T, those of a view with itself masked. */
const torch = [
  {
    temperature: 0.3,
    loss: 1.4372760369684183,
    a: [
      0.03615729510835092, 0.010786853401393601, 0.057731001911138086, 0.21190740791110507,
      0.09493499838576454, -0.04407482227915188, 0.06510011449232422, -0.2087933395125492,
      -0.3644029834446452,
    ],
    b: [
      0.05826281368962975, -0.006407792795385676, 0.03568736927299023, -0.11893252200080619,
      0.12200667004320628, 0.16199241604818618, -0.3015598027776237, -0.29331802111705885,
      -0.3070543238846669,
    ],
  },
  {
    temperature: 1,
    loss: 1.2940856453866998,
    a: [
      0.02301771314092011, 0.005697230751366342, 0.034412174643652746, 0.11338637391624985,
      0.03879137439023159, -0.07160725027157322, 0.018085430036303723, -0.05771926145479116,
      -0.10132977975709473,
    ],
    b: [
      0.03333852481478543, -0.013301869381964107, 0.008376556883633951, -0.018004134382200308,
      0.06805574247974681, 0.07961841039576323, -0.07733556155877207, -0.060241431261008865,
      -0.08873164842394757,
    ],
  },
];

describe('NT-Xent', () => {
  it.each(torch)('has the loss and the gradients of torch, T = $temperature', (expected) => {
    const loss = ntXent(a, b, expected.temperature);
    const [value, first, second] = evaluate([loss, ...grad(loss, [a, b])], feeds);
    expect(value![0]).toBeCloseTo(expected.loss, 11);
    first!.forEach((g, i) => {
      expect(g).toBeCloseTo(expected.a[i]!, 11);
    });
    second!.forEach((g, i) => {
      expect(g).toBeCloseTo(expected.b[i]!, 11);
    });
  });

  it('is log(2B - 1) where all views are the same', () => {
    const same = { a: [1, 2, 3, 1, 2, 3, 1, 2, 3], b: [2, 4, 6, 1, 2, 3, 1, 2, 3] };
    expect(evaluate([ntXent(a, b, 0.5)], same)[0]![0]).toBeCloseTo(Math.log(5), 10);
  });
});
