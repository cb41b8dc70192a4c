// How well groups are found in every view of the development sets, K given: k-means, the graph of neighbours, spectral
// clustering, and a Gaussian mixture from the graph's groups. Labels only score.
//   MIXTURA_DATA=data node bench/views.mjs [set ...] [--seeds 1] [--rows 8000]
import { parseArgs } from 'node:util';
import { graphCells } from '../dist/cluster/cells.js';
import { fitGaussianMixture } from '../dist/cluster/gaussian-mixture.js';
import { mergeCurve, partsOf } from '../dist/cluster/merge-curve.js';
import { nearestRows } from '../dist/cluster/nearest-rows.js';
import { graphOfNearest } from '../dist/cluster/neighbour-graph.js';
import { spectralEmbedding, unitCoordinates } from '../dist/cluster/spectral-embedding.js';
import { kmeans } from '../dist/cluster.js';
import { sparseDataset } from '../dist/data/formats/sparse.js';
import { arrayDataset, openDataset } from '../dist/data.js';
import { labelScores } from '../dist/metrics.js';
import { Stream } from '../dist/prior.js';
import { alongPrincipal } from '../dist/views/components.js';
import { viewsOf } from '../dist/views/views-of.js';
import { madeData } from './made-data.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' }, rows: { type: 'string', default: '8000' } },
});

const table = ({ x, labels, coding }) =>
  arrayDataset({
    name: 'made',
    kind: 'table',
    shape: [x.columns],
    range: 'real',
    values: x.values,
    labels,
    coding,
    source: 'Made.',
  });

/** Unequal digits of MNIST along 50 components, embedded in 384 columns. */
async function embeddings(seed, unit) {
  const digits = await openDataset('mnist');
  const sizes = [2000, 1500, 1000, 700, 450, 300, 180, 100];
  const wanted = sizes.slice();
  const rows = Stream.root(seed)
    .fork('digits')
    .permutation(digits.count)
    .filter((i) => wanted[digits.labels[i]]-- > 0);
  const pixels = new Float32Array(rows.length * 784);
  digits.read(rows, pixels);
  const x = { rows: rows.length, columns: 784, values: pixels };
  const short = alongPrincipal({ most: 50, share: 1 })(x).apply(x);
  const labels = Int32Array.from(rows, (i) => digits.labels[i]);
  return table({ x: madeData.embedded(short, Stream.root(seed), { unit }), labels });
}

function counts(seed, difference) {
  const made = madeData.cellCounts(Stream.root(seed), { difference });
  const about = { name: 'made', kind: 'table', shape: [made.counts.columns], range: 'real', source: 'Made.' };
  return sparseDataset({ ...about, labels: made.labels }, made.counts);
}

const SETS = {
  digits: () => openDataset('digits'),
  pendigits: () => openDataset('pendigits'),
  'fashion-mnist': () => openDataset('fashion-mnist'),
  mnist: () => openDataset('mnist'),
  'traffic-signs': () => openDataset('traffic-signs'),
  groups: (seed) => table(madeData.fiveGroups(Stream.root(seed))),
  exponentiated: (seed) => table(madeData.fiveGroups(Stream.root(seed), { exponentiated: true })),
  mixed: (seed) => table(madeData.mixedTable(Stream.root(seed))),
  embeddings: (seed) => embeddings(seed, true),
  'raw-embeddings': (seed) => embeddings(seed, false),
  counts: (seed) => counts(seed, 0.45),
  'faint-counts': (seed) => counts(seed, 0.3),
};

function timed(work) {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}

/** NMI of each teacher, and the CPU seconds of all. */
function teach({ rows: x, floor }, labels, clusters, stream) {
  const nmi = (found) => labelScores(labels, found).nmi;
  const means = timed(() =>
    kmeans({ data: x.values, dim: x.columns, clusters, stream: stream.fork('k-means'), starts: 5 }),
  );
  const graph = timed(() => {
    const neighbours = graphOfNearest(nearestRows(x, 10));
    const embedding = spectralEmbedding(neighbours, 16, stream.fork('embedding'));
    const cells = graphCells(embedding, 30, stream.fork('cells'));
    return { embedding, ...partsOf(mergeCurve(neighbours, x, cells, stream.fork('curve')), clusters) };
  });
  const { embedding, part, parts } = graph.value;
  const width = Math.min(clusters, embedding.width);
  const data = unitCoordinates(embedding, width);
  const spectral = kmeans({ data, dim: width, clusters, stream: stream.fork('spectral'), starts: 5 });
  const mixture = timed(() => mixtureFrom(x, part, parts, floor));
  return {
    'k-means': nmi(means.value.assignments),
    graph: nmi(part),
    spectral: nmi(spectral.assignments),
    mixture: nmi(mixture.value),
    seconds: { 'k-means': means.seconds, graph: graph.seconds, mixture: mixture.seconds },
  };
}

function mixtureFrom(x, part, parts, floor) {
  const { responsibilities } = fitGaussianMixture(x, part, parts, { floor });
  return Int32Array.from({ length: x.rows }, (_, i) => {
    const row = responsibilities.subarray(i * parts, (i + 1) * parts);
    return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  });
}

console.log(
  '| data | view | columns | k-means | graph | spectral | mixture | CPU s: view, k-means, graph, mixture |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const name of positionals.length > 0 ? positionals : Object.keys(SETS)) {
  for (let seed = 0; seed < Number(options.seeds); seed++) {
    const data = await SETS[name](seed);
    const stream = Stream.root(seed);
    const rows = stream.fork('rows').choice(data.count, Math.min(data.count, Number(options.rows)));
    const labels = Int32Array.from(rows, (i) => data.labels[i]);
    const clusters = new Set(labels).size;
    const views = timed(() => viewsOf(data, rows)).value;
    for (const view of views) {
      const { value: fitted, seconds } = timed(() => view.fit());
      const found = teach(fitted, labels, clusters, stream);
      const scores = ['k-means', 'graph', 'spectral', 'mixture'].map((teacher) => found[teacher].toFixed(3));
      const times = [seconds, ...Object.values(found.seconds)].map((s) => s.toFixed(1)).join(', ');
      const at = `${name}${Number(options.seeds) > 1 ? ` ${seed}` : ''}`;
      console.log(`| ${at} | ${view.name} | ${fitted.rows.columns} | ${scores.join(' | ')} | ${times} |`);
    }
  }
}
