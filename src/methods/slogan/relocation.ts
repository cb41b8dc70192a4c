/**
 * @file Relocation of misplaced components.
 *
 * A generator matches masses while the mixing coefficients are still nearly equal, so two components settle on one
 * heavy group and one component spans two light ones. While components overlap U2C is lowest for such equal groups, and
 * once they are apart no gradient leads out of it. So now and then the groups that the encoder assigns to real data are
 * looked at in the graph of nearest neighbours of that data. If merging two of them and splitting a third lowers the
 * normalised cut clearly (merge-split.ts), then for some steps the generator is also drawn, in the components
 * concerned, towards data of their new groups:
 *
 *   + w mean_i 1[c_i concerned] |G(z_i) - x'_i|^2 / features,   x'_i from the new group of c_i.
 *
 * The sizes go on being learned by Stein gradients, unless `relocateSizes` sets them to the shares of the better
 * partition, which is sooner. It does nothing where no such move helps. In the spirit of split and merge for mixtures (Ueda et al. 2000); not
 * part of the SLOGAN paper.
 */
import { mergeSplit } from '../../cluster/merge-split.js';
import { type NeighbourGraph, neighbourGraph } from '../../cluster/neighbour-graph.js';
import type { Samples } from '../../data/dataset.js';
import type { Stream } from '../../math/random.js';
import type { Intervention, InterventionTools } from '../../method/intervention.js';
import type { MixturePrior } from '../../prior/mixture.js';
import type { PriorState } from '../../prior/prior.js';
import type { GeneratorTerm } from './generator-term.js';

/** Real samples that the graph is made of, at most. */
const REAL = 1500;
/** Samples of its group that a component is drawn towards. */
const POOL = 64;
/** Steps for which it is drawn. */
const DURATION = 200;
/** Checks happen at multiples of a twentieth of the schedule, while the rates are still of use. */
const CHECKS = 20;
const LAST_CHECK = 0.8;

export interface RelocationOptions {
  readonly prior: MixturePrior;
  readonly batch: number;
  readonly shape: readonly number[];
  /** Weight w of the term. */
  readonly weight: number;
  /** Steps of the whole schedule. */
  readonly horizon: number;
  /** Leaves the mixing coefficients alone (where an ablation holds them). */
  readonly keepMixing?: boolean;
  /** Chooses the real samples of the graph. */
  readonly stream: Stream;
  readonly restored?: PriorState | undefined;
}

/** The real samples that groups are compared with, the same at every check, and their graph. */
interface Reference {
  readonly rows: Float32Array;
  readonly count: number;
  readonly graph: NeighbourGraph;
}

/** Checks components at set steps, and feeds the extra term of the generator's loss. */
export class Relocation implements Intervention {
  readonly #options: RelocationOptions;
  readonly #size: number;
  #until = 0;
  #active: Float64Array;
  #targets: Float64Array;
  #reference: Reference | undefined;

  constructor(options: RelocationOptions) {
    this.#options = options;
    this.#size = options.shape.reduce((n, dim) => n * dim, 1);
    const { restored, prior } = options;
    this.#until = restored?.['relocation-until']?.data[0] ?? 0;
    this.#active = restored?.['relocation-active']?.data ?? new Float64Array(prior.components);
    this.#targets =
      restored?.['relocation-targets']?.data ?? new Float64Array(prior.components * POOL * this.#size);
  }

  /** The term of the generator's loss, for samples [B, ...shape] and the components that their latents were drawn from. */
  readonly term: GeneratorTerm = (p, { generated, components }) => {
    const { batch, shape } = this.#options;
    const chosen = p.draw((step) => this.targetsFor(components(step), step.stream.fork('relocation')));
    const distance = generated
      .sub(p.feed('relocation/target', [batch, ...shape], (step) => chosen(step).targets))
      .square()
      .reshape([batch, this.#size])
      .sum([1]);
    return distance
      .mul(p.feed('relocation/weight', [batch], (step) => chosen(step).weights))
      .mean()
      .mul(1 / this.#size);
  };

  /** Weights (0 where a component stays) and targets for latents of these components. */
  targetsFor(component: Int32Array, stream: Stream): { weights: Float32Array; targets: Float32Array } {
    const weights = new Float32Array(component.length);
    const targets = new Float32Array(component.length * this.#size);
    component.forEach((c, i) => {
      const chosen = (c * POOL + stream.int(POOL)) * this.#size;
      if (this.#active[c] === 0) return;
      weights[i] = this.#options.weight;
      targets.set(this.#targets.subarray(chosen, chosen + this.#size), i * this.#size);
    });
    return { weights, targets };
  }

  /** Whether {@link term} has any weight at this step. */
  pulls(step: number): boolean {
    return step < this.#until && this.#active.some((value) => value !== 0);
  }

  due(step: number): boolean {
    const { horizon } = this.#options;
    const every = Math.max(1, Math.round(horizon / CHECKS));
    return step > 0 && step % every === 0 && step <= LAST_CHECK * horizon;
  }

  async run({ step, stream, samples, assign }: InterventionTools): Promise<string | undefined> {
    const { prior } = this.#options;
    this.#reference ??= this.#referenceOf(samples);
    const { rows, count, graph } = this.#reference;
    const { part, changed, before, after } = mergeSplit(graph, await assign(rows), prior.components);
    this.#active = this.#active.map((_, c) => (changed.has(c) ? 1 : 0));
    if (changed.size === 0) return undefined;
    const moved = sharesOf(prior.mixing, changed);
    if (!this.#options.keepMixing) {
      const masses = new Float64Array(prior.components);
      for (const c of part) masses[c]! += 1;
      prior.setMixing(masses.map((mass) => Math.max(mass, 1) / count));
    }
    this.#until = step + DURATION;
    this.#drawTargets(rows, part, stream);
    const sizes = this.#options.keepMixing
      ? 'their sizes go on being learned'
      : 'sizes were set to the shares there';
    return `Relocation moves the ${changed.size} groups of ${moved} (normalised cut ${before.toFixed(3)} to ${after.toFixed(3)}); ${sizes}.`;
  }

  #referenceOf(samples: Samples): Reference {
    const count = Math.min(REAL, samples.count);
    const rows = new Float32Array(count * this.#size);
    samples.read(this.#options.stream.fork('relocation').choice(samples.count, count), rows);
    return { rows, count, graph: neighbourGraph(rows, this.#size) };
  }

  /** Draws the targets of every active component from the data of its group. */
  #drawTargets(rows: Float32Array, part: Int32Array, stream: Stream): void {
    this.#active.forEach((active, c) => {
      const members = [...part.keys()].filter((i) => part[i] === c);
      if (active === 0 || members.length === 0) return;
      for (let p = 0; p < POOL; p++) {
        const row = members[stream.int(members.length)]! * this.#size;
        this.#targets.set(rows.subarray(row, row + this.#size), (c * POOL + p) * this.#size);
      }
    });
  }

  state(): PriorState {
    const k = this.#options.prior.components;
    if (this.#active.every((value) => value === 0)) return {};
    return {
      'relocation-until': { shape: [1], data: Float64Array.of(this.#until) },
      'relocation-active': { shape: [k], data: this.#active.slice() },
      'relocation-targets': { shape: [k, POOL, this.#size], data: this.#targets.slice() },
    };
  }
}

/** "40.0 %, 10.0 %": groups that move have no lasting number yet, so their sizes name them. */
function sharesOf(mixing: ArrayLike<number>, components: ReadonlySet<number>): string {
  return [...components]
    .map((c) => mixing[c]!)
    .sort((a, b) => b - a)
    .map((share) => `${(100 * share).toFixed(1)} %`)
    .join(', ');
}
