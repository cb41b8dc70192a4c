/** @file Dropout. */
import type { Layer } from './layer.js';

/**
 * In training each value is 0 with probability p and else divided by 1 - p, drawn anew at every pass; in evaluation it
 * stays as it is. Source: Srivastava et al. 2014, in the form that leaves evaluation alone.
 *
 * @param name what its noise is called, unique in a network
 */
export function dropout(name: string, p: number): Layer {
  return {
    parameters: [],
    buffers: [],
    projected: [],
    apply(x, { mode, noise }) {
      if (mode === 'eval') return x;
      if (!noise) throw new Error(`${name} draws in training, so the network must be given noise`);
      const kept = noise(name, x.shape as readonly number[]).greater(p);
      return x.mul(kept.select(1 / (1 - p), 0));
    },
  };
}
