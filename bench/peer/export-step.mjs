// One training step of a benchmark as a file that the peer reads and repeats:
//   node bench/peer/export-step.mjs mnist step.safetensors [--components 4]
// Metadata `case`: the configuration. Tensors: `before/` parameters, second moments and the prior; `feeds/PHASE/` what
// the step was fed; `outputs/` losses and gradients; `after/` second moments and the prior.
import { parseArgs } from 'node:util';
import { openBench } from '../../dist/bench/bench.js';
import { methodNamed } from '../../dist/methods/index.js';
import { writeSafetensors } from '../../dist/run/formats/safetensors.js';
import { givenSizes, SIZE_OPTIONS } from '../support.mjs';

/** The critic starts steep, so that the Lipschitz penalty is felt; second moments start above 0, so that Adam's step is smooth. */
const STEEP = 3;
const SECOND_MOMENT = 1e-6;
const STEP = 7;

const { values, positionals } = parseArgs({ allowPositionals: true, options: SIZE_OPTIONS });
const [name, file] = positionals;
const { session, dataset, config } = await openBench({ name, threads: 1, sizes: givenSizes(values) });
const { engine, model, context, stream } = session;
// Every setting, defaults included.
const settings = methodNamed(config.method).settings.parse(config.settings);

for (const { name: group } of model.networks) {
  const { value, moment1, moment2 } = await engine.read(group);
  const factor = group === 'critic' ? STEEP : 1;
  await engine.write(group, {
    value: value.map((x) => factor * x),
    moment2: moment2.fill(SECOND_MOMENT),
    ...(moment1 && { moment1 }),
  });
}

const real = new Float32Array(context.batch * dataset.shape.reduce((n, side) => n * side, 1));
const rows = Uint32Array.from({ length: context.batch }, (_, i) => i % dataset.count);
dataset.read(rows, real);
const progress = STEP / context.horizon;
const step = {
  step: STEP,
  progress,
  stream: stream.fork('step', STEP),
  rows,
  real: () => real.slice(),
  samples: dataset,
};
const before = await session.save();
const tensors = Object.fromEntries(Object.entries(before).map(([key, value]) => [`before/${key}`, value]));
const store = (key, data) => {
  tensors[key] = { shape: [data.length], data };
};
const outputs = {};
const runs = model.phases.flatMap((phase) => phase.begin(step) ?? []);
for (const { program, feeds } of runs) {
  for (const [key, data] of Object.entries(feeds)) store(`feeds/${program.name}/${key}`, data);
}
for (const { program, feeds, updates, finish } of runs) {
  const result = await engine.run(program.name, feeds, updates);
  finish?.(result.outputs);
  Object.assign(outputs, result.outputs);
}
for (const [key, data] of Object.entries(outputs)) store(`outputs/${key}`, data);
for (const [key, value] of Object.entries(await session.save())) tensors[`after/${key}`] = value;
const described = {
  name,
  shape: dataset.shape,
  range: dataset.range,
  batch: context.batch,
  components: context.components,
  horizon: context.horizon,
  step: STEP,
  settings,
};
writeSafetensors(file, { tensors, metadata: { case: JSON.stringify(described) } });
await engine.close();
