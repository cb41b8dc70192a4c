import { afterAll, describe, expect, it } from 'vitest';
import { instantiate, noise, operatorCases, scalarOf } from '../../../test/support/operator-cases.js';
import { evaluate } from '../../graph/evaluate.js';
import { grad } from '../../graph/grad.js';
import { sizeOf } from '../../graph/shape.js';
import { concat, constant, full, input, type Tensor } from '../../graph/tensor.js';
import { Arena } from '../../wasm/arena.js';
import { optimiseProgram } from '../optimised-program.js';
import { OrtEngine } from '../ort/engine.js';
import { suitKernels, suitsKernels } from './cost.js';
import { planKernels } from './plan.js';
import { BoundProgram } from './program.js';
import { KernelWorkspace } from './workspace.js';

const engine = new OrtEngine({ threads: 1, kernels: 'always' });
afterAll(() => engine.close());

type Named<T> = Readonly<Record<string, T>>;
let programs = 0;

/** What the kernels make of some outputs. */
async function computed(outputs: Named<Tensor>, feeds: Named<Float32Array>): Promise<Named<Float32Array>> {
  const program = { name: `program ${programs++}`, outputs };
  expect(planKernels(optimiseProgram(program))).toBeDefined();
  await engine.compile(program);
  return (await engine.run(program.name, feeds)).outputs;
}

/** Largest error of the kernels against the interpreter, relative to the largest value of an output (at least 1). */
async function worstError(outputs: Named<Tensor>, feeds: Named<Float64Array>): Promise<number> {
  const rounded = mapped(feeds, (values) => Float32Array.from(values));
  const exact = mapped(rounded, (values) => Float64Array.from(values));
  const expected = evaluate(Object.values(outputs), exact);
  const actual = Object.values(await computed(outputs, rounded));
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  const errors = expected.map((values, i) => {
    const scale = values.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
    return values.reduce((worst, value, k) => Math.max(worst, Math.abs(value - actual[i]![k]!)), 0) / scale;
  });
  return Math.max(...errors);
}

const mapped = <A, B>(record: Named<A>, f: (value: A) => B): Named<B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));

/** Noise for inputs of these shapes. */
function leavesOf(shapes: Named<readonly number[]>): { leaves: Named<Tensor>; feeds: Named<Float64Array> } {
  const names = Object.keys(shapes);
  return {
    leaves: Object.fromEntries(names.map((name) => [name, input(name, shapes[name]!)])),
    feeds: Object.fromEntries(names.map((name, i) => [name, noise(sizeOf(shapes[name]!), i + 3)])),
  };
}

/** What has no kernel: convolutions, rows by an index, and sums over axes that are not side by side. */
const WITHOUT = /^(conv.*|(gather|scatterAdd).*|sum #0)$/;
const isWithout = (name: string) => WITHOUT.test(name.startsWith('conv') ? 'conv' : name);

describe('kernels', () => {
  it.each(operatorCases.filter(([name]) => !isWithout(name)))(
    '%s equals the interpreter, gradients included',
    async (_, item) => {
      const { leaves, value, feeds } = instantiate(item);
      const gradients = grad(scalarOf(value), leaves).map((g, i) => [`g${i}`, g] as const);
      expect(await worstError({ value, ...Object.fromEntries(gradients) }, feeds)).toBeLessThan(2e-6);
    },
  );

  it.each(operatorCases.filter(([name]) => isWithout(name)))('%s has none, which a plan says', (_, item) => {
    const { leaves, value } = instantiate(item);
    const outputs = { value, gradient: grad(scalarOf(value), leaves)[0]! };
    const covered = value.op === 'reshape';
    expect(planKernels(optimiseProgram({ name: 'program', outputs })) === undefined).toBe(!covered);
  });

  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 17, 33];
  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('products of every size, transposed %s and %s', async (transposeA, transposeB) => {
    let worst = 0;
    for (const [i, m] of sizes.entries()) {
      for (const [j, n] of sizes.entries()) {
        const k = sizes[(i * 3 + j * 5) % sizes.length]!;
        const { leaves, feeds } = leavesOf({
          a: transposeA ? [k, m] : [m, k],
          b: transposeB ? [n, k] : [k, n],
        });
        const product = leaves.a!.matmul(leaves.b!, { transposeA, transposeB });
        worst = Math.max(worst, await worstError({ product }, feeds));
      }
    }
    expect(worst).toBeLessThan(2e-6);
  });

  it('add up products with a vector in the same order however many rows there are', async () => {
    const f = Math.fround;
    for (const [m, k] of [
      [1, 9],
      [4, 16],
      [7, 5],
      [9, 22],
      [6, 3],
    ] as const) {
      const { leaves, feeds } = leavesOf({ a: [m, k], b: [k, 1], c: [m, 1] });
      const { a, b, c } = mapped(feeds, (values) => Float32Array.from(values)) as Named<Float32Array>;
      const outputs = {
        along: leaves.a!.matmul(leaves.b!),
        across: leaves.a!.matmul(leaves.c!, { transposeA: true }),
      };
      const along = Float32Array.from({ length: m }, (_, i) => {
        const product = (j: number) => f(a![i * k + j]! * b![j]!);
        const lanes = [0, 0, 0, 0];
        for (let j = 0; j < k - (k % 4); j++) lanes[j % 4] = f(lanes[j % 4]! + product(j));
        let sum = f(f(lanes[0]! + lanes[2]!) + f(lanes[1]! + lanes[3]!));
        for (let j = k - (k % 4); j < k; j++) sum = f(sum + product(j));
        return sum;
      });
      const across = Float32Array.from({ length: k }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < m; i++) sum = f(sum + f(a![i * k + j]! * c![i]!));
        return sum;
      });
      expect(await computed(outputs, { a: a!, b: b!, c: c! })).toEqual({ along, across });
    }
  });

  it('broadcast along any axes, by several calls where two loops do not do', async () => {
    const shapes = [
      [[5, 7], [7]],
      [
        [5, 7],
        [5, 1],
      ],
      [
        [1, 7],
        [5, 1],
      ],
      [
        [3, 4, 5],
        [4, 1],
      ],
      [
        [3, 4, 5],
        [3, 1, 5],
      ],
      [
        [3, 1, 5],
        [1, 4, 1],
      ],
      [
        [2, 3, 4, 5],
        [3, 1, 5],
      ],
      [[2, 19], []],
    ];
    for (const [a, b] of shapes) {
      const { leaves, feeds } = leavesOf({ a: a!, b: b! });
      const outputs = {
        sum: leaves.a!.add(leaves.b!),
        difference: leaves.b!.sub(leaves.a!),
        chosen: leaves.a!.greater(leaves.b!).select(leaves.b!, leaves.a!.mul(2)),
        spread: concat([leaves.a!.add(leaves.b!), leaves.a!.add(leaves.b!)], 0),
      };
      expect(await worstError(outputs, feeds)).toBeLessThan(1e-6);
    }
  });

  it('do not take what would need very many calls', () => {
    const { leaves } = leavesOf({ a: [100, 2, 2, 2], b: [1, 2, 1, 2] });
    expect(
      planKernels(optimiseProgram({ name: 'calls', outputs: { y: leaves.a!.add(leaves.b!) } })),
    ).toBeUndefined();
    const [e, f] = [input('e', [2, 0]), input('f', [0, 3])];
    expect(planKernels(optimiseProgram({ name: 'empty', outputs: { y: e.matmul(f) } }))).toBeUndefined();
    expect(
      planKernels(optimiseProgram({ name: 'symbolic', outputs: { y: input('x', ['n', 2]).neg() } })),
    ).toBeUndefined();
  });

  it('reuse memory only when nobody reads it any more: views, operands read twice, results that are inputs', async () => {
    const { leaves, feeds } = leavesOf({ x: [4, 8], y: [4, 8], v: [8] });
    const { x, y, v } = leaves as Record<'x' | 'y' | 'v', Tensor>;
    const outputs: Record<string, Tensor> = { x, again: x.reshape([32]), slice: x.slice(0, 1, 3) };
    let h = x;
    for (let i = 0; i < 12; i++) {
      const t = h
        .mul(y)
        .add(h.reshape([32]).reshape([4, 8]))
        .tanh();
      h = t.add(t.slice(0, i % 3, (i % 3) + 1)).sub(v.mul(t.sum([1], true)).mul(0.1));
      outputs[`h${i}`] = i % 4 === 0 ? h : h.sum([0]);
    }
    expect(await worstError(outputs, feeds)).toBeLessThan(5e-6);
  });

  it('sum short and long rows, softmax and log-sum-exp of any length, far from 0 too', async () => {
    for (const n of [1, 2, 3, 4, 5, 8, 15, 16, 17, 64, 67]) {
      const { leaves, feeds } = leavesOf({ x: [3, n, 2], r: [5, n] });
      // Values to 227 have an error of 7e-6 in float32, and an exponential has it relatively.
      const r = leaves.r!.mul(30).add(200);
      const outputs = {
        rows: leaves.r!.sum([1]),
        all: leaves.r!.sum(),
        columns: leaves.r!.sum([0]),
        middle: leaves.x!.sum([1]),
        softmax: r.softmax(),
        far: r.logSumExp(),
      };
      expect(await worstError(outputs, feeds)).toBeLessThan(1.5e-5);
    }
  });
});

describe('elementary functions', () => {
  const x = input('x', [2001]);
  const grid = (from: number, to: number) =>
    Float32Array.from({ length: 2001 }, (_, i) => from + ((to - from) * i) / 2000);

  /** Largest relative error against float64. */
  async function relative(value: Tensor, at: Float32Array, f: (x: number) => number): Promise<number> {
    const { y } = await computed({ y: value }, { x: at });
    return y!.reduce((worst, got, i) => {
      const expected = f(at[i]!);
      return Math.max(worst, Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-37));
    }, 0);
  }
  const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

  it('are within 4e-7 of the truth, relatively', async () => {
    expect(await relative(x.exp(), grid(-87, 88.7), Math.exp)).toBeLessThan(4e-7);
    expect(await relative(x.exp(), grid(-1, 1), Math.exp)).toBeLessThan(2e-7);
    expect(await relative(x.log(), grid(1e-3, 0.9), Math.log)).toBeLessThan(4e-7);
    expect(await relative(x.log(), grid(1.1, 1e30), Math.log)).toBeLessThan(4e-7);
    expect(await relative(x.tanh(), grid(-9, 9.1), Math.tanh)).toBeLessThan(4e-7);
    expect(await relative(x.tanh(), grid(-1e-3, 1.1e-3), Math.tanh)).toBeLessThan(4e-7);
    expect(await relative(x.sigmoid(), grid(-80, 80), (v) => 1 / (1 + Math.exp(-v)))).toBeLessThan(4e-7);
    expect(await relative(x.softplus(), grid(-80, 80), softplus)).toBeLessThan(4e-7);
  });

  it('keep infinities and NaN', async () => {
    const special = input('s', [8]);
    const s = Float32Array.of(-Infinity, Infinity, Number.NaN, 0, -1, 89, -90, -0);
    const outputs = {
      exp: special.exp(),
      log: special.log(),
      tanh: special.tanh(),
      softplus: special.softplus(),
    };
    const found = mapped(await computed(outputs, { s }), (values) => Array.from(values));
    expect(found.exp).toEqual([0, Infinity, Number.NaN, 1, expect.closeTo(Math.exp(-1), 6), Infinity, 0, 1]);
    const log89 = expect.closeTo(Math.log(89), 5);
    expect(found.log).toEqual([
      Number.NaN,
      Infinity,
      Number.NaN,
      -Infinity,
      Number.NaN,
      log89,
      Number.NaN,
      -Infinity,
    ]);
    expect(found.tanh!.slice(0, 4)).toEqual([-1, 1, Number.NaN, 0]);
    expect(found.softplus!.slice(0, 4)).toEqual([0, Infinity, Number.NaN, expect.closeTo(Math.LN2, 6)]);
  });
});

describe('assignments', () => {
  const [w, v] = [input('w', [2, 2]), input('v', [2, 2])];
  const held = (name: string, start: number) => ({
    name,
    tensors: [{ name, shape: [2, 2], initial: Float32Array.of(start, start + 1, start + 2, start + 3) }],
    trainable: false,
  });
  const reversed = w.matmul(constant(Float64Array.of(0, 1, 1, 0), [2, 2]));

  it.each<[string, Named<Tensor>, Named<Tensor>, copies: number]>([
    ['in place', { sum: w.sum() }, { w: w.mul(2) }, 0],
    ['in place of what is read in time', {}, { w: v.add(w.sum()) }, 0],
    ['elsewhere where the old value is an output', { w: w.reshape([4]) }, { w: w.mul(2) }, 1],
    ['elsewhere where it is a product of the old value', {}, { w: reversed }, 1],
    ['elsewhere where another reads the old value later', {}, { w: w.mul(2), v: w.mul(2).sub(w) }, 1],
    ['elsewhere where a row of the old value is spread', {}, { w: w.add(w.slice(0, 0, 1)) }, 1],
    ['elsewhere where a row of the old value is added to another', {}, { w: v.add(w.slice(0, 0, 1)) }, 1],
    ['once where two are the same', {}, { w: w.add(v).exp(), v: w.add(v).exp() }, 1],
    ['elsewhere where two are exchanged', {}, { w: v, v: w }, 2],
    ['in place where each reads itself', {}, { w: w.add(1), v: v.neg() }, 0],
  ])('are computed %s', async (_, outputs, changes, copies) => {
    const program = { name: 'program', outputs, assignments: new Map(Object.entries(changes)) };
    const moved = planKernels(optimiseProgram(program))!.assignments.filter(
      ({ name, place }) => place.base !== 'input' || place.name !== name,
    );
    expect(moved.length).toBe(copies);
    const own = new OrtEngine({ threads: 1, kernels: 'always' });
    await own.open([held('w', 1), held('v', 7)], [program]);
    const start = { w: Float64Array.of(1, 2, 3, 4), v: Float64Array.of(7, 8, 9, 10) };
    const after = {
      ...start,
      ...Object.fromEntries(
        Object.keys(changes).map((name, i) => [name, evaluate(Object.values(changes), start)[i]!]),
      ),
    };
    const result = await own.run('program', {});
    Object.values(outputs).forEach((value, i) => {
      expect([...Object.values(result.outputs)[i]!]).toEqual([...evaluate([value], start)[0]!]);
    });
    for (const [name, values] of Object.entries(after)) {
      const { value } = await own.read(name);
      expect(value).toEqual(Float32Array.from(values));
    }
    await own.close();
  });
});

it('refuse values that do not fill the tensor that they are assigned to', async () => {
  const own = new OrtEngine({ threads: 1, kernels: 'always' });
  const tensor = { name: 'w', shape: [2], initial: new Float32Array(2) };
  const program = {
    name: 'program',
    outputs: {},
    assignments: new Map([['w', input('w', [2]).add(full([2, 2], 1))]]),
  };
  const opened = own.open([{ name: 'w', tensors: [tensor], trainable: false }], [program]);
  await expect(opened).rejects.toThrow('4 values are assigned to tensor w, which has 2');
  const unknown = { ...program, assignments: new Map([['x', input('w', [2]).mul(2)]]) };
  await expect(own.compile(unknown)).rejects.toThrow('2 values are assigned to tensor x, which has 0');
  await own.close();
});

describe('the workspace of kernels', () => {
  const BYTES = 2 ** 16;

  /** A workspace at the very end of an arena. */
  function open(): KernelWorkspace {
    const arena = new Arena(2 * BYTES);
    arena.float32((arena.capacity - BYTES - arena.used) / 4);
    return new KernelWorkspace(arena.memory, arena.float32(BYTES / 4));
  }

  function bind(workspace: KernelWorkspace, name: string, y: Tensor): BoundProgram | undefined {
    const plan = planKernels(optimiseProgram({ name, outputs: { y } }))!;
    const calls = plan.calls.map((call) => ({ ...call, label: { operator: '', inputs: [], output: [] } }));
    return BoundProgram.bind({ ...plan, kind: 'kernels', name, calls }, workspace, new Map(), false);
  }
  const counted = (n: number, shape: number[]) =>
    constant(
      Float64Array.from({ length: n }, (_, i) => i),
      shape,
    );

  it('keeps constants away from what earlier programs compute in', () => {
    const workspace = open();
    const n = BYTES / 4 - 1024;
    expect(bind(workspace, 'wide', input('x', [n]).sum())).toBeDefined();
    expect(bind(workspace, 'large', input('x', [1024]).mul(counted(1024, [1024])))).toBeUndefined();
    const small = bind(workspace, 'small', input('x', [512]).mul(counted(512, [512])))!;
    const wide = bind(workspace, 'wide again', input('x', [n]).sum())!;
    wide.run({ x: new Float32Array(n).fill(7) });
    const { y } = small.run({ x: new Float32Array(512).fill(1) });
    expect(y).toEqual(Float32Array.from({ length: 512 }, (_, i) => i));
  });

  it('takes a program again in the place of the one before', () => {
    const workspace = open();
    const n = 4096;
    for (let i = 0; i < 20; i++) {
      const program = bind(
        workspace,
        'program',
        input('x', [n]).mul(constant(new Float64Array(n).fill(i), [n])),
      );
      expect(program!.run({ x: new Float32Array(n).fill(2) }).y![n - 1]).toBe(2 * i);
    }
  });

  it('has matrices at the very end of the memory', () => {
    const turned = counted(16, [8, 2]).matmul(input('x', [8, 3]), { transposeA: true });
    const { y } = bind(open(), 'turned', turned)!.run({ x: new Float32Array(24).fill(1) });
    expect(y).toEqual(Float32Array.of(56, 56, 56, 64, 64, 64));
  });
});

describe('the choice of kernels', () => {
  it('is not for what is fed more than their workspace holds', () => {
    const plan = planKernels(
      optimiseProgram({ name: 'wide', outputs: { y: input('x', [5000, 4096]).sum([1]) } }),
    )!;
    expect(suitsKernels(plan)).toBe(false);
  });

  it('is for many small operators, not for large products', () => {
    const x = input('x', [16, 16]);
    const small = planKernels(optimiseProgram({ name: 'small', outputs: { y: x.matmul(x).tanh() } }))!;
    expect(suitsKernels(small)).toBe(true);
    const w = input('w', [1024, 1024]);
    const large = planKernels(optimiseProgram({ name: 'large', outputs: { y: w.matmul(w).tanh() } }))!;
    expect(suitsKernels(large)).toBe(false);
    expect(suitKernels([small, large])).toBe(false);
  });

  it('takes one that is a little slower with those that are faster, so that no other thread is needed', () => {
    const x = input('x', [128, 128]);
    // 4.2 MFLOP: 0.11 ms on kernels, 0.03 in ONNX Runtime.
    const middling = planKernels(optimiseProgram({ name: 'middling', outputs: { y: x.matmul(x) } }))!;
    expect(suitsKernels(middling)).toBe(false);
    expect(suitKernels([middling])).toBe(true);
    expect(suitKernels([middling, middling])).toBe(true);
    expect(suitKernels([middling, middling, middling])).toBe(false);
  });
});
