/**
 * @file Elementwise functions of float32 arrays (AssemblyScript, 128-bit SIMD): operators of the graph over the engine's
 * memory. Pointers, strides and lengths are in bytes.
 *
 * Operands of two and three arrays broadcast: each is read row by row, `outer` rows that lie its own stride apart, and
 * within a row value by value or, where it `repeats`, always the first. The last length mod 4 values of a row go through
 * the same lane arithmetic one at a time, so nothing outside the result is written.
 */
import { expLanes, logLanes, sigmoidLanes, softplusLanes, tanhLanes } from './functions';

/** Four copies of the value of an operand that repeats, one such place for each operand. */
const REPEATED = memory.data(48, 16);

const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const MAXIMUM: i32 = 4;
const GREATER: i32 = 5;

function apply2(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MUL) return f32x4.mul(x, y);
  if (op == DIV) return f32x4.div(x, y);
  if (op == MAXIMUM) return f32x4.max(x, y);
  return v128.and(f32x4.gt(x, y), f32x4.splat(1));
}

/** Where a row of an operand is read from: the row itself, or four copies of its first value. */
function rowOf(pointer: usize, repeats: bool, place: usize): usize {
  if (!repeats) return pointer;
  v128.store(REPEATED + place, v128.load32_splat(pointer));
  return REPEATED + place;
}

/** {@link binary} of one operator, which is a constant here. */
function rowsOf(
  op: i32,
  a: usize,
  aStride: usize,
  aRepeats: bool,
  b: usize,
  bStride: usize,
  bRepeats: bool,
  out: usize,
  outer: usize,
  inner: usize,
): void {
  const wide = inner & ~15;
  const aStep: usize = aRepeats ? 0 : 16;
  const bStep: usize = bRepeats ? 0 : 16;
  for (let row: usize = 0; row < outer; row++) {
    let p = rowOf(a, aRepeats, 0);
    let q = rowOf(b, bRepeats, 16);
    let i: usize = 0;
    for (; i < wide; i += 16) {
      v128.store(out + i, inline.always(apply2(op, v128.load(p), v128.load(q))));
      p += aStep;
      q += bStep;
    }
    for (; i < inner; i += 4) {
      const lanes = inline.always(apply2(op, v128.load32_zero(p), v128.load32_zero(q)));
      v128.store_lane<f32>(out + i, lanes, 0);
      p += aStep >> 2;
      q += bStep >> 2;
    }
    a += aStride;
    b += bStride;
    out += inner;
  }
}

/**
 * out = a + b, a - b, a b, a / b, max(a, b) (NaN where one of them is), or 1 where a > b and 0 elsewhere: `op` is the
 * place in this list, from 0.
 */
export function binary(
  op: i32,
  a: usize,
  aStride: usize,
  aRepeats: bool,
  b: usize,
  bStride: usize,
  bRepeats: bool,
  out: usize,
  outer: usize,
  inner: usize,
): void {
  if (op == ADD) inline.always(rowsOf(ADD, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
  else if (op == SUB)
    inline.always(rowsOf(SUB, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
  else if (op == MUL)
    inline.always(rowsOf(MUL, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
  else if (op == DIV)
    inline.always(rowsOf(DIV, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
  else if (op == MAXIMUM)
    inline.always(rowsOf(MAXIMUM, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
  else inline.always(rowsOf(GREATER, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** a where the condition is not 0, else b. */
function chosen(condition: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, f32x4.ne(condition, f32x4.splat(0)));
}

/** out = condition ? a : b. */
export function select(
  condition: usize,
  stride: usize,
  repeats: bool,
  a: usize,
  aStride: usize,
  aRepeats: bool,
  b: usize,
  bStride: usize,
  bRepeats: bool,
  out: usize,
  outer: usize,
  inner: usize,
): void {
  const wide = inner & ~15;
  const step: usize = repeats ? 0 : 16;
  const aStep: usize = aRepeats ? 0 : 16;
  const bStep: usize = bRepeats ? 0 : 16;
  for (let row: usize = 0; row < outer; row++) {
    let c = rowOf(condition, repeats, 0);
    let p = rowOf(a, aRepeats, 16);
    let q = rowOf(b, bRepeats, 32);
    let i: usize = 0;
    for (; i < wide; i += 16) {
      v128.store(out + i, chosen(v128.load(c), v128.load(p), v128.load(q)));
      c += step;
      p += aStep;
      q += bStep;
    }
    for (; i < inner; i += 4) {
      const lanes = chosen(v128.load32_zero(c), v128.load32_zero(p), v128.load32_zero(q));
      v128.store_lane<f32>(out + i, lanes, 0);
      c += step >> 2;
      p += aStep >> 2;
      q += bStep >> 2;
    }
    condition += stride;
    a += aStride;
    b += bStride;
    out += inner;
  }
}

const NEG: i32 = 0;
const EXP: i32 = 1;
const LOG: i32 = 2;
const SQRT: i32 = 3;
const TANH: i32 = 4;
const SIGMOID: i32 = 5;
const SOFTPLUS: i32 = 6;

function apply1(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == EXP) return inline.always(expLanes(x));
  if (op == LOG) return logLanes(x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == TANH) return tanhLanes(x);
  if (op == SIGMOID) return sigmoidLanes(x);
  return softplusLanes(x);
}

/** {@link unary} of one function, which is a constant here. */
function valuesOf(op: i32, x: usize, out: usize, length: usize): void {
  const wide = length & ~15;
  let i: usize = 0;
  for (; i < wide; i += 16) v128.store(out + i, inline.always(apply1(op, v128.load(x + i))));
  for (; i < length; i += 4) {
    v128.store_lane<f32>(out + i, inline.always(apply1(op, v128.load32_zero(x + i))), 0);
  }
}

/** out = -x, e^x, log x, sqrt x, tanh x, 1 / (1 + e^-x) or log(1 + e^x): `op` is the place in this list, from 0. */
export function unary(op: i32, x: usize, out: usize, length: usize): void {
  if (op == NEG) inline.always(valuesOf(NEG, x, out, length));
  else if (op == EXP) inline.always(valuesOf(EXP, x, out, length));
  else if (op == LOG) inline.always(valuesOf(LOG, x, out, length));
  else if (op == SQRT) inline.always(valuesOf(SQRT, x, out, length));
  else if (op == TANH) inline.always(valuesOf(TANH, x, out, length));
  else if (op == SIGMOID) inline.always(valuesOf(SIGMOID, x, out, length));
  else inline.always(valuesOf(SOFTPLUS, x, out, length));
}

/** out = y > 0 ? g : slope g: `leakyRelu` with g = y = x, its gradient with the gradient g. */
export function leakyGate(g: usize, y: usize, out: usize, length: usize, slope: f32): void {
  const factor = f32x4.splat(slope);
  const zero = f32x4.splat(0);
  const wide = length & ~15;
  let i: usize = 0;
  for (; i < wide; i += 16) {
    const x = v128.load(g + i);
    v128.store(out + i, v128.bitselect(x, f32x4.mul(x, factor), f32x4.gt(v128.load(y + i), zero)));
  }
  for (; i < length; i += 4) {
    const x = v128.load32_zero(g + i);
    const gated = v128.bitselect(x, f32x4.mul(x, factor), f32x4.gt(v128.load32_zero(y + i), zero));
    v128.store_lane<f32>(out + i, gated, 0);
  }
}
