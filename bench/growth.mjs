// How the cost of a step grows with its sizes, as a table and a picture (docs/performance.md):
//   node bench/growth.mjs [--threads 2] [--only batch,components,latent,side,threads] [--steps N] [--svg growth.svg] [--json growth.json]
// Each point is a process of its own; --from growth.json takes points that were measured before instead.
// Processor time is what other programs on the machine change least.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { lineChart } from '../dist/report/line-chart.js';
import { markdown, measureMixtura, mebibytes } from './support.mjs';

const doubling = (from, to) => Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i);

/** What is varied, on which benchmarks, through which values. */
const AXES = {
  batch: { title: 'batch size B', cases: ['ring', '10x', 'mnist'], values: doubling(16, 512) },
  components: { title: 'groups K', cases: ['ring', '10x', 'mnist'], values: doubling(2, 64) },
  latent: { title: 'latent dimension d', cases: ['ring', '10x', 'mnist'], values: doubling(16, 256) },
  side: { title: 'side of the images', cases: ['cifar'], values: [16, 24, 32, 48, 64] },
  threads: { title: 'threads', cases: ['ring', '10x', 'mnist', 'cifar'], values: [1, 2] },
};
/** Measured steps of each benchmark. */
const STEPS = { ring: 200, '10x': 60, mnist: 8, cifar: 5 };

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: Object.keys(AXES).join() },
    steps: { type: 'string' },
    svg: { type: 'string' },
    json: { type: 'string' },
    from: { type: 'string' },
  },
});
/** Points that were measured before, with --from. */
const measured = (options.from?.split(',') ?? []).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')));

async function point(axis, name, value) {
  const found = measured.find((at) => at.axis === axis && at.name === name && at.value === value);
  if (found) return found;
  const threads = axis === 'threads' ? value : options.threads;
  const sizes = axis === 'threads' ? {} : { [axis]: value };
  const result = await measureMixtura(name, { threads, steps: options.steps ?? STEPS[name], sizes });
  const part = (wanted) => result.parts.find((found) => found.name === wanted)?.ms ?? 0;
  process.stderr.write(`${axis} ${value}, ${name}: ${result.msPerStep.median.toFixed(2)} ms\n`);
  return {
    axis,
    name,
    value,
    ms: result.msPerStep.median,
    cpuMs: result.cpuMsPerStep,
    gflop: result.gflopPerStep,
    priorShare: part('prior') / result.msPerStep.mean,
    peakBytes: result.peakBytes,
  };
}

/** How fast cost grows from the value before: 1 is in proportion, 0 not at all. */
function exponent(points, i) {
  if (i === 0) return '';
  const [before, here] = [points[i - 1], points[i]];
  return (Math.log(here.cpuMs / before.cpuMs) / Math.log(here.value / before.value)).toFixed(2);
}

const points = [];
for (const axis of options.only.split(',')) {
  const { title, cases, values } = AXES[axis];
  const rows = [];
  for (const name of cases) {
    const line = [];
    for (const value of values) line.push(await point(axis, name, value));
    line.forEach((at, i) => {
      const numbers = [at.ms, at.cpuMs].map((ms) => ms.toFixed(2));
      const rate = ((1000 * at.gflop) / at.cpuMs).toFixed(1);
      const prior = `${(100 * at.priorShare).toFixed(1)} %`;
      rows.push([name, `${at.value}`, ...numbers, exponent(line, i), rate, prior, mebibytes(at.peakBytes)]);
    });
    points.push(...line);
  }
  const header = ['step', title, 'ms', 'CPU ms', 'exponent', 'GFLOP/CPU s', 'prior', 'peak MiB'];
  console.log(`${markdown(header, rows)}\n`);
}
console.log(`${cpus()[0].model}, ${cpus().length} cores; ${options.threads} threads`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(points, null, 1)}\n`);
if (options.svg) writeFileSync(options.svg, picture());

/** One panel for each axis, cost relative to the first value, on logarithmic axes. */
function picture() {
  const [width, height] = [420, 260];
  const panels = options.only.split(',').map((axis, i) => {
    const series = AXES[axis].cases.map((name) => {
      const line = points.filter((at) => at.axis === axis && at.name === name);
      // More threads do not save processor time, which other programs disturb least: there it is wall time.
      const cost = (at) => (axis === 'threads' ? at.ms : at.cpuMs);
      const relative = line.map((at) => cost(at) / cost(line[0]));
      return { label: name, x: line.map((at) => Math.log2(at.value)), y: relative };
    });
    const title = `Cost of a step by ${AXES[axis].title}`;
    const xLabel = `log2 of ${AXES[axis].title}`;
    const chart = lineChart({ title, series, xLabel, logY: true, width, height });
    const [x, y] = [(i % 2) * width, Math.floor(i / 2) * height];
    return chart.replace('<svg ', `<svg x="${x}" y="${y}" `);
  });
  const [columns, lines] = [Math.min(2, panels.length), Math.ceil(panels.length / 2)];
  const size = `width="${columns * width}" height="${lines * height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><title>Cost of a step as sizes grow</title><rect ${size} fill="white"/>${panels.join('')}</svg>\n`;
}
