/** @file A backbone: generator, critic and encoder for one shape of data. */
import type { Network } from '../nn/network.js';

/** The three networks for one shape of data; each call makes a network of its own. */
export interface Backbone {
  /** From latents [n, width] to data [n, ...shape]. */
  generator(width: number): Network;
  /** From data to unbounded scores, [n, outputs]; high = real. */
  critic(options?: CriticOptions): Network;
  /** From data to `outputs` numbers, [n, outputs]. */
  encoder(outputs: number, options?: EncoderOptions): Network;
}

/** How a critic differs from the usual one. */
export interface CriticOptions {
  /** Number of scores: K for one a group or a class (default 1). */
  readonly outputs?: number;
  /** Name of the network and first part of its parameters' names (default `critic`), for a second one in a model. */
  readonly name?: string;
}

/** How an encoder differs from the usual one. */
export interface EncoderOptions {
  /**
   * Whether fully connected weights are projected onto unit spectral norm after every step, as in SLOGAN's networks
   * (default true). Convolutional encoders never are.
   */
  readonly spectral?: boolean;
  /** Name of the network and first part of its parameters' names (default `encoder`). */
  readonly name?: string;
}

/** What a backbone must know of the data. */
export interface DataShape {
  /** Shape of one sample: [channels, height, width], [2] for points, [features] for a table. */
  readonly shape: readonly number[];
  /** Interval of the values, which decides the generator's last activation. */
  readonly range: 'unit' | 'signed' | 'real';
}
