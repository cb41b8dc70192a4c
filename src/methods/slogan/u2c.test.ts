import { describe, expect, it } from 'vitest';
import { evaluate } from '../../graph/evaluate.js';
import { grad } from '../../graph/grad.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { angularMargin, gumbelSoftmax, u2c } from './u2c.js';

type Values = Record<string, ArrayLike<number>>;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const marginFeed = (m: number) => [Math.cos(m), Math.sin(m), m * Math.sin(m), Math.cos(Math.PI - m)];

interface Contrast {
  /** K x d. */
  readonly means: readonly (readonly number[])[];
  /** The component of every sample. */
  readonly components: readonly number[];
  /** The encoding of every sample; its own prototype if absent. */
  readonly encoded?: readonly (readonly number[])[];
  readonly scale: number;
  readonly margin?: number;
}

/** U2C of samples whose prototype is the mean of a given component: overwhelming Gumbel noise chooses it. */
function contrast({ means, components, encoded, scale, margin = 0 }: Contrast): Float64Array {
  const [batch, k, d] = [components.length, means.length, means[0]!.length];
  const rows = encoded ?? components.map((c) => means[c]!);
  const loss = u2c({
    latent: input('latent', [batch, d]),
    encoded: input('encoded', [batch, d]),
    prior: {
      means: input('prior/means', [k, d]),
      weight: input('prior/weight', [k, d, d]),
      offset: input('prior/offset', [k * d]),
      constant: input('prior/constant', [k]),
    },
    gumbel: input('gumbel', [batch, k]),
    temperature: 0.01,
    scale,
    margin: input('margin', [4]),
  });
  return evaluate([loss], {
    latent: new Float64Array(batch * d),
    encoded: rows.flat(),
    'prior/weight': new Float64Array(k * d * d),
    'prior/offset': new Float64Array(k * d),
    'prior/constant': new Float64Array(k),
    'prior/means': means.flat(),
    gumbel: components.flatMap((c) => means.map((_, j) => (j === c ? 1e4 : 0))),
    margin: marginFeed(margin),
  })[0]!;
}

const unit = (d: number, axis: number, length = 1) =>
  Array.from({ length: d }, (_, i) => (i === axis ? length : 0));
const blocks = (counts: readonly number[]) => counts.flatMap((n, c) => Array<number>(n).fill(c));
const orthogonal = [0, 1, 2, 3].map((axis) => unit(5, axis));
const mean = (values: Float64Array) => sum(values) / values.length;

describe('U2C without margin', () => {
  const counts = [32, 16, 8, 8];
  const components = blocks(counts);

  it.each([
    [1, -0.5519574180066611],
    [4, -1.1604020300547584],
    [8, -1.212002020941678],
    [1000, -1.2130075659799042], // minus the entropy of the sizes: the bound is tight
  ])('of a perfect encoder and orthogonal prototypes, s = %f, is %f', (scale, expected) => {
    expect(mean(contrast({ means: orthogonal, components, scale }))).toBeCloseTo(expected, 9);
    const closed = counts.reduce((total, n) => {
      const p = n / 64;
      return total + p * Math.log(p + (1 - p) * Math.exp(-scale));
    }, 0);
    expect(closed).toBeCloseTo(expected, 12);
  });

  it('of antipodal prototypes is sum p log(p + (1 - p) e^(-2s))', () => {
    const antipodal = [unit(3, 0), unit(3, 0, -1)];
    const loss = contrast({ means: antipodal, components: blocks([45, 19]), scale: 4 });
    expect(mean(loss)).toBeCloseTo(-0.6078578363768848, 9);
  });

  it('is 0 for an encoding orthogonal to every prototype, and for a single component', () => {
    const aside = components.map(() => unit(5, 4));
    for (const value of contrast({ means: orthogonal, components, encoded: aside, scale: 4 })) {
      expect(value).toBeCloseTo(0, 12);
    }
    const encoded = [
      [1, 2],
      [-3, 1],
      [0.5, 0.1],
    ];
    for (const value of contrast({ means: [[2, 1]], components: [0, 0, 0], encoded, scale: 4 })) {
      expect(value).toBeCloseTo(0, 12);
    }
  });

  it('does not change with the lengths of encodings and means, and follows a permutation of the batch', () => {
    const encoded = [
      [1, 0.4, -2, 0, 1],
      [0, 3, 1, 1, -1],
      [2, 2, 0.1, 0, 0],
      [-1, 0, 0, 1, 2],
    ];
    const own = { means: orthogonal, components: [0, 2, 1, 1], encoded, scale: 4 };
    const loss = contrast(own);
    const scaled = contrast({
      ...own,
      means: orthogonal.map((row, c) => row.map((x) => (c + 2) * x)),
      encoded: encoded.map((row, i) => row.map((x) => (i + 1.5) * x)),
    });
    const order = [2, 0, 3, 1];
    const permuted = contrast({
      ...own,
      components: order.map((i) => own.components[i]!),
      encoded: order.map((i) => encoded[i]!),
    });
    for (let i = 0; i < 4; i++) {
      expect(scaled[i]).toBeCloseTo(loss[i]!, 10);
      expect(permuted[i]).toBeCloseTo(loss[order[i]!]!, 12);
    }
    expect(new Set([...loss].map((x) => x.toFixed(6))).size).toBe(4);
  });
});

describe('the additive angular margin', () => {
  const arc = (cosines: readonly number[], scale: number, m: number) =>
    evaluate([angularMargin(input('cosine', [cosines.length]), scale, input('margin', [4]))], {
      cosine: cosines,
      margin: marginFeed(m),
    })[0]!;

  it('is s cos(theta + m), and s cos(theta) without margin', () => {
    const angles = [0.3, 1, 2, 2.6];
    const values = arc(angles.map(Math.cos), 4, 0.5);
    angles.forEach((angle, i) => {
      expect(values[i]).toBeCloseTo(4 * Math.cos(angle + 0.5), 12);
    });
    expect([...arc([1, -0.4, -1], 4, 0)]).toEqual([4, -1.6, -4]);
    expect(arc([1], 4, 0.5)[0]).toBeCloseTo(4 * (Math.cos(0.5) - 1e-5 * Math.sin(0.5)), 12);
  });

  it('drops from -s to -1.1172953 s at theta = pi - m', () => {
    const threshold = Math.cos(Math.PI - 0.5);
    const [above, below] = arc([threshold + 1e-12, threshold], 1, 0.5);
    expect(above).toBeCloseTo(-1, 9);
    expect(below).toBeCloseTo(-1.1172953, 7);
    expect(arc([-1], 2, 0.5)[0]).toBeCloseTo(2 * (-1 - 0.5 * Math.sin(0.5)), 12);
  });

  it('has finite derivatives where a prototype equals the encoding', () => {
    const cosine = input('cosine', [3]);
    const [g] = grad(angularMargin(cosine, 4, input('margin', [4])).sum(), [cosine]);
    const values = evaluate([g!], { cosine: [1, -1, 0.2], margin: marginFeed(0.5) })[0]!;
    expect(values[0]).toBeCloseTo(4 * Math.cos(0.5), 12);
    expect(values[1]).toBe(4);
    const angle = Math.acos(0.2);
    expect(values[2]).toBeCloseTo((4 * Math.sin(angle + 0.5)) / Math.sin(angle), 12);
  });

  it('in U2C, margin 0.5, s = 4, sine clipped at 1e-5: -0.69345234442, a hair above the unclipped value', () => {
    const loss = mean(
      contrast({ means: orthogonal, components: blocks([32, 16, 8, 8]), scale: 4, margin: 0.5 }),
    );
    expect(loss).toBeCloseTo(-0.69345234442, 9);
    expect(Math.abs(loss - -0.69347082069)).toBeLessThan(1.9e-5);
  });
});

describe('Gumbel-softmax', () => {
  const logits = input('logits', [1, 4]);
  const code = (tau: number) => gumbelSoftmax(logits, input('gumbel', [1, 4]), tau);
  const feeds: Values = { logits: [-0.5, -2, -1.2, -3], gumbel: [0.1, 1.4, -0.3, 0.8] };

  it('rows sum to 1; tau -> 0 gives one-hot codes, tau -> infinity uniform ones', () => {
    const [soft, hard, flat] = evaluate([code(0.7), code(1e-3), code(1e9)], feeds);
    expect(sum(soft!)).toBeCloseTo(1, 14);
    const oneHot = [1, 0, 0, 0]; // -0.5 + 0.1 is the largest
    oneHot.forEach((expected, c) => {
      expect(hard![c]).toBeCloseTo(expected, 14);
    });
    for (const value of flat!) expect(value).toBeCloseTo(0.25, 8);
  });

  it.each([0.01, 0.5, 2])('the gradient in the logits is (diag(y) - y y^T) / tau, tau = %f', (tau) => {
    const y = code(tau);
    const rows = [0, 1, 2, 3].map((j) => grad(y.slice(1, j, j + 1).sum(), [logits])[0]!);
    const [value, ...gradients] = evaluate([y, ...rows], feeds);
    gradients.forEach((row, j) => {
      row.forEach((entry, i) => {
        const expected = (value![j]! * ((i === j ? 1 : 0) - value![i]!)) / tau;
        expect(entry).toBeCloseTo(expected, 10);
      });
    });
  });

  it('the largest of log p + gumbel is component c with frequency p_c, within 4 standard errors', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const n = 200_000;
    const noise = Stream.root(9)
      .fork('gumbel')
      .gumbels(new Float64Array(4 * n));
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const scores = p.map((share, c) => Math.log(share) + noise[4 * i + c]!);
      counts[scores.indexOf(Math.max(...scores))]!++;
    }
    p.forEach((share, c) => {
      expect(Math.abs(counts[c]! / n - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / n));
    });
  });
});
