// Every convolution of the benchmarks' training steps, and its gradients, lowered in each way that fits, alone in ONNX
// Runtime: what the rule of graph/conv-blocked.ts (blocked wherever it fits) and of Tensor.conv (a product where the kernel
// covers its image) chooses, and how far that is from the fastest.
//   node bench/lowerings.mjs [--threads 2] [--runs 30] [--only mnist,cifar]
import { parseArgs } from 'node:util';
import { openBench } from '../dist/bench/bench.js';
import { loadModel } from '../dist/engine/cpu/session.js';
import { optimiseProgram } from '../dist/engine/optimised-program.js';
import { findBlockSize } from '../dist/engine/ort/block-size.js';
import { lowerProgram } from '../dist/engine/ort/lowering.js';
import { topologicalOrder } from '../dist/graph/grad.js';
import { simplify } from '../dist/graph/passes/simplify.js';
import { apply, input } from '../dist/graph/tensor.js';
import { Stream } from '../dist/math/random.js';
import { markdown, median } from './support.mjs';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    runs: { type: 'string', default: '30' },
    only: { type: 'string', default: 'mnist,cifar' },
  },
});
const [threads, runs] = [Number(options.threads), Number(options.runs)];

/** What a convolution computes from inputs of its shapes, as the graph spells it. */
const alone = ({ op, inputs, attributes }) =>
  apply(
    op,
    inputs.map(({ shape }, i) => input(`x${i}`, shape)),
    attributes,
  );

/** The convolutions of a step, each kind once: with kernels that cover their image back as convolutions. */
function convolutionsOf({ model }) {
  const kinds = new Map();
  for (const program of model.phases.flatMap(({ programs }) => programs)) {
    const results = [program.outputs, Object.fromEntries(program.gradients ?? [])].flatMap(Object.values);
    for (const node of topologicalOrder(simplify(results))) {
      if (!node.op.startsWith('conv')) continue;
      const shapes = node.inputs.map(({ shape }) => shape.join('x')).join(' ');
      kinds.set(`${node.op} ${shapes} -> ${node.shape.join('x')}`, { convolution: alone(node) });
    }
    for (const { tensor } of model.networks.flatMap(({ parameters }) => parameters)) {
      const [o, c, side, other] = tensor.shape;
      if (side === undefined || side !== other || side < 5) continue;
      const image = input('x0', [model.batch, c, side, side]);
      const filter = input('x1', tensor.shape);
      kinds.set(`whole image ${[model.batch, c, side, side].join('x')} ${tensor.shape.join('x')} -> ${o}`, {
        convolution: apply('conv', [image, filter], { stride: 1, pad: 0 }),
        product: image.conv(filter),
      });
    }
  }
  return kinds;
}

/** An expression lowered with blocks of so many channels. */
async function open(y, block) {
  const model = lowerProgram(optimiseProgram({ name: 'one', outputs: { y } }), { flat: true, block });
  return { model, ...(await loadModel(model, new Map(), { threads })) };
}

/** The machine's block size (see engine/block-size.ts). */
const block = await findBlockSize(async (result, image, channels) => {
  const { session, programs } = await open(result, channels);
  const { y } = await programs.get('one').run({ image });
  await session.release();
  return y;
});

/** Milliseconds of an expression, lowered with blocks of so many channels. */
async function time(y, channels) {
  const { model, session, programs } = await open(y, channels);
  const feeds = Object.fromEntries(
    model.inputs.map(({ name, shape }) => [
      name,
      Stream.root(0).normals(new Float32Array(shape.reduce((n, dim) => n * dim, 1))),
    ]),
  );
  const program = programs.get('one');
  const times = [];
  for (let run = -3; run < runs; run++) {
    const began = performance.now();
    await program.run(feeds);
    if (run >= 0) times.push(performance.now() - began);
  }
  await session.release();
  return median(times);
}

const rows = [];
for (const name of options.only.split(',')) {
  const { session } = await openBench({ name, threads: 1 });
  const kinds = convolutionsOf({ model: { ...session.model, batch: session.context.batch } });
  await session.engine.close();
  for (const [kind, { convolution, product }] of kinds) {
    // Blocked, but for the filter gradient of a grey image.
    const ways = { plain: await time(convolution, 1), blocked: await time(convolution, block) };
    if (product) ways.product = await time(product, block);
    const chosen = product ? 'product' : 'blocked';
    const best = Math.min(...Object.values(ways));
    const cell = (way) => (way in ways ? ways[way].toFixed(2) : '');
    rows.push([
      name,
      kind,
      cell('plain'),
      cell('blocked'),
      cell('product'),
      chosen,
      (ways[chosen] / best).toFixed(2),
    ]);
    process.stderr.write(`${rows.at(-1).join('  ')}\n`);
  }
}
console.log(
  markdown(['step', 'convolution', 'plain ms', 'blocked ms', 'product ms', 'chosen', 'to the best'], rows),
);
