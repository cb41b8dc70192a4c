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

function binary(
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

/** out = a + b. */
export function add(
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
  inline.always(binary(ADD, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** out = a - b. */
export function sub(
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
  inline.always(binary(SUB, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** out = a b. */
export function mul(
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
  inline.always(binary(MUL, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** out = a / b. */
export function div(
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
  inline.always(binary(DIV, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** out = max(a, b), NaN where one of them is. */
export function maximum(
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
  inline.always(binary(MAXIMUM, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
}

/** out = 1 where a > b, else 0. */
export function greater(
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
  inline.always(binary(GREATER, a, aStride, aRepeats, b, bStride, bRepeats, out, outer, inner));
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

function unary(op: i32, x: usize, out: usize, length: usize): void {
  const wide = length & ~15;
  let i: usize = 0;
  for (; i < wide; i += 16) v128.store(out + i, inline.always(apply1(op, v128.load(x + i))));
  for (; i < length; i += 4) {
    v128.store_lane<f32>(out + i, inline.always(apply1(op, v128.load32_zero(x + i))), 0);
  }
}

/** out = -x. */
export function neg(x: usize, out: usize, length: usize): void {
  inline.always(unary(NEG, x, out, length));
}

/** out = e^x. */
export function exp(x: usize, out: usize, length: usize): void {
  inline.always(unary(EXP, x, out, length));
}

/** out = log x. */
export function log(x: usize, out: usize, length: usize): void {
  inline.always(unary(LOG, x, out, length));
}

/** out = sqrt x. */
export function sqrt(x: usize, out: usize, length: usize): void {
  inline.always(unary(SQRT, x, out, length));
}

/** out = tanh x. */
export function tanh(x: usize, out: usize, length: usize): void {
  inline.always(unary(TANH, x, out, length));
}

/** out = 1 / (1 + e^-x). */
export function sigmoid(x: usize, out: usize, length: usize): void {
  inline.always(unary(SIGMOID, x, out, length));
}

/** out = log(1 + e^x). */
export function softplus(x: usize, out: usize, length: usize): void {
  inline.always(unary(SOFTPLUS, x, out, length));
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
