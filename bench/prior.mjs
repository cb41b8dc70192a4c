// Milliseconds a step of the Gaussian-mixture prior alone, at several sizes: both batches are drawn, constants of the
// graph made, parameters moved by Stein gradients. All components are responsible for all latents, which costs most.
//   node bench/prior.mjs --steps 300
import { parseArgs } from 'node:util';
import { MixturePrior, Stream } from '../dist/entries/prior.js';
import { markdown, median } from './support.mjs';

const { values } = parseArgs({ options: { steps: { type: 'string', default: '200' } } });
const WARMUP = 50;
const SIZES = [
  [128, 8, 8],
  [64, 4, 16],
  [64, 8, 64],
  [64, 10, 64],
  [64, 10, 128],
];
// Small enough that the mixture stays what it is over the steps.
const lr = { mean: 1e-4, covariance: 1e-4, mixing: 1e-4 };

function measure([batch, components, dim]) {
  const root = Stream.root(0);
  const prior = MixturePrior.create({ components, dim }, root.fork('prior'));
  const gradient = root.fork('gradient').normals(new Float32Array(batch * dim));
  const adversarialLoss = root.fork('loss').normals(new Float32Array(batch));
  const parts = { sample: [], constants: [], update: [], step: [] };
  const steps = Number(values.steps);
  let cpu;
  for (let step = -WARMUP; step < steps; step++) {
    if (step === 0) cpu = process.cpuUsage();
    const stream = root.fork('step', step);
    const start = performance.now();
    prior.sample(batch, stream.fork('critic'));
    const { z, component } = prior.sample(batch, stream.fork('generator'));
    const sampled = performance.now();
    prior.roundedWhitening();
    const whitened = performance.now();
    prior.update({ z, component, n: batch, gradient, adversarialLoss, lr });
    const end = performance.now();
    if (step < 0) continue;
    parts.sample.push(sampled - start);
    parts.constants.push(whitened - sampled);
    parts.update.push(end - whitened);
    parts.step.push(end - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  return [...Object.values(parts).map(median), (user + system) / 1000 / steps].map((ms) => ms.toFixed(3));
}

const rows = SIZES.map((sizes) => [sizes.join(' '), ...measure(sizes)]);
console.log(markdown(['B K d', 'sample', 'constants', 'update', 'step (ms)', 'mean CPU (ms)'], rows));
