/** @file Numbers that a golden script in Python computes too, so that golden files hold results only. */

/**
 * Numbers k / 2^23 in [-1, 1), exact in float32, from a hash of the name and the index (FNV-1a, then the murmur3
 * finaliser), times a scale.
 */
export function noise(name: string, size: number, scale = 1): Float64Array {
  let seed = 0x811c9dc5;
  for (const character of name) seed = Math.imul(seed ^ character.charCodeAt(0), 0x01000193);
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b1)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    out[i] = ((x >>> 8) / 2 ** 23 - 1) * scale;
  }
  return out;
}

/** The same in [0, 1). */
export function unitNoise(name: string, size: number): Float64Array {
  return noise(name, size).map((value) => (value + 1) / 2);
}
