// GOLD's estimate on the toy of its paper (six blobs of two classes, preset gold-toy) against the true log-density ratio:
// d(x, c) = logit D_G(x) + log D_C(c|x) beside log p_data(x, c) - log p_g(x, c) on a grid of the plane, for both classes.
//   node bench/gold-toy.mjs [--steps 500] [--held 0,500] [--seeds 0,1,2] [--set key=value ...] [--svg FILE]
// The estimate is exact for the best discriminator, which a game of two that both move never has; so the discriminator is
// also trained on against the generator as it is then, for so many steps (--held).
// p_data is known. p_g is a kernel estimate of many samples of each class, and p_data is smoothed by the same kernel, so that
// both are blurred alike. Points count where the model makes that class and its density is not too low to be estimated.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../dist/entries/data.js';
import { input } from '../dist/entries/graph.js';
import { resumeRun, startRun, withTrained } from '../dist/entries/index.js';
import { goldConditional, goldGap } from '../dist/nn/gold.js';
import { markdown } from './support.mjs';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '500' },
    held: { type: 'string', default: '0,500' },
    seeds: { type: 'string', default: '0,1,2' },
    set: { type: 'string', multiple: true, default: [] },
    svg: { type: 'string' },
  },
});
const numbers = (text) => text.split(',').map(Number);
const settings = Object.fromEntries(
  options.set.map((item) => {
    const [key, value] = item.split('=');
    return [key, Number.isNaN(Number(value)) ? value : Number(value)];
  }),
);

const SIDE = 60;
const EDGE = 1.2;
const SAMPLES = 20_000;
/** Deviation of the kernel: a fifth of that of a blob. */
const KERNEL = 0.03;
/** Least density of what is compared, over the largest of the data. */
const FLOOR = 0.01;

const grid = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
  const [row, column] = [Math.floor((i >> 1) / SIDE), (i >> 1) % SIDE];
  return EDGE * ((2 * (i % 2 === 0 ? column : row) + 1) / SIDE - 1);
});

/** p_data(x, c) of both classes on the grid, smoothed by the kernel. */
function dataDensity({ means, sigma, weights }) {
  const spread = sigma.map((s) => Math.hypot(s, KERNEL));
  return [0, 1].map((c) =>
    Float64Array.from({ length: SIDE * SIDE }, (_, at) => {
      let sum = 0;
      for (let mode = c; mode < weights.length; mode += 2) {
        const [u, v] = [0, 1].map((axis) => (grid[2 * at + axis] - means[2 * mode + axis]) / spread[axis]);
        sum += (weights[mode] * Math.exp(-(u * u + v * v) / 2)) / (2 * Math.PI * spread[0] * spread[1]);
      }
      return sum;
    }),
  );
}

/** p_g(x, c) of both classes on the grid, each of half of the samples. */
async function modelDensity(inference) {
  const densities = [];
  for (const c of [0, 1]) {
    const samples = await inference.sampleComponent(c, SAMPLES, 'density');
    const density = new Float64Array(SIDE * SIDE);
    const width = (2 * EDGE) / SIDE;
    const reach = Math.ceil((5 * KERNEL) / width);
    for (let i = 0; i < SAMPLES; i++) {
      const [x, y] = [samples[2 * i], samples[2 * i + 1]];
      const [column, row] = [x, y].map((value) => Math.floor((value + EDGE) / width));
      for (let r = Math.max(0, row - reach); r <= Math.min(SIDE - 1, row + reach); r++) {
        for (let k = Math.max(0, column - reach); k <= Math.min(SIDE - 1, column + reach); k++) {
          const at = r * SIDE + k;
          const squared = (grid[2 * at] - x) ** 2 + (grid[2 * at + 1] - y) ** 2;
          density[at] += Math.exp(-squared / (2 * KERNEL ** 2));
        }
      }
    }
    densities.push(density.map((sum) => sum / (2 * SAMPLES * 2 * Math.PI * KERNEL ** 2)));
  }
  return densities;
}

/** GOLD's estimate of both classes on the grid, as of generated samples; and its marginal term. */
async function estimates({ session }) {
  const named = (name) => session.model.networks.find((network) => network.name === name);
  const x = input('x', [SIDE * SIDE, 2]);
  const seen = named('trunk').eval(x);
  const marginal = named('critic').eval(seen);
  const probabilities = named('classifier').eval(seen).softmax();
  const gap = (c) => {
    const code = input(`code${c}`, [1, 2]);
    return goldGap('generated', { marginal, conditional: goldConditional(code, probabilities) });
  };
  await session.engine.compile({ name: 'gold-toy', outputs: { marginal, first: gap(0), second: gap(1) } });
  const codes = { code0: Float32Array.of(1, 0), code1: Float32Array.of(0, 1) };
  const { outputs } = await session.engine.run('gold-toy', { x: grid.slice(), ...codes });
  return { marginal: outputs.marginal, gaps: [outputs.first, outputs.second] };
}

/** Pearson's correlation of pairs, the slope of the second over the first, and the mean of both. */
function agreement(pairs) {
  const mean = (at) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  let [aa, ab, bb] = [0, 0, 0];
  for (const [x, y] of pairs) {
    aa += (x - a) ** 2;
    ab += (x - a) * (y - b);
    bb += (y - b) ** 2;
  }
  return { correlation: ab / Math.sqrt(aa * bb), slope: ab / aa, means: [a, b], points: pairs.length };
}

/** Truth and estimate side by side, a row a class; blue where the model makes too much, red where too little. */
function picture(panels) {
  const cell = 4;
  const size = SIDE * cell;
  const colour = (value) => {
    const part = Math.round(255 * (1 - Math.min(1, Math.abs(value) / 2)));
    return value > 0 ? `rgb(255,${part},${part})` : `rgb(${part},${part},255)`;
  };
  const drawn = panels.map(({ title, values }, i) => {
    const [left, top] = [(i % 2) * (size + 20), Math.floor(i / 2) * (size + 40) + 24];
    // One path a colour, which is a third of one rectangle a cell.
    const squares = new Map();
    values.forEach((value, at) => {
      if (value === undefined) return;
      const [x, y] = [left + (at % SIDE) * cell, top + (SIDE - 1 - Math.floor(at / SIDE)) * cell];
      const fill = colour(value);
      squares.set(fill, `${squares.get(fill) ?? ''}M${x} ${y}h${cell}v${cell}h-${cell}`);
    });
    const cells = [...squares].map(([fill, path]) => `<path fill="${fill}" d="${path}"/>`);
    return `<text x="${left}" y="${top - 8}" font-family="sans-serif" font-size="13">${title}</text><rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#999"/>${cells.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * size + 20}" height="${2 * (size + 40)}"><title>The true log-density ratio and GOLD's estimate of both classes</title>${drawn.join('')}</svg>\n`;
}

/** Trains a run, or goes on with it for so many steps of the discriminator alone. @returns seconds */
async function trained(run, { steps, seed, held }) {
  if (!existsSync(run)) {
    const { seconds } = await startRun({ preset: 'gold-toy', steps, seed, settings }, { folder: run });
    if (held === 0) return seconds;
  }
  // A rate so low that the generator stays where it is; that of the discriminator is 2e-4 still.
  const alone = { learningRate: 1e-9, criticRate: 2e5 };
  const { seconds } = await resumeRun(
    run,
    { steps: steps + held, settings: alone },
    { allow: ['steps', 'learningRate', 'criticRate'] },
  );
  return seconds;
}

const { truth } = await openDataset('blobs');
const data = dataDensity(truth);
const least = FLOOR * Math.max(...data[0], ...data[1]);
const folder = mkdtempSync(join(tmpdir(), 'mixtura-gold-toy-'));
const rows = [];
try {
  for (const steps of numbers(options.steps)) {
    for (const [seed, held] of numbers(options.seeds).flatMap((seed) =>
      numbers(options.held).map((held) => [seed, held]),
    )) {
      const run = join(folder, `${steps}-${seed}`);
      const seconds = await trained(run, { steps, seed, held });
      await withTrained(run, async ({ inference }) => {
        const [model, { marginal, gaps }] = [await modelDensity(inference), await estimates(inference)];
        const ratio = (c, at) => Math.log(data[c][at] / model[c][at]);
        const compared = (c, at) =>
          model[c][at] > least && data[c][at] > 0 && model[c][at] > model[1 - c][at];
        const places = [0, 1].flatMap((c) =>
          Array.from({ length: SIDE * SIDE }, (_, at) => ({ c, at })).filter((one) =>
            compared(one.c, one.at),
          ),
        );
        const own = agreement(places.map(({ c, at }) => [ratio(c, at), gaps[c][at]]));
        const alone = agreement(places.map(({ c, at }) => [ratio(c, at), marginal[at]]));
        const mean = ([a, b]) => `${a.toFixed(2)} / ${b.toFixed(2)}`;
        const shown = [own.correlation, own.slope, alone.correlation].map((value) => value.toFixed(3));
        rows.push([steps, held, seed, own.points, ...shown, mean(own.means), seconds.toFixed(1)].map(String));
        if (options.svg) {
          const panel = (title, shownAt, c) => ({
            title,
            values: Array.from({ length: SIDE * SIDE }, (_, at) =>
              compared(c, at) ? shownAt(at) : undefined,
            ),
          });
          const panels = [0, 1].flatMap((c) => [
            panel(`class ${c}: log p_data - log p_g`, (at) => ratio(c, at), c),
            panel(`class ${c}: GOLD`, (at) => gaps[c][at], c),
          ]);
          writeFileSync(options.svg, picture(panels));
        }
      });
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  markdown(
    [
      'steps',
      'held',
      'seed',
      'points',
      'correlation',
      'slope',
      'of logit D_G alone',
      'mean true / estimated',
      'seconds',
    ],
    rows,
  ),
);
