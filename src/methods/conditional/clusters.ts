/**
 * @file Clusters of the data by what the critic sees of them, found anew every so many steps, as labels of the rows.
 *
 * The critic is copied into a frozen network, whose features k-means clusters: at first from k-means++, later from the
 * means that the old clusters have in the new features. New clusters take the numbers of the old ones that they share
 * most rows with, so that labels keep their meaning. Labels never come from the critic that is being trained.
 * Source: Liu et al. 2020, section 3 (self-conditioned GAN).
 */
import { maximumWeightAssignment } from '../../cluster/hungarian.js';
import { kmeans } from '../../cluster/kmeans.js';
import { nearestAmong } from '../../cluster/nearest-among.js';
import type { Samples } from '../../data/dataset.js';
import type { Feeds, ProgramSpec } from '../../engine/engine.js';
import { input, type Tensor } from '../../graph/tensor.js';
import type { Matrix } from '../../math/matrix.js';
import type { Stream } from '../../math/random.js';
import type { Intervention, InterventionTools, RowTool } from '../../method/intervention.js';
import type { Network } from '../../nn/network.js';
import type { Parameter } from '../../nn/parameter.js';
import type { PriorState } from '../../prior/prior.js';
import type { RowLabels } from './row-labels.js';

/** Rows whose features are in memory at a time, besides those that are clustered. */
const BLOCK = 2000;

export interface ClustersOptions {
  readonly labels: RowLabels;
  /** The network that is trained, and a copy of it with tensors of its own. */
  readonly critic: Network;
  readonly frozen: Network;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  /** Steps from one clustering to the next. */
  readonly every: number;
  /** Rows that are clustered, at most; the others get the label of the nearest centre. */
  readonly rows: number;
  readonly restored?: PriorState | undefined;
}

/** What a network has learned: its parameters, and its running statistics. */
const tensorsOf = ({ parameters, buffers }: Network): readonly Parameter[] => [...parameters, ...buffers];

/** Finds the clusters, and says how data are assigned to them. */
export class Clusters implements Intervention {
  readonly #options: ClustersOptions;
  /** Number of features. */
  readonly #width: number;
  /** Centres, K x width, in the features of the frozen network. */
  #centers: Float64Array;
  /** Copies the critic into the frozen network. */
  readonly copy: ProgramSpec;
  readonly features: RowTool;

  constructor(options: ClustersOptions) {
    const { labels, critic, frozen, shape, restored } = options;
    this.#options = options;
    this.#width = frozen.features(input('samples', [1, ...shape])).shape[1] as number;
    this.#centers = restored?.centers?.data ?? new Float64Array(labels.components * this.#width);
    this.copy = {
      name: 'copy of the critic',
      outputs: {},
      assignments: new Map(tensorsOf(frozen).map(({ name }, i) => [name, tensorsOf(critic)[i]!.tensor])),
    };
    this.features = { name: 'features', output: (samples) => frozen.features(samples) };
  }

  due(step: number): boolean {
    return !this.#options.labels.known || step % this.#options.every === 0;
  }

  async run({ stream, samples, overRows, run }: InterventionTools): Promise<string> {
    const { labels, rows } = this.#options;
    await run(this.copy);
    const chosen = stream.fork('rows').choice(samples.count, Math.min(rows, samples.count));
    const features = await overRows(this.features, chosen);
    const known = { features, dim: this.#width, clusters: labels.components, stream };
    this.#centers = labels.known
      ? clusteredAgain({ ...known, old: labels.of(chosen) })
      : kmeans({ data: features, ...known }).centers;
    const before = labels.known ? labels.of(everyRow(samples)) : undefined;
    const after = await this.#nearest(samples, overRows);
    labels.set(after);
    const shares = Array.from(labels.prior.mixing, (share) => `${(100 * share).toFixed(1)} %`).join(', ');
    const moved = before?.reduce((n, label, row) => n + (label === after[row] ? 0 : 1), 0);
    const what =
      moved === undefined ? '' : `; ${((100 * moved) / samples.count).toFixed(1)} % of the rows moved`;
    return `The data were clustered by the critic's features: ${shares}${what}.`;
  }

  /** The nearest centre of every row. */
  async #nearest(samples: Samples, overRows: InterventionTools['overRows']): Promise<Int32Array> {
    const out = new Int32Array(samples.count);
    const centers = { rows: this.#options.labels.components, columns: this.#width, values: this.#centers };
    const all = everyRow(samples);
    for (let start = 0; start < all.length; start += BLOCK) {
      const rows = all.subarray(start, start + BLOCK);
      const values = await overRows(this.features, rows);
      out.set(nearestAmong({ rows: rows.length, columns: this.#width, values }, centers, 1).index, start);
    }
    return out;
  }

  /**
   * Probabilities of the clusters, [n, K]: softmax_c(-|f(x) - m_c|^2 / 2) of the frozen features f, so that the most
   * probable cluster is the one with the nearest centre.
   */
  assign(samples: Tensor): Tensor {
    const k = this.#options.labels.components;
    const centers = input('clusters/centers', [k, this.#width]);
    return this.#options.frozen
      .features(samples)
      .sub(input('clusters/origin', [this.#width]))
      .matmul(centers, { transposeB: true })
      .add(input('clusters/offset', [k]))
      .softmax();
  }

  /** What {@link assign} reads: centres from their mean, which is the origin, and -|m_c|^2 / 2. */
  constants(): Feeds {
    const [k, width] = [this.#options.labels.components, this.#width];
    const origin = new Float64Array(width);
    this.#centers.forEach((value, i) => {
      origin[i % width]! += value / k;
    });
    const centers = this.#centers.map((value, i) => value - origin[i % width]!);
    const offset = new Float32Array(k);
    for (let c = 0; c < k; c++) {
      const own = centers.subarray(c * width, (c + 1) * width);
      offset[c] = own.reduce((sum, value) => sum - value ** 2 / 2, 0);
    }
    return {
      'clusters/centers': Float32Array.from(centers),
      'clusters/origin': Float32Array.from(origin),
      'clusters/offset': offset,
    };
  }

  state(): PriorState {
    const shape = [this.#options.labels.components, this.#width];
    return { centers: { shape, data: this.#centers.slice() } };
  }
}

export interface AgainOptions {
  /** New features, n x dim. */
  readonly features: Float32Array;
  readonly dim: number;
  readonly clusters: number;
  /** Old labels of these rows. */
  readonly old: Int32Array;
  readonly stream: Stream;
}

/**
 * Centres in new features, numbered as the old clusters: k-means starts from the mean of each old cluster, or from a random
 * row where it is empty, and the new clusters are matched to the old ones by the rows that they share.
 */
export function clusteredAgain({ features, dim, clusters, old, stream }: AgainOptions): Float64Array {
  const seeds = meansOf({ rows: old.length, columns: dim, values: features }, old, clusters, stream);
  const { centers, assignments } = kmeans({ data: features, dim, clusters, stream, seeds });
  const votes = new Float64Array(clusters * clusters);
  assignments.forEach((c, i) => {
    votes[c * clusters + old[i]!]! += 1;
  });
  const { columnOfRow } = maximumWeightAssignment(votes, clusters, clusters);
  const out = new Float64Array(centers.length);
  columnOfRow.forEach((label, c) => {
    out.set(centers.subarray(c * dim, (c + 1) * dim), label * dim);
  });
  return out;
}

/** The mean row of each cluster, or a random row where it is empty. */
function meansOf(
  { rows, columns, values }: Matrix,
  labels: Int32Array,
  clusters: number,
  stream: Stream,
): Float64Array {
  const counts = new Float64Array(clusters);
  for (const label of labels) counts[label]! += 1;
  const means = new Float64Array(clusters * columns);
  labels.forEach((label, i) => {
    for (let j = 0; j < columns; j++)
      means[label * columns + j]! += values[i * columns + j]! / counts[label]!;
  });
  const draws = stream.fork('empty');
  counts.forEach((count, c) => {
    if (count > 0) return;
    const row = draws.int(rows) * columns;
    means.set(values.subarray(row, row + columns), c * columns);
  });
  return means;
}

function everyRow({ count }: Samples): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}
