// What added samples are worth: a classifier of MNIST whose 8s are a twentieth of the other digits, trained on the data as they
// are, with the 8s drawn as often as the others (oversampling), and with samples of a run added until all are equal
// (`mixtura augment`). Accuracy on the held-out data, of the 8s and of all, over seeds: of the run, of what it draws, and of the
// classifier, which is that of `evaluate --fitting-capacity`.
//   node bench/augment.mjs [--data mnist] [--rare 8] [--share 20] [--seeds 0,1,2] [--method slogan] [--preset NAME] [--steps N]
//     [--labels all] [--set key=value ...] [--epochs 40] [--samples 10000] [--threads 2] [--keep FOLDER] [--json]
// Runs that lie in --keep are taken as they are. Small: --steps 20 --epochs 1 --samples 256 --seeds 0
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../dist/entries/data.js';
import { fittingCapacity } from '../dist/entries/features.js';
import { resumeRun, startRun, withTrained } from '../dist/entries/index.js';
import { augmentData } from '../dist/run/augment/augment.js';
import { markdown, percent, setValues } from './support.mjs';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'mnist' },
    rare: { type: 'string', default: '8' },
    share: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '0,1,2' },
    method: { type: 'string' },
    preset: { type: 'string' },
    steps: { type: 'string' },
    labels: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    epochs: { type: 'string', default: '40' },
    samples: { type: 'string', default: '10000' },
    threads: { type: 'string', default: '2' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const number = (name) => (options[name] === undefined ? undefined : Number(options[name]));
const threads = number('threads');
const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
const rare = classes.indexOf(options.rare);
const data = {
  ...{ name: options.data, classes: classes.join() },
  ratio: classes.map((digit) => (digit === options.rare ? 1 : options.share)).join(':'),
};

const settings = setValues(options.set);

/** A run of these data, trained if it is not there. */
async function trained(seed, folder) {
  const path = join(folder, `run-${seed}`);
  if (existsSync(join(path, 'groups.json'))) return path;
  if (existsSync(join(path, 'config.json'))) await resumeRun(path);
  else {
    const { method, preset, labels } = options;
    const asked = { method, preset, labels, steps: number('steps'), settings };
    const given = Object.entries(asked).filter(([, value]) => value !== undefined);
    // A method that learns from labels has their classes.
    const k = labels === undefined ? { components: 10 } : {};
    await startRun({ ...Object.fromEntries(given), ...k, data, seed, threads }, { folder: path });
  }
  return path;
}

/** Rows of a data set in memory, and the class of each. */
function rowsOf(dataset) {
  const size = dataset.shape.reduce((n, dim) => n * dim, 1);
  const values = new Float32Array(dataset.count * size);
  dataset.read(
    Array.from({ length: dataset.count }, (_, i) => i),
    values,
  );
  // A folder with one class in it has no labels: its images are the rare ones.
  const labels = dataset.labels
    ? Array.from(dataset.labels, (label) => Number(dataset.classNames[label]))
    : new Array(dataset.count).fill(rare);
  return { values, labels, size };
}

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws rows with replacement: every row with the same probability, or every class, and then a row of it. */
function sampler(parts, seed, balanced) {
  const rows = parts.flatMap((part) => part.labels.map((label, row) => ({ part, row, label })));
  const byClass = classes.map((_, label) => rows.filter((one) => one.label === label));
  return async (n, epoch) => {
    const next = random(1 + epoch + 1000 * seed);
    const pick = (from) => from[Math.floor(next() * from.length)];
    const { size } = parts[0];
    const samples = new Float32Array(n * size);
    const components = Array.from({ length: n }, (_, at) => {
      const { part, row, label } = pick(balanced ? pick(byClass) : rows);
      samples.set(part.values.subarray(row * size, (row + 1) * size), at * size);
      return label;
    });
    return { samples, components };
  };
}

const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'mixtura-augment-'));
const results = [];
try {
  for (const seed of options.seeds.split(',').map(Number)) {
    const path = await trained(seed, folder);
    const more = join(folder, `more-${seed}`);
    // The bench may have been interrupted: samples that are there and whole are taken.
    if (existsSync(more) && !options.keep) rmSync(more, { recursive: true });
    const added = await withTrained(path, (run) => augmentData(run, { folder: more, seed })).catch(
      (cause) => {
        if (!/holds these samples already/.test(cause.message)) throw cause;
        return undefined;
      },
    );
    const purity = added?.parts.find(({ name }) => name === options.rare)?.purity;
    const real = await openDataset(options.data, { ...data, subsetSeed: 0 });
    const generated = await openDataset(more, { color: 'grey' });
    const [own, others] = [rowsOf(real), rowsOf(generated)];
    const test = (await openDataset(options.data)).test();
    const arms = {
      'as it is': sampler([own], seed, false),
      oversampled: sampler([own], seed, true),
      'samples added': sampler([own, others], seed, false),
    };
    for (const [arm, draw] of Object.entries(arms)) {
      const { accuracy, perClass } = await fittingCapacity({
        ...{ sampler: draw, classOf: classes.map((_, label) => label), classes: classes.length, test },
        labels: Int32Array.from(test.labels, (label) => Number(test.classNames[label])),
        ...{ epochs: number('epochs'), samplesPerEpoch: number('samples'), seed, threads },
      });
      results.push({
        seed,
        arm,
        rare: perClass[rare],
        all: accuracy,
        ...(purity !== undefined && { purity }),
      });
      console.error(
        `seed ${seed}, ${arm}: ${options.rare}s ${perClass[rare].toFixed(4)}, all ${accuracy.toFixed(4)}`,
      );
    }
  }
} finally {
  if (!options.keep) rmSync(folder, { recursive: true, force: true });
}

if (options.json) console.log(JSON.stringify({ options, results }));
else {
  const rows = [...new Set(results.map(({ arm }) => arm))].map((arm) => {
    const own = results.filter((one) => one.arm === arm);
    return [arm, percent(own.map((one) => one.rare)), percent(own.map(({ all }) => all))];
  });
  console.log(markdown(['trained on', `accuracy of ${options.rare}s, %`, 'of all, %'], rows));
}
