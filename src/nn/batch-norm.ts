/** @file Batch normalisation, with running statistics for evaluation. */
import { constant, type Tensor } from '../graph/tensor.js';
import { type Initializer, ones, zeros } from './initializers.js';
import type { ForwardContext, Layer } from './layer.js';
import { parameter } from './parameter.js';

const EPSILON = 1e-5;
const DECAY = 0.9;

/**
 * y = gamma (x - m) / sqrt(v + 1e-5) + beta over the batch (and the image, for 4 axes).
 *
 * Training uses the batch's own mean and biased variance. The running mean and variance decay by 0.9 a call; the
 * running mean is debiased by 1 - 0.9^n, whose value is a buffer too; the running variance starts at 1 and is not.
 * Source: SLOGAN's published code; Ioffe and Szegedy 2015.
 *
 * @param gammaStart how gamma starts (default 1)
 */
export function batchNorm(name: string, channels: number, gammaStart: Initializer = ones): Layer {
  const gamma = parameter(`${name}/gamma`, [channels], gammaStart);
  const beta = parameter(`${name}/beta`, [channels], zeros);
  const mean = parameter(`${name}/running-mean`, [channels], zeros);
  const variance = parameter(`${name}/running-variance`, [channels], ones);
  const debias = parameter(`${name}/running-debias`, [1], zeros);

  const affine = (x: Tensor, m: Tensor, v: Tensor, spread: (t: Tensor) => Tensor): Tensor => {
    const factor = gamma.tensor.div(v.add(EPSILON).sqrt());
    return x.sub(spread(m)).mul(spread(factor)).add(spread(beta.tensor));
  };
  const decayed = (old: Tensor, value: Tensor | number) =>
    old.mul(DECAY).add((typeof value === 'number' ? constant([value], [1]) : value).mul(1 - DECAY));

  return {
    parameters: [gamma, beta],
    buffers: [mean, variance, debias],
    projected: [],
    apply(x: Tensor, { mode, updates }: ForwardContext): Tensor {
      const image = x.shape.length === 4;
      const spread = (t: Tensor) => (image ? t.reshape([channels, 1, 1]) : t);
      if (mode === 'eval') {
        return affine(x, mean.tensor.div(debias.tensor.maximum(1e-12)), variance.tensor, spread);
      }
      const axes = image ? [0, 2, 3] : [0];
      const m = x.mean(axes);
      const v = x.sub(spread(m)).square().mean(axes);
      updates.set(mean.name, decayed(mean.tensor, m));
      updates.set(variance.name, decayed(variance.tensor, v));
      updates.set(debias.name, decayed(debias.tensor, 1));
      return affine(x, m, v, spread);
    },
  };
}
