/** @file A backbone: generator, critic and encoder for one shape of data. */
import type { Network } from '../nn/network.js';

/** The three networks for one shape of data; each call makes a network of its own. */
export interface Backbone {
  /** From latents [n, width] to data [n, ...shape]. */
  generator(width: number): Network;
  /** From data to one unbounded score, [n, 1]; high = real. */
  critic(): Network;
  /** From data to `outputs` features, [n, outputs]. */
  encoder(outputs: number): Network;
}

/** What a backbone must know of the data. */
export interface DataShape {
  /** Shape of one sample: [channels, height, width], [2] for points, [features] for a table. */
  readonly shape: readonly number[];
  /** Interval of the values, which decides the generator's last activation. */
  readonly range: 'unit' | 'signed' | 'real';
}
