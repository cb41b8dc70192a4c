/** @file What the operators mean, in float64: plain loops, slow and readable, the oracle of every test. */
import type { AttributesOf } from './operator.js';
import { broadcastStrides, sizeOf, stridesOf } from './shape.js';

/** A value in float64, row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** log(1 + e^x), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Calls `visit(flat, offsets)` for each element of `shape`, with the offset into each operand. */
function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (flat: number, offsets: readonly number[]) => void,
): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  const offsets = strides.map(() => 0);
  for (let flat = 0; flat < size; flat++) {
    visit(flat, offsets);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      for (let k = 0; k < offsets.length; k++) offsets[k]! += strides[k]![axis]!;
      if (index[axis]! < shape[axis]!) break;
      for (let k = 0; k < offsets.length; k++) offsets[k]! -= strides[k]![axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** f of the operands' values at each position of `shape`, to which they are broadcast. */
export function elementwise(
  inputs: readonly Values[],
  shape: readonly number[],
  f: (values: readonly number[]) => number,
): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
  const values = inputs.map(() => 0);
  walk(shape, strides, (flat, offsets) => {
    for (let k = 0; k < values.length; k++) values[k] = inputs[k]!.data[offsets[k]!]!;
    out[flat] = f(values);
  });
  return out;
}

/** The sum of x over these axes; their order and whether they are kept change no value. */
export function reduceSum(x: Values, axes: readonly number[]): Float64Array {
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const out = new Float64Array(sizeOf(kept));
  walk(x.shape, [broadcastStrides(kept, x.shape)], (flat, [to]) => {
    out[to!]! += x.data[flat]!;
  });
  return out;
}

/** log sum exp of each row along the last axis, shifted by its largest value so that nothing overflows. */
export function logSumExp(x: Values): Float64Array {
  const width = x.shape.at(-1)!;
  const out = new Float64Array(x.data.length / width);
  for (let row = 0; row < out.length; row++) {
    const values = x.data.subarray(row * width, (row + 1) * width);
    const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    out[row] = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  }
  return out;
}

/** exp(x - logSumExp(x)) of each row along the last axis. */
export function softmax(x: Values): Float64Array {
  const width = x.shape.at(-1)!;
  const normalisers = logSumExp(x);
  return x.data.map((value, i) => Math.exp(value - normalisers[Math.floor(i / width)]!));
}

/** The product of two matrices, either of them read transposed. */
export function matmul(a: Values, b: Values, transposeA: boolean, transposeB: boolean): Float64Array {
  const [rows, inner] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const columns = transposeB ? b.shape[0]! : b.shape[1]!;
  const [aRow, aInner] = transposeA ? [1, rows] : [inner, 1];
  const [bInner, bColumn] = transposeB ? [1, inner] : [columns, 1];
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += a.data[i * aRow + k * aInner]! * b.data[k * bInner + j * bColumn]!;
      out[i * columns + j] = sum;
    }
  }
  return out;
}

/** x with its axes reordered: axis i of the result is axis permutation[i] of x. */
export function transpose(x: Values, permutation: readonly number[]): Float64Array {
  const strides = stridesOf(x.shape);
  const shape = permutation.map((axis) => x.shape[axis]!);
  const out = new Float64Array(x.data.length);
  walk(shape, [permutation.map((axis) => strides[axis]!)], (flat, [from]) => {
    out[flat] = x.data[from!]!;
  });
  return out;
}

/** The inputs one after another along `axis`; `shape` is that of the result. */
export function concat(inputs: readonly Values[], axis: number, shape: readonly number[]): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  let start = 0;
  for (const { data, shape: own } of inputs) {
    const block = own[axis]! * inner;
    for (let i = 0; i < outer; i++) {
      out.set(data.subarray(i * block, (i + 1) * block), i * shape[axis]! * inner + start);
    }
    start += block;
  }
  return out;
}

/** The window of `shape` that begins at `start` along `axis`; zeros where it leaves x (so a negative start pads). */
export function crop(x: Values, axis: number, start: number, shape: readonly number[]): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const [from, to] = [x.shape[axis]!, shape[axis]!];
  for (let i = 0; i < outer; i++) {
    for (let j = Math.max(0, -start); j < Math.min(to, from - start); j++) {
      const source = (i * from + j + start) * inner;
      out.set(x.data.subarray(source, source + inner), (i * to + j) * inner);
    }
  }
  return out;
}

/** The row that an index names; throws an Error where it names none of `rows`. */
function rowOf(op: string, index: number, rows: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= rows) {
    throw new Error(`${op}: index ${index} is none of the rows 0 to ${rows - 1}`);
  }
  return index;
}

/** out[i] = x[index[i]], by rows along the first axis. */
export function gather(x: Values, index: Values, shape: readonly number[]): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const size = sizeOf(shape.slice(1));
  index.data.forEach((value, i) => {
    const row = rowOf('gather', value, x.shape[0]!);
    out.set(x.data.subarray(row * size, (row + 1) * size), i * size);
  });
  return out;
}

/** out[index[i]] += x[i], by rows along the first axis. */
export function scatterAdd(x: Values, index: Values, shape: readonly number[]): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const size = sizeOf(shape.slice(1));
  index.data.forEach((value, i) => {
    const row = rowOf('scatterAdd', value, shape[0]!);
    for (let k = 0; k < size; k++) out[row * size + k]! += x.data[i * size + k]!;
  });
  return out;
}

type Geometry = AttributesOf<'conv'>;

/** Visits every product term of T(x, w, y) = sum x[n,c,i,j] w[o,c,p,q] y[n,o,u,v], i = stride u + p - pad. */
function trilinear(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  { stride, pad }: Geometry,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [channels, height, width] = [x[1]!, x[2]!, x[3]!];
  const [kh, kw] = [w[2]!, w[3]!];
  for (let n = 0; n < y[0]!; n++) {
    for (let o = 0; o < y[1]!; o++) {
      for (let u = 0; u < y[2]!; u++) {
        for (let v = 0; v < y[3]!; v++) {
          const at = ((n * y[1]! + o) * y[2]! + u) * y[3]! + v;
          for (let c = 0; c < channels; c++) {
            for (let p = 0; p < kh; p++) {
              const i = stride * u + p - pad;
              if (i < 0 || i >= height) continue;
              for (let q = 0; q < kw; q++) {
                const j = stride * v + q - pad;
                if (j < 0 || j >= width) continue;
                visit(
                  ((n * channels + c) * height + i) * width + j,
                  ((o * channels + c) * kh + p) * kw + q,
                  at,
                );
              }
            }
          }
        }
      }
    }
  }
}

/** y = conv(x, w), the partial adjoint of the trilinear form in y. */
export function conv(x: Values, w: Values, attributes: Geometry, shape: readonly number[]): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  trilinear(x.shape, w.shape, shape, attributes, (i, k, o) => {
    out[o]! += x.data[i]! * w.data[k]!;
  });
  return out;
}

/** x = convInput(y, w), the partial adjoint in x. */
export function convInput(
  y: Values,
  w: Values,
  attributes: Geometry,
  shape: readonly number[],
): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  trilinear(shape, w.shape, y.shape, attributes, (i, k, o) => {
    out[i]! += y.data[o]! * w.data[k]!;
  });
  return out;
}

/** w = convFilter(x, y), the partial adjoint in w. */
export function convFilter(
  x: Values,
  y: Values,
  attributes: Geometry,
  shape: readonly number[],
): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  trilinear(x.shape, shape, y.shape, attributes, (i, k, o) => {
    out[k]! += x.data[i]! * y.data[o]!;
  });
  return out;
}
