/** @file Probabilities of groups that are as high as they are right, by two numbers that are fitted to samples of known components. */
import { constant, type Tensor } from '../graph/tensor.js';

/** How a method's own probabilities p0 become calibrated ones: p(c|x) proportional to pi_c^a p0(c|x)^b. */
export interface Calibration {
  /** a: how much the learned sizes count, 0 to 1: not at all, or once, as Bayes' rule has them. */
  readonly prior: number;
  /** b: how much the method's own probabilities count, above 0. */
  readonly sharpness: number;
}

/** A calibration, and what it is worth. */
export interface FittedCalibration extends Calibration {
  /** Share of the entropy of the components that the probabilities explain: 1 if every sample is recognised, 0 if none is. */
  readonly explained: number;
}

/** Probabilities below this are this: the smallest have no logarithm in float32. */
const FLOOR = 1e-30;
const MOST_STEPS = 100;
/**
 * Bounds of b: 0 would leave all rows to the largest group, and beyond the larger one only the rounding of p0 in float32
 * would be seen.
 */
const SHARPNESS = { least: 1e-3, most: 1000 };
/** Bounds of a. Where sizes are nearly equal no other would keep it from standing for what p0 has wrong. */
const PRIOR = { least: 0, most: 1 };
/** Digits of both numbers: more are chance, and these are the same on machines that round otherwise. */
const DIGITS = 4;

/**
 * The calibration of greatest likelihood, by Newton steps that are halved until they gain.
 *
 * With u_c = a log pi_c + b log p0(c|x) and p = softmax(u) it minimises the mean of -sum_c t_c log p_c. The target t of n
 * samples is 1 - 1 / (n + 2) for the component that a sample was drawn from and equal for the others, so that b stays
 * finite where no sample is wrong. It is convex in (a, b); a is kept between 0 and 1.
 *
 * Source: Platt 1999 (targets), Guo et al. 2017 (temperature), with the sizes beside it.
 *
 * @param probabilities p0, n x K, K at least 2
 * @param components the component that each of the n samples was drawn from
 * @param mixing pi, K
 */
export function fitCalibration(
  probabilities: Float32Array,
  components: Int32Array,
  mixing: ArrayLike<number>,
): FittedCalibration {
  const problem: Problem = {
    sizes: Float64Array.from(mixing, logOf),
    own: Float64Array.from(probabilities, logOf),
    components,
  };
  let at: Calibration = { prior: 0, sharpness: 1 };
  let here = likelihood(problem, at);
  for (let step = 0; step < MOST_STEPS; step++) {
    const [da, db] = newtonStep(here, at);
    let rate = 1;
    let next = moved(at, da, db, rate);
    let there = likelihood(problem, next);
    while (there.loss > here.loss && rate > 1e-6) {
      rate /= 2;
      next = moved(at, da, db, rate);
      there = likelihood(problem, next);
    }
    const gain = here.loss - there.loss;
    if (!(gain > 0)) break;
    [at, here] = [next, there];
    if (gain < 1e-12) break;
  }
  const entropy = Array.from(mixing).reduce((sum, size) => sum - size * logOf(size), 0);
  const explained = Math.max(0, 1 - here.loss / entropy);
  return { prior: rounded(at.prior), sharpness: rounded(at.sharpness), explained };
}

interface Problem {
  /** log pi, K. */
  readonly sizes: Float64Array;
  /** log p0, n x K. */
  readonly own: Float64Array;
  readonly components: Int32Array;
}

/** The loss, its gradient by (a, b) and its second derivatives aa, ab, bb. */
interface Likelihood {
  readonly loss: number;
  readonly gradient: readonly [number, number];
  readonly curvature: readonly [number, number, number];
}

function likelihood({ sizes, own, components }: Problem, at: Calibration): Likelihood {
  const k = sizes.length;
  const n = components.length;
  const wrong = 1 / (n + 2);
  const p = new Float64Array(k);
  let [loss, ga, gb, aa, ab, bb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const logs = own.subarray(i * k, (i + 1) * k);
    const logSum = softmax(logs, sizes, at, p);
    // Means and second moments of log pi and log p0 under p.
    let [ma, mb, saa, sab, sbb] = [0, 0, 0, 0, 0];
    for (let c = 0; c < k; c++) {
      const [s, l] = [sizes[c]!, logs[c]!];
      const target = c === components[i] ? 1 - wrong : wrong / (k - 1);
      loss -= target * (at.prior * s + at.sharpness * l - logSum);
      ga -= target * s;
      gb -= target * l;
      ma += p[c]! * s;
      mb += p[c]! * l;
      saa += p[c]! * s * s;
      sab += p[c]! * s * l;
      sbb += p[c]! * l * l;
    }
    ga += ma;
    gb += mb;
    aa += saa - ma * ma;
    ab += sab - ma * mb;
    bb += sbb - mb * mb;
  }
  return { loss: loss / n, gradient: [ga / n, gb / n], curvature: [aa / n, ab / n, bb / n] };
}

/** Writes softmax(a log pi + b log p0) of a row; the logarithm of its denominator. */
function softmax(
  logs: Float64Array,
  sizes: Float64Array,
  { prior, sharpness }: Calibration,
  out: Float64Array,
): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < out.length; c++) {
    out[c] = prior * sizes[c]! + sharpness * logs[c]!;
    most = Math.max(most, out[c]!);
  }
  let sum = 0;
  for (let c = 0; c < out.length; c++) {
    out[c] = Math.exp(out[c]! - most);
    sum += out[c]!;
  }
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
  return most + Math.log(sum);
}

/**
 * -H^-1 g, of b alone where a is at a bound and would leave it. Where all sizes are equal, a does not matter, and stays: the
 * damping keeps H from being singular.
 */
function newtonStep(
  { gradient: [ga, gb], curvature: [aa, ab, bb] }: Likelihood,
  { prior }: Calibration,
): [number, number] {
  const damping = 1e-9 * (1 + aa + bb);
  if ((prior <= PRIOR.least && ga > 0) || (prior >= PRIOR.most && ga < 0)) return [0, -gb / (bb + damping)];
  const [a, b] = [aa + damping, bb + damping];
  const determinant = a * b - ab * ab;
  return [(ab * gb - b * ga) / determinant, (ab * ga - a * gb) / determinant];
}

function moved({ prior, sharpness }: Calibration, da: number, db: number, rate: number): Calibration {
  return {
    prior: Math.min(PRIOR.most, Math.max(PRIOR.least, prior + rate * da)),
    sharpness: Math.min(SHARPNESS.most, Math.max(SHARPNESS.least, sharpness + rate * db)),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

function logOf(probability: number): number {
  return Math.log(Math.max(probability, FLOOR));
}

/**
 * Calibrated probabilities of a method's own, n x K.
 */
export function calibrated(
  probabilities: Float32Array,
  mixing: ArrayLike<number>,
  calibration: Calibration,
): Float32Array {
  const sizes = Float64Array.from(mixing, logOf);
  const k = sizes.length;
  const out = new Float32Array(probabilities.length);
  const p = new Float64Array(k);
  for (let start = 0; start < out.length; start += k) {
    softmax(Float64Array.from(probabilities.subarray(start, start + k), logOf), sizes, calibration, p);
    out.set(p, start);
  }
  return out;
}

/** {@link calibrated} as an expression, for networks that stand alone. */
export function calibratedTensor(
  probabilities: Tensor,
  mixing: ArrayLike<number>,
  { prior, sharpness }: Calibration,
): Tensor {
  const sizes = constant(
    Float64Array.from(mixing, (size) => prior * logOf(size)),
    [mixing.length],
  );
  return probabilities.maximum(FLOOR).log().mul(sharpness).add(sizes).softmax();
}
