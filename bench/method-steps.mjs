// What a step of each method costs beside SLOGAN's on the same data, networks and batch: CPU time, in turns, a block of steps
// each, so that whatever else the machine does meets all of them.
//   node bench/method-steps.mjs mnist-2 [--methods all] [--blocks 5] [--steps 10] [--threads 1] [--set key=value ...]
// Means of all blocks but the first. Methods in their authors' own setting have networks of their own. PGMGAN learns first.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { batchSchedule } from '../dist/data/batches.js';
import { withoutLabels } from '../dist/data/dataset.js';
import { OrtEngine } from '../dist/engine/ort/engine.js';
import { planComparison } from '../dist/run/comparison/make-plan.js';
import { learnRun } from '../dist/run/learn.js';
import { prepareWith } from '../dist/run/prepare.js';
import { openRunSession } from '../dist/run/stages/open-session.js';
import { StageFiles } from '../dist/run/stages/stage-files.js';
import { Inference } from '../dist/train/inference.js';
import { train } from '../dist/train/trainer.js';
import { markdown, setValues } from './support.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: 'string', default: 'all' },
    blocks: { type: 'string', default: '5' },
    steps: { type: 'string', default: '10' },
    threads: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const [blocks, steps, threads] = [options.blocks, options.steps, options.threads].map(Number);
const { plan, dataset } = await planComparison({
  common: { data: { name: positionals[0] }, threads, settings: setValues(options.set) },
  ...{ methods: options.methods.split(','), seeds: [0], without: ['model', 'baselines'] },
});
const folder = mkdtempSync(join(tmpdir(), 'method-steps-'));
const nobody = () => {};

/** A method at its first step. */
async function open({ name, request }) {
  const prepared = prepareWith(request, dataset);
  const { batch, steps: to } = prepared.run;
  const learned = await learnRun(
    prepared,
    new StageFiles(folder, { requireLock: nobody, renewLock: nobody }),
    {},
  );
  const engine = new OrtEngine({ threads });
  const session = await openRunSession(engine, { ...prepared, ...learned });
  const schedule = batchSchedule(session.stream.fork('batches'), { count: dataset.count, batchSize: batch });
  const inference = await Inference.open(session);
  const loop = train(session, { samples: withoutLabels(dataset), schedule, from: 0, to, inference });
  return { name, engine, loop, spent: [] };
}

const methods = [];
for (const row of plan.rows) methods.push(await open(row));
for (let at = 0; at <= blocks; at++) {
  for (const { loop, spent } of methods) {
    const before = process.cpuUsage();
    for (let i = 0; i < steps; i++) await loop.next();
    const { user, system } = process.cpuUsage(before);
    if (at > 0) spent.push((user + system) / 1000 / steps);
  }
}
for (const { engine } of methods) await engine.close();
rmSync(folder, { recursive: true });
const meanOf = ({ spent }) => spent.reduce((a, b) => a + b, 0) / spent.length;
const base = meanOf(methods.find(({ name }) => name === 'slogan') ?? methods[0]);
console.log(
  markdown(
    ['method', 'CPU ms a step', 'beside SLOGAN'],
    methods.map((one) => [one.name, meanOf(one).toFixed(2), (meanOf(one) / base).toFixed(2)]),
  ),
);
