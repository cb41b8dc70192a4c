import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { calibrated, calibratedTensor, fitCalibration } from './calibration.js';

const K = 4;
const MIXING = [0.5, 0.3, 0.15, 0.05];
const stream = Stream.root(9);

/** Flat probabilities p0 of n rows, and components drawn from pi^a p0^b. */
function drawn(n: number, prior: number, sharpness: number) {
  const logits = stream.fork('logits').normals(new Float64Array(n * K));
  const own = calibrated(
    Float32Array.from(logits, (x) => Math.exp(0.3 * x)),
    [1, 1, 1, 1],
    { prior: 0, sharpness: 1 },
  );
  const p = calibrated(own, MIXING, { prior, sharpness });
  const draw = stream.fork('components');
  const components = Int32Array.from({ length: n }, (_, i) => {
    let left = draw.uniform();
    for (let c = 0; c < K - 1; c++) {
      left -= p[i * K + c]!;
      if (left < 0) return c;
    }
    return K - 1;
  });
  return { own, components };
}

/** The mean negative log likelihood with Platt's targets, written plainly. */
function loss({ own, components }: ReturnType<typeof drawn>, prior: number, sharpness: number): number {
  const p = calibrated(own, MIXING, { prior, sharpness });
  const n = components.length;
  const wrong = 1 / (n + 2);
  let sum = 0;
  components.forEach((own, i) => {
    for (let c = 0; c < K; c++) sum -= (c === own ? 1 - wrong : wrong / (K - 1)) * Math.log(p[i * K + c]!);
  });
  return sum / n;
}

describe('a calibration', () => {
  it('finds the exponents that components were drawn by', () => {
    const { own, components } = drawn(40_000, 0.8, 6);
    const { prior, sharpness, explained } = fitCalibration(own, components, MIXING);
    expect(explained).toBeGreaterThan(0.3);
    expect(explained).toBeLessThan(0.7);
    expect(Math.abs(prior - 0.8)).toBeLessThan(0.1);
    expect(Math.abs(sharpness - 6)).toBeLessThan(0.2);
  });

  it('is where the likelihood is greatest', () => {
    const given = drawn(2000, 0.5, 3);
    const { prior, sharpness } = fitCalibration(given.own, given.components, MIXING);
    const best = loss(given, prior, sharpness);
    for (const [da, db] of [
      [0.02, 0],
      [-0.02, 0],
      [0, 0.05],
      [0, -0.05],
    ] as const)
      expect(loss(given, prior + da, sharpness + db)).toBeGreaterThan(best);
  });

  it('counts sizes once at most, however much more would tell components apart, and not less than not at all', () => {
    for (const [asked, bound] of [
      [3, 1],
      [-2, 0],
    ] as const) {
      const given = drawn(4000, asked, 6);
      const { prior, sharpness } = fitCalibration(given.own, given.components, MIXING);
      expect(prior).toBe(bound);
      const best = loss(given, prior, sharpness);
      for (const db of [0.05, -0.05]) expect(loss(given, prior, sharpness + db)).toBeGreaterThan(best);
    }
  });

  it('leaves sizes out where all are equal, stays finite where nothing is wrong, and positive where all is', () => {
    const given = drawn(500, 0, 4);
    expect(fitCalibration(given.own, given.components, [0.25, 0.25, 0.25, 0.25]).prior).toBeCloseTo(0, 5);
    const own = Float32Array.from({ length: 100 * 2 }, (_, i) => ((i >> 1) % 2 === i % 2 ? 0.9 : 0.1));
    const right = Int32Array.from({ length: 100 }, (_, i) => i % 2);
    // 101 of 102 for the right one: b log 9 = log 101.
    const { sharpness } = fitCalibration(own, right, [0.5, 0.5]);
    expect(sharpness).toBeCloseTo(Math.log(101) / Math.log(9), 3);
    const wrong = fitCalibration(
      own,
      right.map((c) => 1 - c),
      [0.5, 0.5],
    );
    expect(wrong).toMatchObject({ sharpness: 1e-3, explained: 0 });
    expect(fitCalibration(own, right, [0.5, 0.5]).explained).toBeGreaterThan(0.9);
  });

  it('as an expression gives what it gives in numbers, also for a probability of 0', () => {
    const { own } = drawn(50, 0, 1);
    own.set([1, 0, 0, 0]);
    const calibration = { prior: 1.2, sharpness: 3.4 };
    const p = input('p', [50, K]);
    const [found] = evaluate([calibratedTensor(p, MIXING, calibration)], { p: own });
    const expected = calibrated(own, MIXING, calibration);
    found!.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
    expect(expected[0]).toBe(1);
  });
});
