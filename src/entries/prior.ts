/**
 * Latent distributions, and the random streams that they are drawn from.
 * @module mixtura/prior
 */

export { Stream } from '../math/random.js';
export { type CategoricalOptions, CategoricalPrior } from '../prior/categorical.js';
export { type EigenRange, type MixtureOptions, MixturePrior, type MixtureUpdate } from '../prior/mixture.js';
export { NormalPrior } from '../prior/normal.js';
export type { LatentBatch, LatentPrior, PriorState, StateArray } from '../prior/prior.js';
export type { SteinBatch, SteinGradients } from '../prior/stein.js';
