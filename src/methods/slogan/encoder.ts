/** @file SLOGAN's encoder E: trained with the generator as in the paper, or a student of groups that were found. */
import type { Feeds } from '../../engine/engine.js';
import { input, type Tensor } from '../../graph/tensor.js';
import type { BuildContext } from '../../method/method.js';
import { backbone } from '../../nets/index.js';
import type { Network } from '../../nn/network.js';
import type { MixturePrior } from '../../prior/mixture.js';
import { studentEncoder } from '../stages/student.js';
import type { SloganSettings } from './slogan-settings.js';
import { cosines } from './u2c.js';

/** What the model sees samples by. */
export interface Encoder {
  readonly network: Network;
  /** The networks that training moves: E, or none where E is a student. */
  readonly trained: readonly Network[];
  /** e(x) in training, [n, d], where the means of the prior are [K, d]. */
  encode(samples: Tensor, means: Tensor): Tensor;
  /** What k-means clusters, [n, f]. */
  features(samples: Tensor): Tensor;
  /** p(c | x), [n, K]. */
  assign(samples: Tensor): Tensor;
  /** Of a student: samples as rows as it reads them, [n, D]. */
  read?(samples: Tensor): Tensor;
  constants?(): Feeds;
}

/** A student where there is a teacher, else an encoder that is trained with the generator. */
export function encoderOf(config: SloganSettings, context: BuildContext, prior: MixturePrior): Encoder {
  if (config.teacher !== 'none') {
    const student = studentEncoder(context);
    return { ...student, trained: [], features: (samples) => student.network.features(samples) };
  }
  const network = backbone(context.data, config).encoder(config.latent);
  return {
    network,
    trained: [network],
    encode: (samples) => network.train(samples),
    features: (samples) => network.eval(samples),
    // p(c | x) proportional to exp cos(E(x), mu_c)
    assign: (samples) =>
      cosines(network.eval(samples), input('prior/means', [context.components, config.latent])).softmax(),
    constants: () => ({ 'prior/means': Float32Array.from(prior.means) }),
  };
}
