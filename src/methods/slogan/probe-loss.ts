/**
 * @file The loss of probes, a few marked examples of groups, by which SLOGAN's groups are turned to what is asked for.
 *
 *   softmax (eq. 11):       mean over groups c, mean over probes i of c:  -log e^(a_icc) / (e^(a_icc) + sum_{k != c} e^(b_ick))
 *   paired (Algorithm 3):   mean_j -log [ sum_c e^(a_jcc) / sum_c (e^(a_jcc) + sum_{k != c} e^(b_jck)) ]
 *   a_icc = s cos(theta_icc + m), b_ick = s cos theta_ick, theta_ick the angle of E(x_i) and mu_k; s and m are those of U2C.
 *
 * The second, which the paper prints for two groups, has the j-th probe of every group in one ratio, and is not the first. It
 * moves E by Adam, and the means by its own gradient beside Stein's: it tells the groups apart, so that means do not fall
 * together, as they do where U2C reaches them directly.
 *
 * Mixup (Algorithm 3): each of T rounds adds l x_i + (1 - l) x_p(i) for every probe i of a group, where p is a permutation within
 * the group and l ~ U(0, 1), which is Beta(1, 1); the paper does not tell its Beta.
 * Source: SLOGAN (Hwang et al. 2022), section 4, eq. 11, and Algorithm 3.
 */
import { usageError } from '../../errors.js';
import { grad } from '../../graph/grad.js';
import { constant, type Tensor } from '../../graph/tensor.js';
import type { Stream } from '../../math/random.js';
import type { PhaseBuilder } from '../../method/phase.js';
import type { BuildContext, Probes } from '../../method/trainable.js';
import type { SloganSettings } from './slogan-settings.js';
import { angularMargin, cosines } from './u2c.js';

/** What the loss is made of in a phase. */
export interface ProbeInputs {
  /** E, in training: samples to encodings [n, d]. */
  encode(samples: Tensor): Tensor;
  /** mu, [K, d], an input of the phase. */
  readonly means: Tensor;
  /** Feature scale s. */
  readonly scale: Tensor | number;
  /** Constants of the margin m, [4]. */
  readonly margin: Tensor;
}

/** The loss, weighted, and its gradient in the means. */
export interface ProbeTerms {
  /** The loss itself, a scalar. */
  readonly loss: Tensor;
  /** The loss times its weight. */
  readonly weighted: Tensor;
  /** Gradient of the weighted loss in the means, [K, d]. */
  readonly means: Tensor;
}

/** Declares the loss in a phase. */
export type ProbeLoss = (p: PhaseBuilder, inputs: ProbeInputs) => ProbeTerms;

/**
 * The loss of the probes that a model is built with; nothing where there are none, or they have no weight.
 * @throws a usage error where Algorithm 3 is asked for and groups have not as many probes each
 */
export function probeLoss(
  config: Pick<SloganSettings, 'probeWeight' | 'probeLoss' | 'probeMixup' | 'probeBatch'>,
  { probes, components, data }: Pick<BuildContext, 'probes' | 'components' | 'data'>,
): ProbeLoss | undefined {
  if (!probes || config.probeWeight === 0) return undefined;
  const batch = new ProbeBatch(probes, { rounds: config.probeMixup, most: config.probeBatch });
  if (config.probeLoss === 'paired') requirePairs(batch, components);
  return (p, { encode, means, scale, margin }) => {
    const shape = [batch.component.length, ...data.shape];
    const samples = p.feed('probes', shape, ({ stream }) => batch.draw(stream.fork('probes')));
    const code = constant(codes(batch.component, components), [batch.component.length, components]);
    const cosine = cosines(encode(samples), means);
    const own = angularMargin(cosine.mul(code).sum([1], true), scale, margin);
    const logits = cosine.mul(scale).mul(code.neg().add(1)).add(code.mul(own));
    const loss =
      config.probeLoss === 'paired' ? paired(logits, own, components) : softmax(logits, own, batch);
    const weighted = loss.mul(config.probeWeight);
    return { loss, weighted, means: grad(weighted, [means])[0]! };
  };
}

/** Mean over groups of the mean over their probes. */
function softmax(logits: Tensor, own: Tensor, { component, groups }: ProbeBatch): Tensor {
  const counts = new Map(groups.map(({ component: c, size }) => [c, size]));
  const weights = component.map((c) => 1 / (groups.length * counts.get(c)!));
  return logits
    .logSumExp()
    .sub(own)
    .mul(constant(weights, [weights.length, 1]))
    .sum();
}

/** Rows of logits are the first probe of every group, then the second of every group, and so on. */
function paired(logits: Tensor, own: Tensor, components: number): Tensor {
  const pairs = (logits.shape[0] as number) / components;
  const all = logits.reshape([pairs, components * components]).logSumExp();
  return all.sub(own.reshape([pairs, components]).logSumExp()).mean();
}

function requirePairs({ groups }: ProbeBatch, components: number): void {
  const sizes = groups.map(({ rows }) => rows.length);
  if (groups.length === components && sizes.every((size) => size === sizes[0])) return;
  throw usageError(
    `The loss of Algorithm 3 pairs the probes of all ${components} groups, and ${groups.length} of them have ${sizes.join(', ')}; give each group as many, or leave out --set probeLoss=paired.`,
  );
}

function codes(component: readonly number[], components: number): Float32Array {
  const out = new Float32Array(component.length * components);
  component.forEach((c, i) => {
    out[i * components + c] = 1;
  });
  return out;
}

/** The probes of a group. */
interface ProbeGroup {
  readonly component: number;
  /** Its places among the probes. */
  readonly rows: readonly number[];
  /** How many samples of it a step has: at most so many probes, and those that mixup adds. */
  readonly size: number;
}

/** What a step sees of the probes: as many of each group at every step, those of all groups in turns. */
export class ProbeBatch {
  /** Component of every row of a batch. */
  readonly component: readonly number[];
  readonly groups: readonly ProbeGroup[];
  readonly #values: Float32Array;
  /** Values of a sample. */
  readonly #size: number;
  readonly #rounds: number;

  /** @param how rounds of mixup, and most probes of a group in a step before it */
  constructor({ values, component }: Probes, { rounds, most }: { rounds: number; most: number }) {
    this.#values = values;
    this.#size = values.length / component.length;
    this.#rounds = rounds;
    this.groups = [...new Set(component)]
      .sort((a, b) => a - b)
      .map((c) => {
        const rows = [...component.keys()].filter((i) => component[i] === c);
        return { component: c, rows, size: Math.min(most, rows.length) * (rounds + 1) };
      });
    const longest = Math.max(...this.groups.map(({ size }) => size));
    this.component = Array.from({ length: longest }, (_, j) => this.#having(j)).flatMap((groups) =>
      groups.map((group) => group.component),
    );
  }

  /** The samples of a step, n x the size of a sample. */
  draw(stream: Stream): Float32Array {
    const out = new Float32Array(this.component.length * this.#size);
    const mixed = new Map(this.groups.map((group) => [group, this.#mixed(group, stream)]));
    let at = 0;
    for (let j = 0; at < out.length; j++) {
      for (const group of this.#having(j)) {
        out.set(mixed.get(group)!.subarray(j * this.#size, (j + 1) * this.#size), at);
        at += this.#size;
      }
    }
    return out;
  }

  /** The groups that have more than j samples. */
  #having(j: number): ProbeGroup[] {
    return this.groups.filter(({ size }) => j < size);
  }

  /** The probes of a group as they are, then those of each round of mixup. */
  #mixed({ component, rows, size }: ProbeGroup, stream: Stream): Float32Array {
    const own = stream.fork('group', component);
    const n = size / (this.#rounds + 1);
    const chosen = n === rows.length ? rows : Array.from(own.choice(rows.length, n), (i) => rows[i]!);
    const width = this.#size;
    const out = new Float32Array(size * width);
    chosen.forEach((row, i) => {
      out.set(this.#values.subarray(row * width, (row + 1) * width), i * width);
    });
    for (let round = 1; round <= this.#rounds; round++) {
      const other = own.permutation(n);
      const weights = own.uniforms(new Float64Array(n));
      for (let i = 0; i < n; i++) {
        const [l, from, to] = [weights[i]!, other[i]! * width, (round * n + i) * width];
        for (let v = 0; v < width; v++) out[to + v] = l * out[i * width + v]! + (1 - l) * out[from + v]!;
      }
    }
    return out;
  }
}
