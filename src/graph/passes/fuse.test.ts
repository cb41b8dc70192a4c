import * as ort from 'onnxruntime-node';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Stream } from '../../math/random.js';
import { evaluate } from '../evaluate.js';
import { topologicalOrder } from '../grad.js';
import { lower } from '../onnx/lower.js';
import { input, Tensor } from '../tensor.js';
import { fuse } from './fuse.js';
import type { Lowered } from './lowered.js';
import { simplify } from './simplify.js';

const [x, w, v] = [input('x', [2, 3, 6, 6]), input('w', [5, 3, 4, 4]), input('v', [3, 2, 4, 4])];
const [b, c] = [input('b', [5]), input('c', [2])];
const down = x.conv(w, { stride: 2, pad: 1 });
const up = x.convTranspose(v, [12, 12], { stride: 2, pad: 1 });
const biased = down.add(b.reshape([5, 1, 1]));

/** Weight gradients of batches of 3 and 5, [60, 50], and products with longer factors. */
const [p, q, r, s] = [input('p', [3, 60]), input('q', [3, 50]), input('r', [5, 60]), input('s', [5, 50])];
const transposed = { transposeA: true };
const [first, second] = [p.matmul(q, transposed), r.matmul(s, transposed)];
const third = p.mul(2).matmul(q.tanh(), transposed);
/** The same shape, from factors that are not transposed. */
const t = input('t', [60, 3]);
const [outer, wide] = [t.matmul(q), t.exp().matmul(q.exp())];

const fused = (...outputs: Tensor[]) => fuse(simplify(outputs));
const operators = (...outputs: Tensor[]) =>
  topologicalOrder(fused(...outputs))
    .map(({ op, inputs }) => `${op}${inputs.length}`)
    .filter((name) => !name.startsWith('input') && !name.startsWith('constant'));

const products = (output: Tensor) => operators(output).filter((name) => name === 'matmul2').length;

describe('fuse', () => {
  it('puts a bias and a leaky rectifier into the convolution before them', () => {
    expect(operators(biased)).toEqual(['conv3']);
    expect(operators(b.reshape([1, 5, 1, 1]).add(down))).toEqual(['conv3']);
    expect(operators(up.add(c.reshape([2, 1, 1])).relu())).toEqual(['convInput3']);
    const [node] = fused(biased.leakyRelu(0.2));
    expect([node!.op, node!.slope, node!.shape]).toEqual(['conv', 0.2, down.shape]);
    expect(node!.inputs.map(({ attributes }) => attributes.name)).toEqual(['x', 'w', 'b']);
  });

  it('gives nodes that are no tensors, as they have neither gradients nor values', () => {
    expectTypeOf<Tensor>().toExtend<Lowered>();
    expectTypeOf<Lowered>().not.toExtend<Tensor>();
    expect(fused(biased)[0]).not.toBeInstanceOf(Tensor);
    expect(fused(x)[0]).toBeInstanceOf(Tensor);
  });

  it('leaves products over an axis of any size', () => {
    const [left, right] = [input('left', ['n', 3]), input('right', ['n', 4])];
    const sum = left.matmul(right, transposed).add(left.neg().matmul(right.exp(), transposed));
    expect(products(sum)).toBe(2);
    expect(lower({ sum }).inputs.get('left')).toEqual(['n', 3]);
  });

  it('leaves what is read elsewhere, and sums that are no bias', () => {
    expect(operators(biased, down)).toEqual(['conv2', 'reshape1', 'add2']);
    expect(operators(biased.leakyRelu(0.1), biased)).toEqual(['conv3', 'leakyRelu1']);
    expect(operators(biased.leakyRelu(0.2).leakyRelu(0.1))).toEqual(['conv3', 'leakyRelu1']);
    expect(operators(down.add(input('y', down.shape)))).toEqual(['conv2', 'add2']);
    expect(operators(down.add(input('y', [1, 3])))).toEqual(['conv2', 'add2']);
    expect(operators(down.add(down))).toEqual(['conv2', 'mul2']);
    expect(operators(down.leakyRelu(0.2))).toEqual(['conv2', 'leakyRelu1']);
  });

  it('joins products whose results are large beside their factors', () => {
    const joined = ['concat2', 'concat2', 'matmul2'];
    expect(operators(first.add(second))).toEqual(joined);
    expect(products(first.add(second).add(third))).toBe(1);
    expect(operators(first.reshape([50, 60]).add(second.reshape([50, 60])))).toEqual([...joined, 'reshape1']);
    expect(products(outer.add(wide))).toBe(1);
  });

  it('adds a column within a product', () => {
    const column = input('column', [60, 1]);
    expect(operators(first.add(column))).toEqual(['matmul3']);
    expect(operators(column.add(outer))).toEqual(['matmul3']);
    expect(operators(first.add(column), first)).toEqual(['matmul2', 'add2']);
    expect(operators(first.add(q.slice(0, 0, 1)))).toEqual(['matmul2', 'slice1', 'add2']);
    expect(
      operators(
        q
          .slice(1, 0, 1)
          .matmul(input('row', [1, 1]))
          .add(input('wide', [3, 4])),
      ),
    ).toContain('add2');
  });

  it('leaves products that are read elsewhere, differ in their sides, or are small', () => {
    const both = ['matmul2', 'matmul2', 'add2'];
    expect(operators(first.add(second), second)).toEqual([...both]);
    expect(operators(first.add(outer))).toEqual(both);
    const narrow = [p, r].map((a) => a.slice(0, 0, 3).matmul(input('u', [60, 7])));
    expect(operators(narrow[0]!.add(narrow[1]!)).slice(-3)).toContain('add2');
  });

  it('keeps the values', async () => {
    const outputs = {
      joined: first.add(second).add(third),
      reshaped: first.reshape([50, 60]).add(second.reshape([50, 60])),
      outer: outer.add(wide),
      column: first.add(t.sum([1], true)),
      leakyColumn: t
        .matmul(q)
        .add(t.slice(1, 0, 1))
        .leakyRelu(0.2),
      biased: down.add(b.mul(2).reshape([5, 1, 1])),
      leaky: x
        .mul(2)
        .conv(w)
        .add(b.reshape([5, 1, 1]))
        .leakyRelu(0.2),
      relu: up.add(c.reshape([2, 1, 1])).relu(),
    };
    const leaves = [x, w, v, b, c, p, q, r, s, t];
    const feeds = Object.fromEntries(
      leaves.map(({ attributes: { name }, shape }) => {
        const size = shape.reduce<number>((n, dim) => n * Number(dim), 1);
        return [name!, Stream.root(4).fork(name!).normals(new Float32Array(size))];
      }),
    );
    const session = await ort.InferenceSession.create(lower(outputs).bytes, { intraOpNumThreads: 1 });
    const results = await session.run(
      Object.fromEntries(
        leaves.map(({ attributes: { name }, shape }) => [
          name!,
          new ort.Tensor('float32', feeds[name!]!, shape as readonly number[]),
        ]),
      ),
    );
    const expected = evaluate(Object.values(outputs), feeds);
    Object.keys(outputs).forEach((name, i) => {
      const actual = results[name]!.data as Float32Array;
      expect(actual.length).toBe(expected[i]!.length);
      expected[i]!.forEach((value, k) => {
        expect(Math.abs(actual[k]! - value)).toBeLessThan(2e-5);
      });
    });
    await session.release();
  });
});
