// Baselines of the clustering tables, over seeds: k-means on the pixels of a data set, alone and then repaired by
// merge and split on the graph of neighbours (what relocation looks at, without any network); spectral clustering and
// merged cells of that graph; a Gaussian mixture with full covariances along 15 principal components, from k-means.
//   node bench/kmeans-pixels.mjs digits --classes 2,0,6,7 --ratio 8:4:2:1 --seeds 5
//   node bench/kmeans-pixels.mjs fmnist-5 --split test --seeds 3 --no-graph
import { parseArgs } from 'node:util';
import { graphOfNearest, kmeans, mergeSplit, nearestRows } from '../dist/entries/cluster.js';
import { openDataset } from '../dist/entries/data.js';
import { groupSizes, labelScores } from '../dist/entries/metrics.js';
import { Stream } from '../dist/entries/prior.js';
import { PLAIN } from '../dist/groups/compare.js';
import { structureOf } from '../dist/groups/structure.js';
import { TEACHERS } from '../dist/groups/teachers.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    classes: { type: 'string' },
    ratio: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    split: { type: 'string', default: 'train' },
    'no-graph': { type: 'boolean', default: false },
  },
});
const data = await openDataset(positionals[0] ?? 'digits', {
  classes: values.classes,
  ratio: values.ratio,
  split: values.split,
});
const dim = data.shape.reduce((n, side) => n * side, 1);
const pixels = new Float32Array(data.count * dim);
data.read(
  Uint32Array.from({ length: data.count }, (_, i) => i),
  pixels,
);
const clusters = data.classNames.length;

function scores(assignments) {
  // Rows that no edge joins to the others are a part of their own, beyond the groups.
  const parts = assignments.reduce((most, c) => Math.max(most, c + 1), clusters);
  const mixing = new Float64Array(parts);
  for (const c of assignments) mixing[c] += 1 / data.count;
  const { nmi } = labelScores(data.labels, assignments);
  const { sizeError } = groupSizes({ mixing, assignments, labels: data.labels });
  return `NMI ${nmi.toFixed(3)}, size error ${sizeError.toFixed(3)}`;
}

const rows = { rows: data.count, columns: dim, values: Float64Array.from(pixels) };
// The graph takes time that grows with the square of the number of samples.
const graph = values['no-graph'] ? undefined : graphOfNearest(nearestRows(rows, 10));
const mixture = PLAIN.find(({ name }) => name === 'PCA + Gaussian mixture');

/** Seconds of the processor beside the scores. */
function timed(name, divide) {
  const began = process.cpuUsage();
  const assignments = divide();
  const { user, system } = process.cpuUsage(began);
  console.log(`  ${name}: ${scores(assignments)}, ${((user + system) / 1e6).toFixed(1)} s`);
}

for (let seed = 0; seed < Number(values.seeds); seed++) {
  const { assignments } = kmeans({ data: pixels, dim, clusters, stream: Stream.root(seed) });
  const repaired = graph && mergeSplit(graph, assignments, clusters).part;
  console.log(
    `seed ${seed}: k-means ${scores(assignments)}${repaired ? `; repaired ${scores(repaired)}` : ''}`,
  );
  if (graph) {
    const began = process.cpuUsage();
    const structure = structureOf(rows, Stream.root(seed), { groups: clusters });
    const { user, system } = process.cpuUsage(began);
    console.log(`  graph and its eigenvectors: ${((user + system) / 1e6).toFixed(1)} s`);
    for (const name of ['spectral', 'graph']) {
      const { divide } = TEACHERS.find((teacher) => teacher.name === name);
      timed(
        `${name === 'graph' ? 'merged cells' : name}, after the graph`,
        () => divide(structure, clusters, Stream.root(seed)).part,
      );
    }
  }
  timed('mixture', () => mixture.divide(rows, clusters, Stream.root(seed)));
}
