/** @file GOLD of a trained model: where it makes too much of the data and where too little, a sample at a time. */
import { type Dataset, type Samples, sampleSize } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import { meanDeviation } from '../math/statistics.js';
import { GOLD_FLOOR, type GoldSide, goldGaps, goldScale } from '../nn/gold.js';
import type { Critic, Judgement } from '../train/critic.js';
import type { Inference } from '../train/inference.js';
import type { Drawn } from '../train/rejection.js';
import { type ClassUnits, classUnits, sumUnits } from './class-units.js';

/** Generated samples on which the scale is measured; the paper takes 50,000. */
const SCALE_SAMPLES = 5000;
/** Samples that are drawn at a time, which memory should hold. */
const PART = 500;

/** How a critic's scores are read, and how much the term of the classes weighs beside them. */
export interface GoldScale {
  /** The marginal term of a score s is (s - level) / unit: s itself where scores estimate log p_data(x) - log p_g(x). */
  readonly level: number;
  /** Else scores are read as deviations from those of generated samples. */
  readonly unit: number;
  /** The weight of the conditional term in the balanced form, sigma_G / sigma_C. */
  readonly ratio: number;
}

/** Both terms of samples, and their balanced sum. */
export interface GoldTerms {
  /** The class c of each sample, 0..K-1: its group. */
  readonly classes: Int32Array;
  /** D(x), read as the model's scale says. */
  readonly marginal: Float64Array;
  /** log C(c|x) of generated samples, -log C(c|x) of real ones. */
  readonly conditional: Float64Array;
  /** d = marginal + r conditional: large where the model makes too little like the sample. */
  readonly values: Float64Array;
}

/** Means of the samples of one class. */
export interface ClassGold {
  readonly count: number;
  /** NaN where the class has no sample. */
  readonly marginal: number;
  readonly conditional: number;
  readonly value: number;
}

/** The estimator of one model, with its scale. */
export class GoldEstimator {
  private constructor(
    private readonly inference: Inference,
    private readonly critic: Critic,
    readonly scale: GoldScale,
    /** The generated samples on which the scale was measured. */
    readonly generated: GoldTerms,
    /** The component of each class that one component alone generates, by the name of the class. */
    private readonly componentOf: ReadonlyMap<string, number>,
  ) {}

  /**
   * Measures the scale on n new samples of the mixture.
   *
   * @param classNames names of the classes that the model has learned (default none: labels of data say nothing of groups)
   * @throws a usage error for a model without a critic of samples whatever their group, or without group probabilities
   */
  static async open(
    inference: Inference,
    n = SCALE_SAMPLES,
    classNames: readonly string[] = [],
  ): Promise<GoldEstimator> {
    const critic = await inference.critic();
    const units = classUnits(inference);
    const [scores, logs] = [new Float64Array(n), new Float64Array(n)];
    const classes = new Int32Array(n);
    for (let start = 0; start < n; start += PART) {
      const { samples, components } = await partOf(inference, n, start);
      const judged = await critic.ofSamples(samples);
      classes.set(components, start);
      scores.set(judged.scores, start);
      logs.set(logsOf(judged, components, units), start);
    }
    if (![scores, logs].every((values) => values.every(Number.isFinite))) {
      throw new MixturaError(
        'The critic gives values that are no finite numbers, so there is no GOLD; go on from an earlier checkpoint.',
      );
    }
    const scale = scaleOf(scores, logs, critic.densityRatio);
    const generated = termsOf('generated', classes, scores, logs, scale);
    const componentOf = soleComponents(classNames, inference.graphs.labelClasses);
    return new GoldEstimator(inference, critic, scale, generated, componentOf);
  }

  /** Whether d estimates log p_data - log p_g. Else it only orders samples, in deviations of generated ones. */
  get densityRatio(): boolean {
    return this.critic.densityRatio;
  }

  /** The samples at these places of {@link GoldEstimator.generated}, drawn again, [places, ...shape]. */
  async generatedSamples(places: readonly number[]): Promise<Float32Array> {
    const size = sampleSize(this.inference.data.shape);
    const out = new Float32Array(places.length * size);
    const startOf = (place: number) => place - (place % PART);
    for (const start of new Set(places.map(startOf))) {
      const { samples } = await partOf(this.inference, this.generated.classes.length, start);
      places.forEach((place, i) => {
        if (startOf(place) !== start) return;
        out.set(samples.subarray((place - start) * size, (place - start + 1) * size), i * size);
      });
    }
    return out;
  }

  /** Terms of generated samples [n, ...shape] of these components, n. */
  async ofSamples(samples: Float32Array, components: Int32Array): Promise<GoldTerms> {
    const judged = await this.critic.ofSamples(samples);
    const logs = logsOf(judged, components, classUnits(this.inference));
    return termsOf('generated', components, judged.scores, logs, this.scale);
  }

  /**
   * Terms of the data at `rows`. The class of a row is its label where the model has learned a class of that name and one
   * component alone generates it, else its most probable group.
   *
   * @param groups the most probable group of each row, where it is known already
   */
  async ofData(data: Dataset, rows: ArrayLike<number>, groups?: Int32Array): Promise<GoldTerms> {
    const judged = await this.critic.ofData(data, rows);
    const likely = groups ?? this.inference.mostProbable(judged.probabilities);
    const classes = likely.map((group, i) => {
      const label = data.labels?.[rows[i]!] ?? -1;
      return this.componentOf.get(data.classNames?.[label] ?? String(label)) ?? group;
    });
    return termsOf(
      'real',
      classes,
      judged.scores,
      logsOf(judged, classes, classUnits(this.inference)),
      this.scale,
    );
  }

  /**
   * What labelling each of the data at `rows` would tell: D(x) + r H[C(.|x)], large for rows that the model makes too few
   * like and whose class it does not know. Source: GOLD, section 3.3.
   */
  async worthOf(data: Samples, rows: ArrayLike<number>): Promise<Float64Array> {
    const units = classUnits(this.inference);
    const judged = await this.critic.ofData(data, rows);
    const probabilities = sumUnits(judged.probabilities, units);
    return Float64Array.from(judged.scores, (score, i) => {
      return marginalOf(score, this.scale) + this.scale.ratio * entropyOf(probabilities, i, units.count);
    });
  }
}

/** Means of the terms in each of K classes. */
export function goldByClass({ classes, marginal, conditional, values }: GoldTerms, k: number): ClassGold[] {
  const sums = Array.from({ length: k }, () => ({ count: 0, marginal: 0, conditional: 0, value: 0 }));
  classes.forEach((c, i) => {
    const sum = sums[c]!;
    sum.count += 1;
    sum.marginal += marginal[i]!;
    sum.conditional += conditional[i]!;
    sum.value += values[i]!;
  });
  return sums.map(({ count, marginal: m, conditional: c, value }) => ({
    ...{ count, marginal: m / count, conditional: c / count, value: value / count },
  }));
}

/** Classes that one component alone generates, by their names. */
function soleComponents(names: readonly string[], classOf: ArrayLike<number> = []): Map<string, number> {
  const of = Array.from(classOf);
  const sole = [...of.entries()].filter(([, c]) => of.indexOf(c) === of.lastIndexOf(c));
  return new Map(sole.flatMap(([component, c]) => (c < names.length ? [[names[c]!, component]] : [])));
}

/** The part of n samples that begins at `start`: the same samples whenever it is drawn. */
function partOf(inference: Inference, n: number, start: number): Promise<Drawn> {
  return inference.sampleMixture(Math.min(PART, n - start), 'gold', start);
}

/** log (C(c|x) + 1e-6) of the component of each sample, or of its class where components share one. */
function logsOf(judged: Judgement, components: Int32Array, units: ClassUnits): Float64Array {
  const probabilities = sumUnits(judged.probabilities, units);
  return Float64Array.from(components, (c, i) =>
    Math.log(probabilities[i * units.count + units.of[c]!]! + GOLD_FLOOR),
  );
}

/** -sum_c C(c|x) log C(c|x) of row i, in nats. */
function entropyOf(probabilities: Float32Array, i: number, k: number): number {
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const p = probabilities[i * k + c]!;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

function scaleOf(scores: Float64Array, logs: Float64Array, densityRatio: boolean): GoldScale {
  const { mean, deviation } = meanDeviation(scores, 'population');
  const own = densityRatio ? { level: 0, unit: 1 } : { level: mean, unit: deviation || 1 };
  const marginal = scores.map((score) => (score - own.level) / own.unit);
  return { ...own, ratio: goldScale(marginal, logs) };
}

function marginalOf(score: number, { level, unit }: GoldScale): number {
  return (score - level) / unit;
}

function termsOf(
  side: GoldSide,
  classes: Int32Array,
  scores: ArrayLike<number>,
  logs: Float64Array,
  scale: GoldScale,
): GoldTerms {
  const marginal = Float64Array.from(scores, (score) => marginalOf(score, scale));
  return {
    classes,
    marginal,
    conditional: side === 'real' ? logs.map((log) => -log) : logs,
    values: goldGaps(side, marginal, logs, scale.ratio),
  };
}
