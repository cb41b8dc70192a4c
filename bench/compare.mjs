// The same training step in two builds or more, in one process and in turns, a block of steps each: whatever else the
// machine does meets all of them, so differences of a percent can be told from noise.
//   node bench/compare.mjs 10x ../before/dist dist --blocks 40 [--latent 128]
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { givenSizes, markdown, median, SIZE_OPTIONS } from './support.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    blocks: { type: 'string', default: '30' },
    steps: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
    ...SIZE_OPTIONS,
  },
});
const [name, ...folders] = positionals;
if (folders.length === 0) {
  console.error(
    'Give a benchmark and the dist folders of the builds: node bench/compare.mjs 10x ../before/dist dist',
  );
  process.exit(2);
}
const sizes = givenSizes(values);
/** Steps after another build's turn that do not count. */
const SETTLING = 10;

async function open(folder) {
  const load = (file) => import(pathToFileURL(path.resolve(folder, file)).href);
  const { openBench } = await load('bench/bench.js');
  const { train } = await load('train/trainer.js');
  const { Inference } = await load('train/inference.js');
  const { batchSchedule } = await load('data/batches.js');
  const { withoutLabels } = await load('data/dataset.js');
  const { session, dataset, warmup } = await openBench({ name, threads: Number(values.threads), sizes });
  const steps = train(session, {
    samples: withoutLabels(dataset),
    schedule: batchSchedule(session.stream.fork('batches'), {
      count: dataset.count,
      batchSize: session.context.batch,
    }),
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    inference: await Inference.open(session),
  });
  for (let i = 0; i < warmup; i++) await steps.next();
  return { folder, steps, session, blocks: [] };
}

/** Median milliseconds of a step in one block, and of each part of it. */
async function block({ steps }) {
  for (let i = 0; i < SETTLING; i++) await steps.next();
  const times = [];
  for (let i = 0; i < Number(values.steps); i++) {
    const began = performance.now();
    const { milliseconds } = (await steps.next()).value;
    times.push({ step: performance.now() - began, ...milliseconds });
  }
  return Object.fromEntries(
    Object.keys(times[0]).map((part) => [part, median(times.map((one) => one[part]))]),
  );
}

const builds = [];
for (const folder of folders) {
  try {
    builds.push(await open(folder));
  } catch (error) {
    const absent = error.code === 'ERR_MODULE_NOT_FOUND';
    console.error(
      absent ? `${folder} is no build: give a dist folder, as npm run build makes it.` : error.message,
    );
    process.exit(2);
  }
}
for (let i = 0; i < Number(values.blocks); i++) {
  const order = i % 2 === 0 ? builds : builds.toReversed();
  for (const build of order) build.blocks.push(await block(build));
}
const parts = [...new Set(builds.flatMap(({ blocks }) => Object.keys(blocks[0])))];
const rows = builds.map(({ folder, blocks }) => {
  const ratios = blocks.map(({ step }, i) => step / builds[0].blocks[i].step);
  const cells = parts.map((part) => median(blocks.map((one) => one[part] ?? 0)).toFixed(3));
  return [folder, median(ratios).toFixed(3), ...cells];
});
console.log(
  `${name}: ratio of a step to the first build, and milliseconds; medians of ${values.blocks} blocks\n`,
);
console.log(markdown(['build', 'ratio', ...parts], rows));
for (const { steps, session } of builds) {
  await steps.return();
  await session.engine.close();
}
