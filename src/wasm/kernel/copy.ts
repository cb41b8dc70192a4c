/** @file Copies of float32 arrays with strides (AssemblyScript). Pointers, strides and lengths are in bytes. */

/**
 * A box of up to four axes from one array into another, with the strides of each; a stride of 0 in the source repeats.
 */
export function copyBox(
  from: usize,
  f0: usize,
  f1: usize,
  f2: usize,
  f3: usize,
  to: usize,
  t0: usize,
  t1: usize,
  t2: usize,
  t3: usize,
  n0: usize,
  n1: usize,
  n2: usize,
  n3: usize,
): void {
  for (let i0: usize = 0; i0 < n0; i0++) {
    for (let i1: usize = 0; i1 < n1; i1++) {
      for (let i2: usize = 0; i2 < n2; i2++) {
        let p = from + i0 * f0 + i1 * f1 + i2 * f2;
        let q = to + i0 * t0 + i1 * t1 + i2 * t2;
        if (f3 == 4 && t3 == 4) {
          memory.copy(q, p, n3 << 2);
          continue;
        }
        for (let i3: usize = 0; i3 < n3; i3++) {
          store<f32>(q, load<f32>(p));
          p += f3;
          q += t3;
        }
      }
    }
  }
}

/** Zeros. */
export function clear(to: usize, length: usize): void {
  memory.fill(to, 0, length);
}
