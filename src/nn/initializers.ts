/** @file How parameters start. */
import type { Stream } from '../math/random.js';

/** Fills `out` and returns it. */
export type Initializer = (out: Float32Array, stream: Stream) => Float32Array;

/** All 0: biases and running means. */
export const zeros: Initializer = (out) => out.fill(0);
/** All one value. */
export function filled(value: number): Initializer {
  return (out) => out.fill(value);
}
/** All 1: scales and running variances. */
export const ones: Initializer = (out) => out.fill(1);

/** U(-limit, limit). */
export function uniform(limit: number): Initializer {
  return (out, stream) => {
    stream.uniforms(out);
    for (let i = 0; i < out.length; i++) out[i] = (2 * out[i]! - 1) * limit;
    return out;
  };
}

/** U(-a, a) with a = sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010); for a convolution a fan is k k channels. */
export function glorotUniform(fanIn: number, fanOut: number): Initializer {
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}

/** U(-a, a) with a = sqrt(6 / fanIn) (He et al. 2015). */
export function heUniform(fanIn: number): Initializer {
  return uniform(Math.sqrt(6 / fanIn));
}

/** N(mean, deviation^2), the mean 0 by default; a deviation of 0.02 is the usual choice for DCGAN. */
export function gaussian(deviation: number, mean = 0): Initializer {
  return (out, stream) => {
    stream.normals(out);
    for (let i = 0; i < out.length; i++) out[i] = mean + out[i]! * deviation;
    return out;
  };
}

/** Matrices [..., size, size], each a multiple of the identity. */
export function scaledIdentities(size: number, factor: number): Initializer {
  return (out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.floor(i / size) % size === i % size ? factor : 0;
    return out;
  };
}
