/**
 * @file The GOLD estimator: the gap of the logarithms of two densities of samples x with classes c,
 * log p_data(x, c) - log p_g(x, c), by a critic D and a classifier C.
 *
 *   generated x:  d = D(x) + r log C(c|x);      real x:  d = D(x) - r log C(c|x).
 *
 * r = 1, or std(D) / rms(log C) over generated samples, which lets both terms weigh as much (balanced). d is large where
 * the model makes too little like the sample, and small where it makes too much.
 * Source: Mo et al., Mining GOLD Samples for Conditional GANs, NeurIPS 2019.
 */

/** What is added to probabilities before their logarithm is taken, as in the authors' code. */
const LEAST = 1e-6;

/** log(p + 1e-6) of a probability. */
export function logProbability(p: number): number {
  return Math.log(p + LEAST);
}

/** Where samples come from. */
export type Origin = 'generated' | 'real';

/** d(x, c) = D(x) + r log C(c|x) of a generated sample, D(x) - r log C(c|x) of a real one. */
export function gold(marginal: number, logClass: number, of: Origin, ratio = 1): number {
  return of === 'generated' ? marginal + ratio * logClass : marginal - ratio * logClass;
}

/** How a critic's scores are read, and how much the term of the classes weighs beside them. */
export interface GoldScale {
  /** The marginal term of a score s is (s - level) / unit. */
  readonly level: number;
  readonly unit: number;
  /** r: std of the marginal term over rms of log C. */
  readonly ratio: number;
}

/** How {@link goldScale} measures. */
export interface ScaleOptions {
  /** Whether the scores estimate log p_data(x) - log p_g(x). Else they are read as deviations from their mean. */
  readonly densityRatio: boolean;
  /** How wide log C is: around 0 (`rms`, the authors' code, default) or around its mean (`std`, the paper). */
  readonly spread?: 'rms' | 'std';
}

/** The scale of a model, from the critic's scores of generated samples and log C(c|x) of their classes, n each. */
export function goldScale(
  scores: ArrayLike<number>,
  logClasses: ArrayLike<number>,
  { densityRatio, spread = 'rms' }: ScaleOptions,
): GoldScale {
  const own = moments(scores);
  const { mean, deviation } = moments(logClasses);
  const width = spread === 'std' ? deviation : Math.hypot(mean, deviation);
  const [level, unit] = densityRatio ? [0, 1] : [own.mean, own.deviation || 1];
  return { level, unit, ratio: width > 0 ? own.deviation / unit / width : 0 };
}

/** (s - level) / unit. */
export function marginalTerm(score: number, { level, unit }: GoldScale): number {
  return (score - level) / unit;
}

/** -sum_c C(c|x) log C(c|x), in nats, of one row of probabilities. */
export function classEntropy(probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let c = 0; c < probabilities.length; c++) {
    const p = probabilities[c]!;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/**
 * Probabilities of keeping the candidates of a batch, by discriminator rejection sampling with a percentile:
 *
 *   P = min(1, exp(d - m)),  F = log(P + 1e-6) - log(1 - P + 1e-6),  keep with sigmoid(F - F_p),
 *
 * F_p the p-quantile of the batch: of a share p of the candidates less than 1/2 is kept. m is the largest marginal term
 * that is expected. Source: Azadi et al. 2019; the authors' code of GOLD.
 */
export function keepProbabilities(d: ArrayLike<number>, m: number, p: number): Float64Array {
  const f = Float64Array.from(d, (value) => {
    const share = Math.min(1, Math.exp(value - m));
    return Math.log(share + LEAST) - Math.log(1 - share + LEAST);
  });
  const level = quantile(f, p);
  return f.map((value) => 1 / (1 + Math.exp(level - value)));
}

/** The p-quantile of some numbers, interpolated between the two nearest. */
function quantile(values: Float64Array, p: number): number {
  const sorted = values.slice().sort();
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** Mean, and deviation with n in the denominator. */
function moments(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  const n = Math.max(1, values.length);
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / n;
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - mean) ** 2 / n;
  return { mean, deviation: Math.sqrt(square) };
}
