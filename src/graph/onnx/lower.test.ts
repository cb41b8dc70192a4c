import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Stream } from '../../math/random.js';
import { dcgan } from '../../nets/dcgan.js';
import { evaluate } from '../evaluate.js';
import { type Dim, sizeOf } from '../shape.js';
import { apply, concat, constant, input, type Tensor } from '../tensor.js';
import { type LowerOptions, lower } from './lower.js';

const normals = (size: number, name: string) => Stream.root(3).fork(name).normals(new Float32Array(size));
const open = (outputs: Record<string, Tensor>, options?: LowerOptions) =>
  ort.InferenceSession.create(lower(outputs, options).bytes, { intraOpNumThreads: 1 });

/** Runs one model, whose batch axis is symbolic, at several sizes, and compares it with the interpreter. */
async function compareSizes(
  build: (batch: Dim) => Tensor,
  sizes: readonly number[],
  row: readonly number[],
): Promise<void> {
  const session = await open({ y: build('N') });
  expect(session.inputNames).toContain('x');
  for (const n of sizes) {
    const shape = [n, ...row];
    const x = normals(sizeOf(shape), `x${n}`);
    const { y } = await session.run({ x: new ort.Tensor('float32', x, shape) });
    const still = build(n);
    const [expected] = evaluate([still], { x });
    expect(y!.dims).toEqual(still.shape);
    const scale = expected!.reduce((top, value) => Math.max(top, Math.abs(value)), 1);
    expected!.forEach((value, i) => {
      expect(Math.abs((y!.data[i] as number) - value) / scale).toBeLessThan(2e-6);
    });
  }
  await session.release();
}

describe('a symbolic batch axis runs at any size', () => {
  it('dense layers, activations, softmax, normalised rows', async () => {
    const w = constant(normals(12, 'w'), [3, 4]);
    const build = (n: Dim) => {
      const h = input('x', [n, 3])
        .matmul(w)
        .add(constant([1, 2, 3, 4], [4]))
        .leakyRelu(0.2);
      const unit = h.div(h.square().sum([-1], true).add(1e-12).sqrt());
      return concat([unit.softmax(), h.logSumExp(), h.tanh().slice(1, 0, 2), h.greater(0).select(h, -1)], 1);
    };
    await compareSizes(build, [1, 2, 17], [3]);
  });

  it('convolutions, transposed ones, and kernels as large as the image', async () => {
    const filter = (name: string, ...shape: number[]) => constant(normals(sizeOf(shape), name), shape);
    const build = (n: Dim) => {
      const down = input('x', [n, 1, 6, 6])
        .conv(filter('a', 2, 1, 4, 4), { stride: 2, pad: 1 })
        .relu();
      const point = down.conv(filter('b', 3, 2, 3, 3));
      const up = point.convTranspose(filter('c', 3, 2, 3, 3), [3, 3]).sigmoid();
      const image = up.convTranspose(filter('d', 2, 1, 4, 4), [6, 6], { stride: 2, pad: 1 });
      return image
        .transpose([0, 2, 3, 1])
        .reshape([n, 36])
        .mul(0.5)
        .sum([1], true)
        .add(image.reshape([n, 36]));
    };
    await compareSizes(build, [1, 3, 8], [1, 6, 6]);
  });

  it('is written as its name, and keeps the shape of the 28x28 networks', () => {
    const nets = dcgan({ shape: [1, 28, 28], range: 'unit' });
    expect(nets.generator(6).eval(input('latent', ['N', 6])).shape).toEqual(['N', 1, 28, 28]);
    expect(nets.encoder(5).eval(input('samples', ['N', 1, 28, 28])).shape).toEqual(['N', 5]);
    expect(nets.critic().features(input('samples', ['N', 1, 28, 28])).shape).toEqual(['N', 1024]);
    const model = lower({ y: input('x', ['N', 2]).exp() });
    expect([...model.inputs]).toEqual([['x', ['N', 2]]]);
    expect(Buffer.from(model.bytes).includes('N')).toBe(true);
  });

  it('refuses what needs a number: a mean over the batch, a broadcast to it', () => {
    expect(() => input('x', ['N', 2]).mean()).toThrow('has no static size: axis N');
    expect(() => lower({ y: input('x', [1, 2]).broadcastTo(['N', 2]) })).toThrow('has no static size');
  });
});

describe('rows by an index', () => {
  const [x, table, index] = [input('x', ['N', 3]), input('table', [4, 3]), input('index', ['N'])];
  const feed = (values: readonly number[]) => ({
    index: new ort.Tensor('float32', values, [values.length]),
    x: new ort.Tensor('float32', normals(values.length * 3, 'x'), [values.length, 3]),
    table: new ort.Tensor('float32', normals(12, 'table'), [4, 3]),
  });

  it('are gathered and added up by batches of any size', async () => {
    const outputs = { rows: table.gather(index), sums: x.scatterAdd(index, 4) };
    const session = await open(outputs);
    for (const at of [[1], [3, 0, 3, 3, 1, 0], [2, 2]]) {
      const tensors = feed(at);
      const { rows, sums } = await session.run(tensors);
      const ofX = tensors.x.data as Float32Array;
      const ofTable = tensors.table.data as Float32Array;
      expect([...(rows!.data as Float32Array)]).toEqual(
        at.flatMap((row) => [...ofTable.subarray(3 * row, 3 * row + 3)]),
      );
      const expected = new Float32Array(12);
      at.forEach((row, i) => {
        for (let k = 0; k < 3; k++) expected[3 * row + k]! += ofX[3 * i + k]!;
      });
      expect(sums!.dims).toEqual([4, 3]);
      expect(sums!.data).toEqual(expected);
    }
    await session.release();
    expect(() => lower({ y: table.scatterAdd(input('at', [4]), 'N') })).toThrow('has no static size');
  });

  it('add up to the same bits on several threads: in the order of the index', async () => {
    const [many, wide] = [4096, 33];
    const at = Float32Array.from({ length: many }, (_, i) => (i * i) % 7);
    const values = normals(many * wide, 'many');
    const y = input('values', [many, wide]).scatterAdd(input('at', [many]), 7);
    const expected = new Float32Array(7 * wide);
    at.forEach((row, i) => {
      for (let k = 0; k < wide; k++) expected[row * wide + k]! += values[i * wide + k]!;
    });
    const session = await ort.InferenceSession.create(lower({ y }, { cpu: true }).bytes, {
      intraOpNumThreads: 4,
    });
    for (let run = 0; run < 5; run++) {
      const results = await session.run({
        values: new ort.Tensor('float32', values, [many, wide]),
        at: new ort.Tensor('float32', at, [many]),
      });
      expect(results.y!.data).toEqual(expected);
    }
    await session.release();
  });
});

describe('lower', () => {
  it('gives every output its name: a leaf, a constant, the same value twice', async () => {
    const x = input('x', [2]);
    const session = await open({
      leaf: x,
      twice: x.mul(2),
      again: x.add(0).mul(2),
      fixed: constant([7, 8], [2]),
    });
    const results = await session.run({ x: new ort.Tensor('float32', [1, 2], [2]) });
    const read = (name: string) => [...(results[name]!.data as Float32Array)];
    expect([read('leaf'), read('twice'), read('again'), read('fixed')]).toEqual([
      [1, 2],
      [2, 4],
      [2, 4],
      [7, 8],
    ]);
    await session.release();
  });

  it('reads only the inputs that count, and writes bound values into the model', async () => {
    const y = input('x', ['N', 2])
      .matmul(input('w', [2, 1]))
      .add(input('unused', []).mul(0).sub(0).mul(0));
    const bound = new Map([
      ['w', Float32Array.of(3, 4)],
      ['unused', Float32Array.of(5)],
      ['elsewhere', Float32Array.of(1, 2, 3)],
    ]);
    const session = await open({ y }, { bound });
    expect(session.inputNames).toEqual(['x']);
    const results = await session.run({ x: new ort.Tensor('float32', [1, 2, 10, 20], [2, 2]) });
    expect([...(results.y!.data as Float32Array)]).toEqual([11, 110]);
    await session.release();
    expect(() => lower({ y }, { bound: new Map([['w', Float32Array.of(3)]]) })).toThrow(
      'input w: 1 values for shape [2, 1]',
    );
  });

  it('puts an output that no binding can read before all others, which are written nevertheless', async () => {
    const session = await open({ y: input('x', [2]).mul(2) }, { stop: 'over' });
    expect(session.outputNames).toEqual(['over', 'y']);
    const y = new ort.Tensor('float32', new Float32Array(2), [2]);
    const run = session.run({ x: new ort.Tensor('float32', [1, 2], [2]) }, { over: null, y });
    await expect(run).rejects.toThrow('Non tensor type');
    expect(y.data).toEqual(Float32Array.of(2, 4));
    await session.release();
  });

  it('reverses outputs where fewer values are then alive, if it may', async () => {
    const x = input('x', [10]);
    const branches = [1, 2, 3].map((k) => x.mul(k).exp());
    const total = branches.reduce((sum, branch) => sum.add(branch)).sum();
    const [first, second, third] = branches.map((branch) => branch.sum());
    const outputs = { first: first!, second: second!, third: third!, total };
    const orders = [{}, { cpu: true }].map((options) => open(outputs, options));
    const [given, frugal] = await Promise.all(orders);
    // The last one is computed first: in 50 values for the total, in 40 for the first branch (see live-set.test.ts).
    expect(given!.outputNames).toEqual(['first', 'second', 'third', 'total']);
    expect(frugal!.outputNames).toEqual(['total', 'third', 'second', 'first']);
    await Promise.all([given!.release(), frugal!.release()]);
  });

  it('gives the same bytes for the same expression, and tells its metadata', () => {
    const build = () => lower({ y: input('x', [2]).mul(2).tanh() }, { metadata: { method: 'slogan' } });
    expect(build().bytes).toEqual(build().bytes);
    expect(Buffer.from(build().bytes).includes('slogan')).toBe(true);
    expect(build().nodeCount).toBe(2);
  });

  it('says what the model and its values are, where that is given, and runs all the same', async () => {
    const values = { x: 'metres', y: 'feet' };
    const documentation = { producerVersion: '1.2.3', model: 'Lengths.', values };
    const { bytes } = lower({ y: input('x', [1]).mul(2) }, { documentation });
    for (const text of ['1.2.3', 'Lengths.', 'metres', 'feet']) {
      expect(Buffer.from(bytes).includes(text), text).toBe(true);
    }
    const session = await ort.InferenceSession.create(bytes);
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(3), [1]) });
    expect([...(y!.data as Float32Array)]).toEqual([6]);
    await session.release();
  });

  it.each([
    [64, 256],
    [3, 5],
  ])('sums the columns of %i x %i on a CPU, kept or not', async (rows, columns) => {
    const x = input('x', [rows, columns]);
    const outputs = { flat: x.sum([0]), kept: x.square().sum([0], true) };
    const values = normals(rows * columns, 'sums');
    const session = await open(outputs, { cpu: true });
    const results = await session.run({ x: new ort.Tensor('float32', values, [rows, columns]) });
    const expected = evaluate(Object.values(outputs), { x: values });
    Object.entries(outputs).forEach(([name, { shape }], k) => {
      expect(results[name]!.dims).toEqual(shape);
      expected[k]!.forEach((value, i) => {
        expect(Math.abs((results[name]!.data[i] as number) - value)).toBeLessThan(1e-4);
      });
    });
    await session.release();
  });

  it.each([{ block: 1 }, { block: 1, cpu: true }, { block: 16, cpu: true }])(
    'gates exactly by the sign of y, with %o',
    async (options) => {
      const [g, y] = [input('g', [10]), input('y', [10])];
      const session = await open(
        Object.fromEntries(
          [0, 0.2, 1.5].map((slope) => [`at${slope}`, apply('leakyGate', [g, y], { slope })]),
        ),
        options,
      );
      const signs = [-Infinity, -3e38, -1, -1.2e-38, -0, 0, 1.2e-38, 1, 3e38, Infinity];
      const gradients = normals(10, 'g');
      const results = await session.run({
        g: new ort.Tensor('float32', gradients, [10]),
        y: new ort.Tensor('float32', Float32Array.from(signs), [10]),
      });
      for (const slope of [0, 0.2, 1.5]) {
        const expected = gradients.map((value, i) => (signs[i]! > 0 ? value : value * Math.fround(slope)));
        expect([...(results[`at${slope}`]!.data as Float32Array)]).toEqual([...expected]);
      }
      await session.release();
    },
  );
});
