// How many images a second the loader reads: CIFAR-10 batches of 64 in the order of training, and in the order of the
// file; with a folder of images, that folder too.
//   MIXTURA_DATA=... node bench/loader.mjs
//   node bench/loader.mjs path/to/folder
import { join } from 'node:path';
import { batchSchedule, openDataset } from '../dist/entries/data.js';
import { Stream } from '../dist/entries/prior.js';

const BATCH = 64;
const folder = process.argv[2] ?? join(process.env.MIXTURA_DATA ?? '.', 'cifar-10-batches-bin');
let start = performance.now();
const data = await openDataset(folder);
console.log(`${data.count} samples of ${data.shape.join('x')}: opened in ${since(start)} s`);

const steps = Math.floor(data.count / BATCH);
const out = new Float32Array(BATCH * data.shape.reduce((n, side) => n * side, 1));
const schedule = batchSchedule(Stream.root(0), { count: data.count, batchSize: BATCH });
for (const [name, rows] of [
  ['random', schedule],
  ['in order', (step) => Uint32Array.from({ length: BATCH }, (_, i) => step * BATCH + i)],
]) {
  const rates = [];
  for (let round = 0; round < 4; round++) {
    start = performance.now();
    const before = process.cpuUsage();
    for (let step = 0; step < steps; step++) data.read(rows(step), out);
    const seconds = (performance.now() - start) / 1e3;
    const { user, system } = process.cpuUsage(before);
    rates.push([seconds, (user + system) / 1e6].map((time) => Math.round((steps * BATCH) / time)));
  }
  // The first round fills the system's cache of the files; CPU time is what a busy machine leaves to compare.
  const told = rates.map(([rate, perCpu]) => `${rate} (${perCpu})`).join(', ');
  console.log(`${name.padEnd(9)} batches of ${BATCH}: ${told} images a second (of CPU time), four rounds`);
}

function since(from) {
  return ((performance.now() - from) / 1e3).toFixed(2);
}
