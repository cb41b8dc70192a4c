// What samples of conditional models teach: a classifier is trained on a fixed set of samples, labelled by their class, and
// tested on the held-out data, for all samples and for those that GOLD's rejection keeps. Source: Mo et al. 2019, tables 1 to 4.
//   node bench/capacity.mjs RUN ... [--reject 0.1,0.5,0.9] [--samples 10000] [--epochs 40] [--threads 2] [--json FILE]
// The runs are of MNIST, by a method that knows the classes (acgan); runs whose paths differ in their number only are a row.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDataset } from '../dist/entries/data.js';
import { fittingCapacity } from '../dist/entries/features.js';
import { withTrained } from '../dist/entries/index.js';
import { drawSamples } from '../dist/run/use/draw.js';
import { markdown, percent } from './support.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reject: { type: 'string', default: '' },
    samples: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '40' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const [count, epochs, threads] = [options.samples, options.epochs, options.threads].map(Number);
const shares = [undefined, ...(options.reject === '' ? [] : options.reject.split(',').map(Number))];
const test = (await openDataset('mnist')).test();
const labels = Int32Array.from(test.labels, (label) => Number(test.classNames[label]));

/** A fixed set as a source of fresh samples: each epoch has all of them, in the order they were drawn. */
function fixed({ samples, components }) {
  const size = samples.length / components.length;
  return async (n) => ({ samples: samples.subarray(0, n * size), components: components.subarray(0, n) });
}

const results = [];
for (const path of positionals) {
  for (const reject of shares) {
    const drawn = await withTrained(path, (run) => drawSamples(run, { count, seed: 0, reject }));
    const { accuracy } = await fittingCapacity({
      ...{ sampler: fixed(drawn), classOf: Array.from({ length: 10 }, (_, c) => c), classes: 10 },
      ...{ test, labels, epochs, samplesPerEpoch: count, threads },
    });
    const acceptance = drawn.rejection && count / drawn.rejection.candidates;
    results.push({ path, model: path.replace(/-?\d+\/?$/, ''), reject, accuracy, acceptance });
    console.error(`${path}, ${reject === undefined ? 'all' : `p ${reject}`}: ${accuracy.toFixed(4)}`);
    if (options.json) writeFileSync(options.json, JSON.stringify({ options, results }, undefined, 2));
  }
}

const models = [...new Set(results.map(({ model }) => model))];
const cell = (model, reject) =>
  percent(results.filter((one) => one.model === model && one.reject === reject).map((one) => one.accuracy));
console.log(
  markdown(
    ['accuracy, %', ...shares.map((p) => (p === undefined ? 'all samples' : `p = ${p}`))],
    models.map((model) => [model, ...shares.map((p) => cell(model, p))]),
  ),
);
