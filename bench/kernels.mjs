// The programs of fully connected steps on our own kernels and in ONNX Runtime, in turns: what engine/kernels/cost.ts
// weighs against each other.
//   node bench/kernels.mjs [--threads 2] [--steps 60] [--rounds 3]
import { parseArgs } from 'node:util';
import { suitsKernels } from '../dist/engine/kernels/cost.js';
import { planKernels } from '../dist/engine/kernels/plan.js';
import { optimiseProgram } from '../dist/engine/optimised-program.js';
import { OrtEngine } from '../dist/engine/ort/engine.js';
import { countFlops } from '../dist/graph/cost/flops.js';
import { Stream } from '../dist/math/random.js';
import { slogan } from '../dist/methods/slogan.js';
import { Session } from '../dist/train/session.js';
import { markdown, median } from './support.mjs';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
  },
});
const [threads, steps, rounds] = [options.threads, options.steps, options.rounds].map(Number);

/** [features, units, batch, latent, groups] */
const CASES = [
  [2, 64, 128, 8, 8],
  [64, 64, 64, 16, 4],
  [16, 128, 64, 32, 10],
  [16, 128, 128, 32, 10],
  [64, 256, 64, 32, 10],
  [720, 256, 64, 64, 8],
];

/** Median milliseconds of each phase's program. */
async function measure(kernels, [features, units, batch, latent, components]) {
  const engine = new OrtEngine({ threads, kernels });
  const settings = { units, latent, learningRate: 1e-4 };
  const context = { data: { shape: [features], range: 'signed' }, components, batch, horizon: 1e5 };
  const session = await Session.open(engine, { method: slogan, settings, context, seed: 0 });
  const values = Stream.root(1).normals(new Float32Array(batch * features));
  const rows = Uint32Array.from({ length: batch }, (_, i) => i);
  const { phases } = session.model;
  const times = phases.map(() => []);
  for (let step = 0; step < steps; step++) {
    const stream = session.stream.fork('step', step);
    const at = { step, progress: 0, stream, rows, real: () => values.slice() };
    const begun = phases.map((phase) => phase.begin(at));
    for (const [i, { program, feeds, updates }] of begun.entries()) {
      const { timing } = await engine.run(program.name, feeds, updates);
      if (step >= steps / 4) times[i].push(timing.graph);
    }
  }
  await engine.close();
  return { times: times.map(median), programs: phases.map(({ programs }) => programs[0]) };
}

const rows = [];
for (const sizes of CASES) {
  const runs = { always: [], never: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kernels of ['always', 'never']) runs[kernels].push(await measure(kernels, sizes));
  }
  runs.always[0].programs.forEach((program, i) => {
    const [own, ort] = [runs.always, runs.never].map((list) => median(list.map(({ times }) => times[i])));
    const plan = planKernels(optimiseProgram(program));
    const all = [
      ...Object.values(program.outputs),
      ...(program.gradients?.values() ?? []),
      ...(program.assignments?.values() ?? []),
    ];
    rows.push([
      `${sizes.join(' ')} ${program.name}`,
      (countFlops(all) / 1e6).toFixed(2),
      `${plan.calls.length}`,
      `${plan.scratchBytes >> 10}`,
      own.toFixed(3),
      ort.toFixed(3),
      (own / ort).toFixed(2),
      suitsKernels(plan) ? 'kernels' : 'sessions',
    ]);
  });
}
console.log(`${threads} threads in ONNX Runtime; ms, medians\n`);
console.log(
  markdown(
    [
      'features units batch latent groups program',
      'MFLOP',
      'calls',
      'scratch KiB',
      'kernels',
      'ONNX Runtime',
      'ratio',
      'rule',
    ],
    rows,
  ),
);
