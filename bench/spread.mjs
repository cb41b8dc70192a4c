// Quality against diversity over the spread of the latents (GM-GAN, section 5): samples of every group of a run, drawn with
// covariances times s, as a classifier of the real data sees them. Quality is the mean of the largest class probability,
// diversity the mean distance of two samples of a group in the classifier's features.
//   node bench/spread.mjs RUN [RUN ...] [--spread 0.25,0.5,1,1.5,2] [--count 200] [--features lenet-mnist]
// Without --features a classifier is trained on the labelled data of the first run.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openFeatureNetwork, trainFeatureNetwork } from '../dist/entries/features.js';
import { drawSamples, reopenData, withTrained } from '../dist/entries/index.js';
import { qualityDiversity } from '../dist/entries/metrics.js';
import { markdown } from './support.mjs';

const { values: options, positionals: runs } = parseArgs({
  allowPositionals: true,
  options: {
    spread: { type: 'string', default: '0.25,0.5,1,1.5,2' },
    count: { type: 'string', default: '200' },
    features: { type: 'string' },
  },
});
const spreads = options.spread.split(',').map(Number);
const count = Number(options.count);

/** The network that was asked for, or a classifier of the run's data, in a file that is gone when it has been read. */
async function openClassifier(path) {
  if (options.features) return openFeatureNetwork(options.features);
  const { name, bytes, validationAccuracy } = await withTrained(path, async ({ run }) =>
    trainFeatureNetwork({ dataset: await reopenData(run) }),
  );
  console.error(`${name}: accuracy ${validationAccuracy.toFixed(4)} on rows that it has not learned`);
  const folder = mkdtempSync(join(tmpdir(), 'mixtura-spread-'));
  try {
    writeFileSync(join(folder, `${name}.onnx`), bytes);
    return await openFeatureNetwork(join(folder, `${name}.onnx`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Samples of every group as a source of rows, and the component of each. */
async function samplesOf(trained, spread) {
  const { shape, range } = trained.run.dataset;
  const size = shape.reduce((n, dim) => n * dim, 1);
  const groups = trained.inference.prior.components;
  const parts = [];
  for (let group = 1; group <= groups; group++) {
    parts.push(await drawSamples(trained, { group, count, spread }));
  }
  const row = (i) =>
    parts[Math.floor(i / count)].samples.subarray((i % count) * size, ((i % count) + 1) * size);
  return {
    components: parts.flatMap(({ components }) => [...components]),
    source: {
      ...{ shape, range, count: groups * count },
      read: (indices, out) => {
        for (let at = 0; at < indices.length; at++) out.set(row(indices[at]), at * size);
      },
    },
  };
}

const network = await openClassifier(runs[0]);
const rows = [];
for (const path of runs) {
  await withTrained(path, async (trained) => {
    for (const spread of spreads) {
      const { components, source } = await samplesOf(trained, spread);
      const { quality, diversity } = qualityDiversity({
        probabilities: await network.probabilities(source),
        features: await network.features(source),
        components,
      });
      rows.push([path, trained.run.method, spread, quality.toFixed(4), diversity.toFixed(3)].map(String));
    }
  });
}
await network.close();
console.log(markdown(['run', 'method', 'spread', 'quality', 'diversity'], rows));
