import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../math/random.js';
import type { BuildContext, Model } from '../../method/method.js';
import { infogan } from '../../methods/infogan.js';
import { slogan } from '../../methods/slogan.js';
import { wgan } from '../../methods/wgan.js';
import { evaluate } from '../evaluate.js';
import { grad, topologicalOrder } from '../grad.js';
import { sizeOf } from '../shape.js';
import { concat, constant, full, input, type Tensor } from '../tensor.js';
import { interpolateMaps } from './interpolations.js';
import { simplify } from './simplify.js';
import { type Target, transposeWeights } from './transpose-weights.js';

const draw = (name: string, n: number) => Stream.root(5).fork(name).normals(new Float64Array(n));

function transposed(values: Float64Array, [rows, columns]: readonly [number, number]): Float64Array {
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}

const shapeOf = ({ shape }: Tensor) => shape as readonly [number, number];

/** Checks that the targets keep their values over transposed inputs, and returns how they are computed then. */
function computed(targets: readonly Target[], held: ReadonlySet<string>): Tensor[] {
  const before = interpolateMaps(simplify(targets.map(({ value }) => value)));
  const after = transposeWeights(
    before.map((value, i) => ({ value, transposed: targets[i]!.transposed })),
    held,
  );
  const plain: Record<string, Float64Array> = {};
  const fed: Record<string, Float64Array> = {};
  for (const node of topologicalOrder(before)) {
    const { name } = node.attributes;
    if (name === undefined) continue;
    plain[name] = draw(name, sizeOf(node.shape));
    fed[name] = held.has(name) ? transposed(plain[name], shapeOf(node)) : plain[name];
  }
  // Truth values have no other reader.
  for (const { op, inputs } of topologicalOrder(after)) {
    expect(inputs.map(({ dtype }) => dtype === 'bool')).toEqual(
      inputs.map((_, i) => op === 'select' && i === 0),
    );
  }
  const [expected, actual] = [evaluate(before, plain), evaluate(after, fed)];
  targets.forEach(({ transposed: swapped }, i) => {
    const { shape } = before[i]!;
    expect(after[i]!.shape).toEqual(swapped ? [...shape].reverse() : shape);
    const values = swapped ? transposed(expected[i]!, shapeOf(before[i]!)) : expected[i]!;
    const scale = Math.max(1e-300, ...values.map(Math.abs).filter(Number.isFinite));
    values.forEach((value, at) => {
      expect(Math.abs(actual[i]![at]! - value) / scale).toBeLessThan(1e-11);
    });
  });
  return after;
}

/** Matrices of which a transpose is computed, not read. */
const transpositions = (values: readonly Tensor[]) =>
  topologicalOrder(values)
    .filter(({ op }) => op === 'transpose')
    .map(({ inputs }) => inputs[0]!.shape);

const context: BuildContext = {
  data: { shape: [7], range: 'signed' },
  components: 3,
  batch: 5,
  horizon: 10,
  stream: Stream.root(1),
};

const MODELS: readonly (readonly [string, Model])[] = [
  ['SLOGAN', slogan.build(slogan.settings.parse({ units: 6, latent: 4, network: 'mlp-plain' }), context)],
  ['SLOGAN with batch normalisation', slogan.build(slogan.settings.parse({ units: 6, latent: 4 }), context)],
  [
    'SLOGAN with relocation',
    slogan.build(slogan.settings.parse({ units: 6, latent: 4, relocate: 1, critic: 'hinge' }), context),
  ],
  ['one unit', slogan.build(slogan.settings.parse({ units: 1, latent: 4 }), { ...context, batch: 2 })],
  ['one value', slogan.build(slogan.settings.parse({ units: 6, latent: 1 }), { ...context, batch: 1 })],
  ['InfoGAN', infogan.build(infogan.settings.parse({ units: 6 }), context)],
  ['WGAN', wgan.build(wgan.settings.parse({ units: 6, latent: 4 }), context)],
];

describe('programs over transposed weights', () => {
  it.each(MODELS)('compute the same: %s', (_, { phases, networks }) => {
    const weights = networks.flatMap(({ parameters }) =>
      parameters.filter(({ shape }) => shape.length === 2),
    );
    const held = new Set(weights.map(({ name }) => name));
    for (const { programs } of phases) {
      for (const { outputs, gradients, assignments } of programs) {
        const own = [...(gradients ?? []), ...(assignments ?? [])];
        computed(
          [
            ...Object.values(outputs).map((value) => ({ value, transposed: false })),
            ...own.map(([name, value]) => ({ value, transposed: held.has(name) })),
          ],
          held,
        );
      }
    }
  });

  it('take rows of a weight by an index, and add up the gradients of its copies', () => {
    const [batch, weight] = [input('batch', [5, 3]), input('weight', [4, 3])];
    const picked = weight.gather(constant([2, 0, 2, 2, 3], [5]));
    const loss = picked
      .sub(batch.tanh())
      .square()
      .sum()
      .add(batch.matmul(weight, { transposeB: true }).sum());
    const [gradient] = grad(loss, [weight]);
    computed(
      [
        { value: loss, transposed: false },
        { value: gradient!, transposed: true },
      ],
      new Set(['weight']),
    );
  });

  it('transpose little more than the batch of data', () => {
    const [, { phases, networks }] = MODELS[0]!;
    const names = networks.flatMap(({ parameters }) => parameters.filter(({ shape }) => shape.length === 2));
    const held = new Set(names.map(({ name }) => name));
    const programs = phases.map((phase) => phase.programs[0]!);
    const found = programs.map(({ outputs, gradients }) =>
      transpositions(
        computed(
          [
            ...Object.values(outputs).map((value) => ({ value, transposed: false })),
            ...[...(gradients ?? [])].map(([name, value]) => ({ value, transposed: held.has(name) })),
          ],
          held,
        ),
      ),
    );
    // Of the generator's phase, the gradient in the latents, as it is wanted.
    expect(found).toEqual([[[5, 7]], [[4, 5]], []]);
  });
});

const [ROWS, WIDE] = [3, 4];
const held = new Set(['w', 'u']);
const [w, u] = [input('w', [WIDE, WIDE]), input('u', [WIDE, WIDE])];
const starts: readonly Tensor[] = [
  w,
  u,
  input('x', [ROWS, WIDE]),
  input('y', [ROWS, WIDE]),
  input('v', [WIDE]),
  input('r', [1, WIDE]),
  input('c', [ROWS, 1]),
  input('s', []),
  input('o', [1, 1]),
  constant(draw('constant', ROWS * WIDE), [ROWS, WIDE]),
  full([ROWS, WIDE], 0.5),
];

type Step = (a: Tensor, b: Tensor, c: Tensor) => Tensor;
const steps: readonly Step[] = [
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.mul(b),
  (a, b) => a.div(b.square().add(1)),
  (a, b) => a.maximum(b),
  (a, b, c) => a.greater(b).select(c, a),
  (a, b) => a.greater(0).select(b, 0),
  (a) => a.neg(),
  (a) => a.tanh(),
  (a) => a.leakyRelu(0.2),
  (a) => a.softmax(),
  (a) => a.logSumExp(),
  (a) => a.sum([0]),
  (a) => a.sum([1]),
  (a) => a.sum([0], true),
  (a) => a.sum([1], true),
  (a) => a.sum(),
  (a) => a.sum([0, 1], true),
  (a, b) => a.matmul(b),
  (a, b) => a.matmul(b, { transposeA: true }),
  (a, b) => a.matmul(b, { transposeB: true }),
  (a, b) => a.matmul(b, { transposeA: true, transposeB: true }),
  (a, b) => concat([a, b, a], 0),
  (a, b) => concat([a, b], 1),
  (a) => a.slice(0, 1, 3),
  (a) => a.slice(1, 1, 2),
  (a) => a.pad(1, 1, 0),
  (a) => a.pad(0, 0, 2),
  (a) => a.transpose([1, 0]),
  (a) => a.reshape([sizeOf(a.shape)]),
  (a) => a.reshape([...a.shape].reverse()),
  (a) => a.broadcastTo([ROWS, WIDE]),
];

/** What the steps make of the starts; those that do not fit are left out. */
function made(choices: readonly (readonly [number, number, number, number])[]): Tensor[] {
  const nodes = [...starts];
  for (const [step, a, b, c] of choices) {
    // The last nodes are taken more often than the first.
    const pick = (i: number) => nodes[nodes.length - 1 - (i % nodes.length)]!;
    try {
      const node = steps[step]!(pick(a), pick(b), pick(c));
      if (sizeOf(node.shape) <= 256) nodes.push(node);
    } catch {}
  }
  return nodes.slice(starts.length);
}

describe('any program', () => {
  const index = fc.nat(40);
  const choice = fc.tuple(fc.nat(steps.length - 1), index, index, index);

  it('computes the same over transposed inputs, with its gradients', () => {
    fc.assert(
      fc.property(fc.array(choice, { minLength: 3, maxLength: 30 }), fc.boolean(), (choices, swapped) => {
        const nodes = made(choices).filter(({ dtype }) => dtype === 'float32');
        const loss = nodes.reduce((sum, node) => sum.add(node.tanh().mean()), w.mean());
        const gradients = grad(loss, [w, u]);
        computed(
          [
            ...nodes.map((value) => ({ value, transposed: swapped && value.shape.length === 2 })),
            ...gradients.map((value) => ({ value, transposed: true })),
          ],
          held,
        );
      }),
      { numRuns: 400, seed: 3 },
    );
  });
});
