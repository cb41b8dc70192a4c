/**
 * @file Relocation of misplaced components.
 *
 * A generator matches masses while the mixing coefficients are still nearly equal, so that two components settle on
 * one heavy group and one component spans two light ones; no gradient leads out of that. The encoder, though,
 * already separates the groups. So now and then: cluster E(x) of real data with k-means; see in which cluster the
 * samples of each component fall; match components to clusters one to one. A component with less than half of its
 * samples in its own cluster is misplaced. Then pi becomes the clusters' shares, and for some steps the generator
 * is also drawn towards data of that cluster:
 *
 *   + w mean_i 1[c_i misplaced] |G(z_i) - x'_i|^2 / features,   x'_i from the cluster of c_i.
 *
 * It does nothing where every component has a cluster of its own. In the spirit of split and merge for mixtures
 * (Ueda et al. 2000, SMEM); not part of the SLOGAN paper.
 */
import { maximumWeightAssignment } from '../cluster/hungarian.js';
import { kmeans } from '../cluster/kmeans.js';
import { input, type Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { MixturePrior } from '../prior/mixture.js';
import type { PriorState } from '../prior/prior.js';
import type { Intervention, InterventionTools } from './method.js';

/** Real samples whose encodings are clustered, and latents whose samples are placed. */
const REAL = 1500;
const GENERATED = 2000;
/** Samples of its cluster that a misplaced component is drawn towards. */
const POOL = 64;
/** Steps for which it is drawn. */
const DURATION = 200;
/** A component with less than this share in its own cluster is misplaced. */
const HOME = 0.5;
/** Checks happen at multiples of a twentieth of the schedule, up to its half. */
const CHECKS = 20;

export interface RelocationOptions {
  readonly prior: MixturePrior;
  readonly batch: number;
  readonly shape: readonly number[];
  /** Steps of the whole schedule. */
  readonly horizon: number;
  readonly restored?: PriorState | undefined;
}

/** Checks components at set steps, and feeds the extra term of the generator's loss. */
export class Relocation implements Intervention {
  readonly #options: RelocationOptions;
  readonly #size: number;
  #until = 0;
  #active: Float64Array;
  #targets: Float64Array;

  constructor(options: RelocationOptions) {
    this.#options = options;
    this.#size = options.shape.reduce((n, dim) => n * dim, 1);
    const { restored, prior } = options;
    this.#until = restored?.['relocation-until']?.data[0] ?? 0;
    this.#active = restored?.['relocation-active']?.data ?? new Float64Array(prior.components);
    this.#targets =
      restored?.['relocation-targets']?.data ?? new Float64Array(prior.components * POOL * this.#size);
  }

  /** The term of the generator's loss; its inputs are what {@link feeds} gives. */
  loss(generated: Tensor): Tensor {
    const { batch, shape } = this.#options;
    const distance = generated
      .sub(input('relocation/target', [batch, ...shape]))
      .square()
      .reshape([batch, this.#size])
      .sum([1]);
    return distance
      .mul(input('relocation/weight', [batch]))
      .mean()
      .mul(1 / this.#size);
  }

  /** Weights (0 where a component is in place) and targets for latents of these components. */
  feeds(component: Int32Array, step: number, weight: number, stream: Stream): Record<string, Float32Array> {
    const weights = new Float32Array(component.length);
    const targets = new Float32Array(component.length * this.#size);
    if (step < this.#until) {
      component.forEach((c, i) => {
        const chosen = (c * POOL + stream.int(POOL)) * this.#size;
        if (this.#active[c] === 0) return;
        weights[i] = weight;
        targets.set(this.#targets.subarray(chosen, chosen + this.#size), i * this.#size);
      });
    }
    return { 'relocation/weight': weights, 'relocation/target': targets };
  }

  due(step: number): boolean {
    const every = Math.max(1, Math.round(this.#options.horizon / CHECKS));
    return step > 0 && step % every === 0 && step <= this.#options.horizon / 2;
  }

  async run({ step, stream, samples, features, generate }: InterventionTools): Promise<void> {
    const { prior } = this.#options;
    const k = prior.components;
    const count = Math.min(REAL, samples.count);
    const real = new Float32Array(count * this.#size);
    samples.read(stream.fork('real').choice(samples.count, count), real);
    const encoded = await features(real);
    const dim = encoded.length / count;
    const { assignments, centers } = kmeans({
      data: encoded,
      dim,
      clusters: k,
      stream: stream.fork('k-means'),
      starts: 5,
    });
    const { z, component } = prior.sample(GENERATED, stream.fork('latent'));
    const placed = nearestCenters(await features(await generate(z)), centers, dim);
    const { home, share } = matchClusters(component, placed, k);
    this.#active = share.map((value) => (value < HOME ? 1 : 0));
    if (this.#active.every((value) => value === 0)) return;
    const masses = new Float64Array(k);
    for (const cluster of assignments) masses[cluster]! += 1 / count;
    prior.setMixing(Float64Array.from(home, (cluster) => Math.max(masses[cluster]!, 1 / count)));
    this.#until = step + DURATION;
    this.#aim(real, assignments, home, stream.fork('pool'));
  }

  /** Draws the pool of every misplaced component from the data of its cluster. */
  #aim(real: Float32Array, assignments: Int32Array, home: Int32Array, stream: Stream): void {
    home.forEach((cluster, c) => {
      if (this.#active[c] === 0) return;
      const members = [...assignments.keys()].filter((i) => assignments[i] === cluster);
      for (let p = 0; p < POOL; p++) {
        const row = members[stream.int(members.length)]! * this.#size;
        this.#targets.set(real.subarray(row, row + this.#size), (c * POOL + p) * this.#size);
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

/** The cluster of every component, one to one, and the share of the component's samples that fall into it. */
function matchClusters(component: Int32Array, placed: Int32Array, k: number) {
  const share = new Float64Array(k * k);
  const totals = new Float64Array(k);
  component.forEach((c, i) => {
    share[c * k + placed[i]!]! += 1;
    totals[c]! += 1;
  });
  for (let i = 0; i < share.length; i++) share[i]! /= Math.max(1, totals[Math.floor(i / k)]!);
  const { columnOfRow: home } = maximumWeightAssignment(share, k, k);
  return { home, share: Float64Array.from(home, (cluster, c) => share[c * k + cluster]!) };
}

function nearestCenters(rows: Float32Array, centers: Float64Array, dim: number): Int32Array {
  const nearest = new Int32Array(rows.length / dim);
  for (let i = 0; i < nearest.length; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0; c < centers.length / dim; c++) {
      let distance = 0;
      for (let j = 0; j < dim; j++) distance += (rows[i * dim + j]! - centers[c * dim + j]!) ** 2;
      if (distance < best) [best, nearest[i]] = [distance, c];
    }
  }
  return nearest;
}
