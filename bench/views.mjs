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
import { kmeans } from '../dist/entries/cluster.js';
import { labelScores } from '../dist/entries/metrics.js';
import { Stream } from '../dist/entries/prior.js';
import { viewsOf } from '../dist/views/views-of.js';
import { rowsOf, SETS } from './group-sets.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' }, rows: { type: 'string', default: '8000' } },
});

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
    return { embedding, ...partsOf(mergeCurve(neighbours, cells), clusters) };
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
    const rows = rowsOf(data, seed, Number(options.rows));
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
