import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../graph/evaluate.js';
import { grad } from '../../graph/grad.js';
import { lower } from '../../graph/onnx/lower.js';
import { apply, input, type Tensor } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import { findBlockSize } from './block-size.js';
import { OrtEngine } from './engine.js';

const domain = (model: Uint8Array) => Buffer.from(model).includes('com.microsoft.nchwc');

describe('findBlockSize', () => {
  const right = (result: Tensor, image: Float32Array) => Float32Array.from(evaluate([result], { image })[0]!);

  it('takes the widest block whose convolution equals the plain one', async () => {
    const found = (good: readonly number[]) =>
      findBlockSize(async (result, image, block) =>
        good.includes(block) ? right(result, image) : right(result, image).map((value) => -value),
      );
    expect(await found([1, 8, 16])).toBe(16);
    expect(await found([1, 8])).toBe(8);
    expect(await found([1])).toBe(1);
  });

  it('gives 1 where the machine refuses the model', async () => {
    const refusing = findBlockSize(async (result, image, block) => {
      if (block > 1) throw new Error('no kernel');
      return right(result, image);
    });
    expect(await refusing).toBe(1);
  });
});

describe('an engine that is closed while it tries', () => {
  it('leaves the trial to the next one', async () => {
    const y = input('x', [1, 16, 4, 4]).conv(input('w', [16, 16, 3, 3]), { pad: 1 });
    const program = { name: 'convolution', outputs: { y } };
    const closed = new OrtEngine({ threads: 1 });
    const refused = expect(closed.compile(program)).rejects.toThrow('the engine is closed');
    await closed.close();
    await refused;
    const engine = new OrtEngine({ threads: 1 });
    await engine.compile(program);
    await engine.close();
  });
});

/** Batch, channels of the image, channels of the result, side, kernel, stride, pad. */
const geometries: readonly (readonly [number, number, number, number, number, number, number])[] = [
  [16, 16, 32, 14, 4, 2, 1],
  [32, 32, 16, 7, 3, 1, 1],
  [16, 16, 16, 9, 3, 2, 1],
  [16, 32, 16, 8, 3, 2, 1],
  [16, 16, 16, 12, 5, 3, 2],
  [16, 16, 16, 5, 1, 1, 0],
  [16, 16, 16, 6, 2, 3, 0],
  [16, 32, 16, 8, 4, 4, 0],
  [48, 16, 16, 10, 5, 1, 0],
  [3, 16, 32, 14, 4, 2, 1],
  [16, 1, 32, 14, 4, 2, 1],
  [16, 3, 16, 9, 3, 1, 1],
  [4, 3, 16, 12, 4, 2, 1],
  [2, 1, 16, 12, 5, 3, 1],
  [2, 2, 16, 10, 5, 2, 2],
  [2, 1, 16, 8, 2, 2, 0],
  [2, 1, 16, 9, 4, 2, 1],
];

describe('convolutions of whole blocks of channels', () => {
  let engine: OrtEngine;
  beforeAll(() => {
    engine = new OrtEngine({ threads: 2 });
  });
  afterAll(() => engine.close());

  it.each(geometries)('n=%i c=%i o=%i side=%i kernel=%i stride=%i pad=%i', async (...geometry) => {
    const [n, c, o, side, kernel, stride, pad] = geometry;
    const x = input('x', [n, c, side, side]);
    const w = input('w', [o, c, kernel, kernel]);
    const [b, e] = [input('b', [o]), input('e', [c])];
    const attributes = { stride, pad };
    const conv = apply('conv', [x, w], attributes);
    const y = input('y', conv.shape);
    const outputs = {
      conv,
      convInput: apply('convInput', [y, w], { ...attributes, size: [side, side] }),
      convFilter: apply('convFilter', [x, y], { ...attributes, size: [kernel, kernel] }),
      convLayer: apply('conv', [x.mul(2), w], attributes)
        .add(b.reshape([o, 1, 1]))
        .leakyRelu(0.2),
      convInputLayer: apply('convInput', [y.mul(2), w], { ...attributes, size: [side, side] })
        .add(e.reshape([c, 1, 1]))
        .relu(),
    };
    await compare(geometry.join(), outputs, [x, w, y, b, e]);
  });

  it.each([
    [64, 16, 16, 22, 3, 1, 1, 5],
    [64, 16, 16, 43, 4, 2, 1, 4],
  ])(
    'n=%i c=%i o=%i side=%i kernel=%i stride=%i pad=%i: a filter gradient in %i pieces',
    async (...geometry) => {
      const [n, c, o, side, kernel, stride, pad, pieces] = geometry;
      const out = Math.floor((side + 2 * pad - kernel) / stride) + 1;
      const [x, y] = [input('x', [n, c, side, side]), input('y', [n, o, out, out])];
      const convFilter = apply('convFilter', [x, y], { stride, pad, size: [kernel, kernel] });
      const model = Buffer.from(lower({ y: convFilter }, { block: 16 }).bytes).toString('latin1');
      // 512 KiB are five of 22 rows of 16 filters, and six of 21; a convolution more lays zeros around the images.
      expect(model.split('kernel_shape').length - 1).toBe(1 + pieces);
      await compare(geometry.join(), { convFilter }, [x, y]);
    },
  );

  /** Runs outputs on random leaves, and expects the interpreter's values within 1e-5 of each one's largest. */
  async function compare(name: string, outputs: Record<string, Tensor>, leaves: readonly Tensor[]) {
    const stream = Stream.root(5);
    const feeds = Object.fromEntries(
      leaves.map((leaf) => {
        const size = leaf.shape.reduce<number>((product, dim) => product * Number(dim), 1);
        const name = leaf.attributes.name!;
        return [name, stream.fork(name).normals(new Float32Array(size))];
      }),
    );
    await engine.compile({ name, outputs });
    const actual = (await engine.run(name, feeds)).outputs;
    const expected = evaluate(Object.values(outputs), feeds);
    Object.keys(outputs).forEach((key, i) => {
      const scale = expected[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = expected[i]!.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - actual[key]![at]!)),
        0,
      );
      expect(error / scale, key).toBeLessThan(1e-5);
    });
  }

  it('stay in blocks through gates, scalars and sums, and come out where they are read plainly', async () => {
    const leaves = [
      input('x', [16, 1, 8, 8]),
      input('w', [32, 1, 4, 4]),
      input('b', [32]),
      input('v', [16, 32, 4, 4]),
    ] as const;
    const [x, w, b, v] = leaves;
    const half = { stride: 2, pad: 1 };
    const hidden = x
      .conv(w, half)
      .add(b.reshape([32, 1, 1]))
      .leakyRelu(0.2);
    const y = hidden.conv(v.mul(0.02), half);
    const [slopeX] = grad(y.mul(y.tanh()).mul(0.5).sum(), [x]);
    const [first, second, third] = grad(slopeX!.square().sum(), [w, b, v]);
    await compare('layouts', { y, slopeX: slopeX!, first: first!, second: second!, third: third! }, leaves);
    const sums = {
      total: hidden.sum([0, 2, 3]),
      kept: hidden.neg().sum([0, 2, 3], true),
      rows: y.sum([0, 1]),
    };
    await compare('sums', sums, leaves);
    const turned = hidden.mul(2).add(hidden.tanh()).conv(v, half).sub(1).exp();
    const model = Buffer.from(lower({ turned }, { block: 16 }).bytes).toString('latin1');
    // One for each filter on the way in, one for the result.
    expect(model.split('ReorderInput').length - 1).toBe(2);
    expect(model.split('ReorderOutput').length - 1).toBe(1);
  });

  it('are spelled in blocks only where a block size is given', () => {
    const [x, w] = [input('x', [16, 16, 6, 6]), input('w', [16, 16, 3, 3])];
    const y = x.conv(w, { pad: 1 });
    expect(domain(lower({ y }).bytes)).toBe(false);
    expect(domain(lower({ y }, { block: 16 }).bytes)).toBe(true);
    expect(
      domain(lower({ y: input('x', [16, 17, 6, 6]).conv(input('w', [16, 17, 3, 3])) }, { block: 16 }).bytes),
    ).toBe(false);
  });
});
