/**
 * @file Optimizer updates in place over one imported WebAssembly memory (AssemblyScript, 128-bit SIMD).
 *
 * Pointers are byte offsets, `n` counts float32 elements. Every element goes through the same lane arithmetic,
 * also in the tail of n mod 4 elements, so a result never depends on where a block was cut, and nothing
 * outside the n elements is written. Scalars come as float64 and are combined before they are rounded once.
 */

export { clear, copyBox } from './copy';
export { addCrossProduct, gram } from './cross-product';
export { multiplyPanels, reflect } from './dense';
export { binary, leakyGate, select, unary } from './elementwise';
export {
  addSymmetric,
  roundMatrices,
  symmetrise,
  unwhitenPanel,
  weightPanel,
  whitenPanel,
} from './mixture';
export { matmul } from './product';
export { logSumExp, softmax, sumColumns, sumRows } from './reduce';
export { affineRows, cholesky, invertFactor, triangularProduct } from './triangular';

/** 2^-102: float32 values near it are spaced by the smallest normal number. */
const NUDGE: f32 = 1.9721522630525295e-31;

function load(pointer: usize, wide: bool): v128 {
  return wide ? v128.load(pointer) : v128.load32_zero(pointer);
}

function store(pointer: usize, lanes: v128, wide: bool): void {
  if (wide) v128.store(pointer, lanes);
  else v128.store_lane<f32>(pointer, lanes, 0);
}

/**
 * Rounds lanes around 0 to multiples of 2^-126, so that none is subnormal (error below 1e-37; NaN and infinity
 * stay). The moments of a dead unit decay into that range and stick, and each later step would be far slower.
 */
function settle(lanes: v128): v128 {
  const nudge = f32x4.splat(NUDGE);
  return f32x4.sub(f32x4.add(lanes, nudge), nudge);
}

/**
 * Adam on the bytes `begin` to `end` of four blocks, four floats at a time or (not `wide`) one by one.
 * The loop tests its condition last: V8 then keeps the scalars in registers instead of computing them again in
 * every iteration, which is three times as fast.
 */
function adamRange(
  value: usize,
  gradient: usize,
  moment1: usize,
  moment2: usize,
  begin: usize,
  end: usize,
  wide: bool,
  lr: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
  weightDecay: f64,
): void {
  if (begin == end) return;
  const momentum = beta1 != 0.0;
  const decay = f32x4.splat(<f32>weightDecay);
  const keep1 = f32x4.splat(<f32>beta1);
  const rest1 = f32x4.splat(<f32>(1.0 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const rest2 = f32x4.splat(<f32>(1.0 - beta2));
  const rate = f32x4.splat(<f32>(lr / correction1));
  const scale = f32x4.splat(<f32>(1.0 / sqrt(correction2)));
  const eps = f32x4.splat(<f32>epsilon);
  let i = begin;
  do {
    const v = load(value + i, wide);
    const g = f32x4.add(load(gradient + i, wide), f32x4.mul(decay, v));
    let m = g;
    if (momentum) {
      m = settle(f32x4.add(f32x4.mul(keep1, load(moment1 + i, wide)), f32x4.mul(rest1, g)));
      store(moment1 + i, m, wide);
    }
    const s = settle(f32x4.add(f32x4.mul(keep2, load(moment2 + i, wide)), f32x4.mul(rest2, f32x4.mul(g, g))));
    store(moment2 + i, s, wide);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(s), scale), eps);
    store(value + i, f32x4.sub(v, f32x4.div(f32x4.mul(rate, m), denominator)), wide);
    i += wide ? 16 : 4;
  } while (i < end);
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1, in PyTorch's form) on n elements:
 * g' = g + weightDecay v;  m <- beta1 m + (1 - beta1) g';  s <- beta2 s + (1 - beta2) g'^2;
 * v <- v - (lr / correction1) m / (sqrt(s) / sqrt(correction2) + epsilon), with correctionK = 1 - betaK^t.
 * With beta1 = 0 the first moment is the gradient itself: `moment1` is then neither read nor written.
 */
export function adam(
  value: usize,
  gradient: usize,
  moment1: usize,
  moment2: usize,
  n: usize,
  lr: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
  weightDecay: f64,
): void {
  const end = n << 2;
  const cut = end & ~15;
  const c1 = correction1;
  const c2 = correction2;
  const decay = weightDecay;
  inline.always(
    adamRange(value, gradient, moment1, moment2, 0, cut, true, lr, beta1, beta2, epsilon, c1, c2, decay),
  );
  inline.always(
    adamRange(value, gradient, moment1, moment2, cut, end, false, lr, beta1, beta2, epsilon, c1, c2, decay),
  );
}

function sgdRange(value: usize, gradient: usize, begin: usize, end: usize, wide: bool, lr: f64): void {
  if (begin == end) return;
  const rate = f32x4.splat(<f32>lr);
  let i = begin;
  do {
    store(value + i, f32x4.sub(load(value + i, wide), f32x4.mul(rate, load(gradient + i, wide))), wide);
    i += wide ? 16 : 4;
  } while (i < end);
}

/** One step of gradient descent on n elements: v <- v - lr g. */
export function sgd(value: usize, gradient: usize, n: usize, lr: f64): void {
  const end = n << 2;
  const cut = end & ~15;
  inline.always(sgdRange(value, gradient, 0, cut, true, lr));
  inline.always(sgdRange(value, gradient, cut, end, false, lr));
}
