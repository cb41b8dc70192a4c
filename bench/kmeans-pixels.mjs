// Baselines of the clustering tables, over seeds: k-means on the pixels of a data set, alone and then repaired by
// merge and split on the graph of neighbours (what relocation looks at, without any network).
//   node bench/kmeans-pixels.mjs digits --classes 2,0,6,7 --ratio 8:4:2:1 --seeds 5
//   node bench/kmeans-pixels.mjs fmnist-5 --split test --seeds 3 --no-graph
import { parseArgs } from 'node:util';
import { kmeans, mergeSplit, neighbourGraph } from '../dist/cluster.js';
import { openDataset } from '../dist/data.js';
import { groupSizes, labelScores } from '../dist/metrics.js';
import { Stream } from '../dist/prior.js';

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
// The graph takes time that grows with the square of the number of samples.
const graph = values['no-graph'] ? undefined : neighbourGraph(pixels, dim);

function scores(assignments) {
  const mixing = new Float64Array(clusters);
  for (const c of assignments) mixing[c] += 1 / data.count;
  const { nmi } = labelScores(data.labels, assignments);
  const { sizeError } = groupSizes({ mixing, assignments, labels: data.labels });
  return `NMI ${nmi.toFixed(3)}, size error ${sizeError.toFixed(3)}`;
}

for (let seed = 0; seed < Number(values.seeds); seed++) {
  const { assignments } = kmeans({ data: pixels, dim, clusters, stream: Stream.root(seed) });
  const repaired = graph && mergeSplit(graph, assignments, clusters).part;
  console.log(
    `seed ${seed}: k-means ${scores(assignments)}${repaired ? `; repaired ${scores(repaired)}` : ''}`,
  );
}
