/** @file A model whose critic and class probabilities are given, so that what GOLD says of it is known. */
import { z } from 'zod';
import { ReferenceEngine } from '../../src/engine/reference.js';
import type { Tensor } from '../../src/graph/tensor.js';
import { defineMethod, type Inference as Graphs, type Model } from '../../src/method/method.js';
import { dense } from '../../src/nn/layer.js';
import { Network } from '../../src/nn/network.js';
import { CategoricalPrior } from '../../src/prior/categorical.js';
import { Inference } from '../../src/train/inference.js';
import { Session } from '../../src/train/session.js';

/** Values of a sample: noise e ~ N(0, 1), and the one-hot code of two components. */
export const TOY_WIDTH = 3;

/** What {@link toyInference} is given. */
export interface Toy {
  readonly score?: (samples: Tensor) => Tensor;
  readonly densityRatio?: boolean;
  readonly assign?: (samples: Tensor) => Tensor;
  /** Class of each component, of a method that is told classes. */
  readonly labelClasses?: readonly number[];
}

/** A model whose samples [n, 3] are its latents, of two components. */
export async function toyInference({
  score,
  densityRatio = true,
  assign,
  labelClasses,
}: Toy): Promise<Inference> {
  const inference: Graphs = {
    generate: (latent) => latent,
    features: (x) => x,
    protocol: 'kmeans-encoder',
    ...(score && { critique: { score, densityRatio } }),
    ...(assign && { assign }),
    ...(labelClasses && { labelClasses }),
  };
  const build = (): Model => ({
    networks: [new Network('net', [dense('net/0-dense', 2, 2)])],
    prior: new CategoricalPrior({ components: 2, noise: 1 }),
    phases: [],
    firstMoment: false,
    inference,
  });
  const about = { name: 'toy', title: 'Toy', source: 'a test', settings: z.strictObject({}), build };
  const method = defineMethod(about);
  const context = {
    data: { shape: [TOY_WIDTH], range: 'real' },
    components: 2,
    batch: 4,
    horizon: 1,
  } as const;
  return Inference.open(
    await Session.open(new ReferenceEngine(), { method, settings: {}, context, seed: 0 }),
  );
}
