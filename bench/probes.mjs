// What a few probes do: the same data, which can be divided in more than one way, with each of these ways asked for by ten
// probes a group, and without probes.
//   node bench/probes.mjs digits [--seeds 3] [--steps 3000] [--probes 10] [--json FILE]
//   node bench/probes.mjs slant                             (MNIST 0 and 4, slanted to the left or to the right by a seeded draw)
// A way is scored by the share of rows, without the probes, that are in the group that was asked for (groups and ways are
// matched one to one), and by the share of 100 new samples of each group whose nearest row is of it.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDataset } from '../dist/entries/data.js';
import { fit as train } from '../dist/entries/index.js';
import { Stream } from '../dist/math/random.js';
import { markdown, setValues } from './support.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '3000' },
    probes: { type: 'string', default: '10' },
    rows: { type: 'string', default: '2000' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
});
const [steps, perGroup] = [Number(options.steps), Number(options.probes)];
const own = setValues(options.set);
const SAMPLES = 100;

/** Rows of a set and the class of each. */
async function rowsOf(name, classes, most) {
  const dataset = await openDataset(name, { classes });
  const size = dataset.shape.reduce((n, dim) => n * dim, 1);
  const chosen = Stream.root(0).fork('rows').choice(dataset.count, Math.min(most, dataset.count));
  const data = new Float32Array(chosen.length * size);
  dataset.read(chosen, data);
  return {
    data,
    shape: [chosen.length, ...dataset.shape.slice(1)],
    size,
    label: Array.from(chosen, (row) => dataset.labels[row]),
  };
}

/** Digits 0, 4, 6 and 7 of 8x8 pixels in two groups, which can be made in three ways. */
async function digits() {
  const { label, ...rows } = await rowsOf('digits', '0,4,6,7', Infinity);
  const pair = (a, b) => label.map((l) => (l === a || l === b ? 0 : 1));
  return {
    ...rows,
    ways: { '0 and 4, 6 and 7': pair(0, 1), '0 and 6, 4 and 7': pair(0, 2), '0 and 7, 4 and 6': pair(0, 3) },
  };
}

/** x' = x + shear (y - middle), by linear interpolation within a line; what comes from outside is black. */
function sheared(image, side, shear) {
  return image.map((_, at) => {
    const [y, x] = [Math.floor(at / side), at % side];
    const from = x + shear * (y - (side - 1) / 2);
    const [left, part] = [Math.floor(from), from - Math.floor(from)];
    const pixel = (column) => (column < 0 || column >= side ? 0 : image[y * side + column]);
    return (1 - part) * pixel(left) + part * pixel(left + 1);
  });
}

/** MNIST 0 and 4, each of which leans to the left or to the right: two groups by the digit, or by the slant. */
async function slant() {
  const { label, ...rows } = await rowsOf('mnist', '0,4', Number(options.rows));
  const [side, size] = [rows.shape[1], rows.size];
  const coins = Stream.root(0).fork('slant').uniforms(new Float64Array(label.length));
  const leans = Array.from(coins, (u) => (u < 0.5 ? 0 : 1));
  leans.forEach((to, i) => {
    const shear = (to === 0 ? -1 : 1) * (0.4 + 0.2 * Stream.root(0).fork('shear', i).uniform());
    rows.data.set(sheared(rows.data.slice(i * size, (i + 1) * size), side, shear), i * size);
  });
  return { ...rows, ways: { digit: label, slant: leans } };
}

/** The first rows of each group in an order of the seed. */
function marked(way, seed) {
  const order = Stream.root(seed).fork('probes').permutation(way.length);
  const rows = [0, 1].flatMap((group) => [...order].filter((row) => way[row] === group).slice(0, perGroup));
  return { rows, groups: rows.map((row) => way[row]) };
}

const flipped = (same) => Math.max(same, 1 - same);

async function scored({ data, shape, size, ways }, asked, seed, settings) {
  const probes = asked === undefined ? undefined : marked(ways[asked], seed);
  const model = await train(
    { data, shape },
    {
      components: 2,
      preset: 'robust',
      steps,
      seed,
      ...(probes && { probes }),
      settings: { ...settings, ...own },
    },
  );
  const groups = model.labels.map((group) => group - 1);
  const rest = [...groups.keys()].filter((row) => !probes?.rows.includes(row));
  const result = {};
  for (const [name, way] of Object.entries(ways)) {
    const same = rest.reduce((sum, row) => sum + (groups[row] === way[row] ? 1 : 0), 0) / rest.length;
    let hits = 0;
    for (const group of [0, 1]) {
      const { values } = await samplesOf(model, group);
      for (let i = 0; i < SAMPLES; i++) {
        const near = nearest(values.subarray(i * size, (i + 1) * size), data, size);
        if ((way[near] === group) === same >= 0.5) hits++;
      }
    }
    result[name] = { rows: flipped(same), samples: hits / (2 * SAMPLES) };
  }
  await model.close();
  return result;
}

async function samplesOf(model, group) {
  const drawn = await model.sample(SAMPLES, { group: group + 1, seed: 0 });
  return { values: Float32Array.from(drawn.data) };
}

/** What the probes tell without training: every row is of the group of its nearest probe. */
function byNearestProbe({ data, size, ways }, asked, seed) {
  const way = ways[asked];
  const { rows: probes, groups } = marked(way, seed);
  const row = (at) => data.subarray(at * size, (at + 1) * size);
  const known = Float32Array.from(probes.flatMap((at) => [...row(at)]));
  const rest = [...way.keys()].filter((at) => !probes.includes(at));
  return (
    rest.reduce((sum, at) => sum + (groups[nearest(row(at), known, size)] === way[at] ? 1 : 0), 0) /
    rest.length
  );
}

function nearest(sample, data, size) {
  let [best, place] = [Infinity, -1];
  for (let row = 0; row * size < data.length; row++) {
    let distance = 0;
    for (let j = 0; j < size && distance < best; j++) distance += (sample[j] - data[row * size + j]) ** 2;
    if (distance < best) [best, place] = [distance, row];
  }
  return place;
}

const sets = { digits, slant };
const name = positionals[0] ?? 'digits';
const set = await sets[name]();
const seeds = Array.from({ length: Number(options.seeds) }, (_, seed) => seed);
const rows = [];
const variants = [
  ['without probes', undefined, {}],
  ...Object.keys(set.ways).flatMap((way) => [
    [`asked for ${way}`, way, { probeMixup: 0 }],
    [`asked for ${way}, mixup`, way, { probeMixup: 5 }],
  ]),
];
for (const [title, asked, settings] of variants) {
  const runs = [];
  for (const seed of seeds) {
    runs.push(await scored(set, asked, seed, settings));
    console.error(title, seed, JSON.stringify(runs.at(-1)));
  }
  rows.push({ title, asked, runs });
}
const cell = (values) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance).toFixed(3)}`;
};
const ways = Object.keys(set.ways);
console.log(
  markdown(
    ['training', ...ways.map((way) => `rows by ${way}`), ...ways.map((way) => `samples by ${way}`)],
    rows.map(({ title, runs }) => [
      title,
      ...ways.map((way) => cell(runs.map((run) => run[way].rows))),
      ...ways.map((way) => cell(runs.map((run) => run[way].samples))),
    ]),
  ),
);
console.log('\nWithout training, each row in the group of its nearest probe:');
for (const way of ways) console.log(`  ${way}: ${cell(seeds.map((seed) => byNearestProbe(set, way, seed)))}`);
if (options.json)
  writeFileSync(options.json, `${JSON.stringify({ name, steps, perGroup, rows }, null, 1)}\n`);
