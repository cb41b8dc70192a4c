// Active learning: rounds of labels asked for by GOLD and at random, beside a classifier that needs no training (the class
// of the nearest labelled row). Accuracy on all training rows, almost none of which has a label. Source: Mo et al. 2019, 3.3.
//   node bench/rounds.mjs mnist --out FOLDER [--seeds 0,1,2,3,4] [--steps 1500] [--labels 10] [--rounds 4] [--per-round 2]
// The method is acgan on fully connected networks. Rounds that FOLDER holds are not trained again.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestAmong } from '../dist/cluster/nearest-among.js';
import { readLabelFile } from '../dist/data/labels/label-file.js';
import { sampleSize } from '../dist/entries/data.js';
import { reopenData, withTrained } from '../dist/entries/index.js';
import { resumeRounds, startRounds } from '../dist/entries/labels.js';
import { markdown, percent } from './support.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '0,1,2,3,4' },
    steps: { type: 'string', default: '1500' },
    labels: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '4' },
    'per-round': { type: 'string', default: '2' },
  },
});
const [rounds, perRound, first] = [options.rounds, options['per-round'], options.labels].map(Number);
const SETTINGS = { network: 'mlp', units: 256, labelledBatch: 8, classWeight: 0.01 };
const name = positionals[0];

function valuesOf(data, rows) {
  const size = sampleSize(data.shape);
  const values = new Float32Array(rows.length * size);
  data.read(Uint32Array.from(rows), values);
  return { rows: rows.length, columns: size, values: Float64Array.from(values) };
}

/** Share of all rows whose nearest labelled row is of their class. */
function nearestAccuracy(data, words) {
  const labelled = words.flatMap((word, row) => (word === '' ? [] : [row]));
  const all = valuesOf(data, [...words.keys()]);
  const { index } = nearestAmong(all, valuesOf(data, labelled), 1);
  const right = index.filter((near, row) => words[labelled[near]] === data.classNames[data.labels[row]]);
  return right.length / data.count;
}

/** The accuracy after each round: of the model, and of the nearest labelled row. */
async function series(ask, seed) {
  const folder = join(options.out, `${name}-${ask}-${seed}`);
  const run = { method: 'acgan', steps: Number(options.steps), batch: 16, threads: 1, seed, labelSeed: seed };
  const request = { data: { name }, ...run, labels: options.labels, settings: SETTINGS };
  if (existsSync(folder)) await resumeRounds(folder);
  else await startRounds(request, { oracle: 'all', rounds, perRound, ask, folder });
  const data = await withTrained(join(folder, 'round-0'), ({ run }) => reopenData(run));
  return Array.from({ length: rounds + 1 }, (_, round) => {
    const at = join(folder, `round-${round}`);
    const { metrics } = JSON.parse(readFileSync(join(at, 'metrics.json'), 'utf8'));
    const nearest = nearestAccuracy(data, readLabelFile(join(at, 'labels.csv'), data));
    return { model: metrics['acc-assign-train'], nearest };
  });
}

const results = { gold: [], random: [] };
for (const seed of options.seeds.split(',').map(Number)) {
  for (const ask of ['gold', 'random']) {
    const one = await series(ask, seed);
    results[ask].push(one);
    console.error(`${ask}, seed ${seed}: ${one.map(({ model }) => model.toFixed(4)).join(' ')}`);
  }
}
const labels = Array.from({ length: rounds + 1 }, (_, round) => first + round * perRound);
const row = (title, ask, of) => [
  title,
  ...labels.map((_, i) => percent(results[ask].map((one) => one[i][of]))),
];
console.log(
  markdown(
    ['accuracy, %', ...labels.map((n) => `${n} labels`)],
    ['gold', 'random'].flatMap((ask) => [
      row(`asked for by ${ask}`, ask, 'model'),
      row(`the nearest of these, ${ask}`, ask, 'nearest'),
    ]),
  ),
);
