/**
 * Layers, the networks made of them, and the losses that methods share.
 * @module mixtura/nn
 */

export type { CriticOptions, EncoderOptions } from '../nets/backbone.js';
export {
  type Backbone,
  type BackboneOptions,
  backbone,
  type DataShape,
  NETWORKS,
  type NetworkName,
} from '../nets/index.js';
export { batchNorm } from '../nn/batch-norm.js';
export { gaussian, glorotUniform, heUniform, type Initializer, ones, zeros } from '../nn/initializers.js';
export {
  activation,
  type ConvLayerOptions,
  conv,
  convTranspose,
  type DenseOptions,
  dense,
  type ForwardContext,
  flatten,
  type Layer,
  leakyRelu,
  relu,
  sigmoid,
  tanh,
  unflatten,
} from '../nn/layer.js';
export {
  type AdversarialLoss,
  adversarialLosses,
  crossEntropy,
  meanSquaredError,
  unitRows,
} from '../nn/losses.js';
export { Network, type NetworkOptions } from '../nn/network.js';
export { ntXent } from '../nn/nt-xent.js';
export { type Parameter, parameter, parameterCount } from '../nn/parameter.js';
export {
  type CriticFunction,
  interpolate,
  type Penalty,
  type PenaltyBatch,
  penalties,
} from '../nn/penalties.js';
export { spectralProjection } from '../nn/spectral.js';
export { supervisedContrastive } from '../nn/supervised-contrastive.js';
