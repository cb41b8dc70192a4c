// The fits that groups are found by, beside scikit-learn's on the same rows with the same start, in turns: CPU seconds of
// one thread, the least of each. PYTHON names an interpreter with scikit-learn.
//   node bench/groups-peer.mjs [--turns 3] [--only k-means] [--sizes 15000x50,7500x16] [--alone]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fitGaussianMixture } from '../dist/cluster/gaussian-mixture.js';
import { spectralEmbedding, unitCoordinates } from '../dist/cluster/spectral-embedding.js';
import { encodeNpy } from '../dist/data/formats/npy.js';
import { graphOfNearest, kmeans, nearestRows } from '../dist/entries/cluster.js';
import { Stream } from '../dist/entries/prior.js';

const { values: options } = parseArgs({
  options: {
    turns: { type: 'string', default: '3' },
    only: { type: 'string' },
    sizes: { type: 'string', default: '15000x50,7500x16' },
    alone: { type: 'boolean', default: false },
  },
});
const GROUPS = 10;
const NEIGHBOURS = 10;

/** Ten groups that overlap: unequal shares, correlated columns. */
function made(rows, columns) {
  const stream = Stream.root(0).fork(`${rows}x${columns}`);
  const values = new Float64Array(rows * columns);
  const means = stream.normals(new Float64Array(GROUPS * columns));
  const turns = stream.normals(new Float64Array(GROUPS * columns * columns));
  for (let i = 0; i < rows; i++) {
    const group = Math.floor(GROUPS * stream.uniform() ** 1.5);
    const z = stream.normals(new Float64Array(columns));
    for (let j = 0; j < columns; j++) {
      let x = means[group * columns + j];
      const from = (group * columns + j) * columns;
      for (let k = 0; k < columns; k++) x += (turns[from + k] / Math.sqrt(columns)) * z[k];
      values[i * columns + j] = x;
    }
  }
  return { rows, columns, values };
}

const clusters = GROUPS;
const FITS = {
  'k-means, ten starts': ({ x, stream }) =>
    kmeans({ data: x.values, dim: x.columns, clusters, stream, starts: 10 }),
  'mixture, full, start given': ({ x, start }) => fitGaussianMixture(x, start, clusters),
  'spectral embedding and k-means, graph given': ({ x, graph, stream }) => {
    const embedding = spectralEmbedding(graph, clusters, stream);
    const data = unitCoordinates(embedding);
    return kmeans({ data, dim: embedding.width, clusters, stream, starts: 10 }).assignments.length === x.rows;
  },
  'ten nearest neighbours, exact': ({ x }) => nearestRows(x, NEIGHBOURS),
};

function ours(task, input) {
  const before = process.cpuUsage();
  const value = task(input);
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, iterations: value.iterations };
}

function theirs(folder, name) {
  const script = new URL('peer/groups_cost.py', import.meta.url).pathname;
  const ran = spawnSync(process.env.PYTHON ?? 'python3', [script, folder, name], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}

function write(folder, { x, start, graph }) {
  const save = (name, shape, data) =>
    writeFileSync(join(folder, `${name}.npy`), encodeNpy({ shape, data: Float64Array.from(data) }));
  save('x', [x.rows, x.columns], x.values);
  save('start', [x.rows], start);
  save('graph-start', [x.rows + 1], graph.start);
  save('graph-to', [graph.to.length], graph.to);
}

console.log(`load ${loadavg()[0].toFixed(1)} before, Node ${process.version}`);
console.log('| fit | rows | ours, CPU s | scikit-learn, CPU s | ratio | iterations, ours and theirs |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const size of options.sizes.split(',')) {
  const [rows, columns] = size.split('x').map(Number);
  const x = made(rows, columns);
  const stream = Stream.root(1);
  const start = kmeans({ data: x.values, dim: columns, clusters, stream, starts: 1 }).assignments;
  const input = { x, start, graph: graphOfNearest(nearestRows(x, NEIGHBOURS)), stream };
  const folder = mkdtempSync(join(tmpdir(), 'mixtura-groups-peer-'));
  try {
    write(folder, input);
    for (const [name, fit] of Object.entries(FITS)) {
      if (options.only && !name.startsWith(options.only)) continue;
      let [a, b] = [{ seconds: Number.POSITIVE_INFINITY }, { seconds: Number.POSITIVE_INFINITY }];
      for (let turn = 0; turn < Number(options.turns); turn++) {
        const [mine, other] = [ours(fit, input), options.alone ? b : theirs(folder, name)];
        if (mine.seconds < a.seconds) a = mine;
        if (other.seconds < b.seconds) b = other;
      }
      const ratio = (a.seconds / b.seconds).toFixed(2);
      const iterations = a.iterations === undefined ? '' : `${a.iterations}, ${b.iterations}`;
      const times = [a, b].map(({ seconds }) => seconds.toFixed(2)).join(' | ');
      console.log(`| ${name} | ${size} | ${times} | ${ratio} | ${iterations} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
console.log(`load ${loadavg()[0].toFixed(1)} after`);
