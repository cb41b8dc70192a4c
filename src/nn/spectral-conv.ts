/** @file Convolution whose filters are divided by their spectral norm in every pass. */
import type { Tensor } from '../graph/tensor.js';
import { gaussian, glorotUniform, zeros } from './initializers.js';
import type { ConvLayerOptions, ForwardContext, Layer } from './layer.js';
import { type Parameter, parameter } from './parameter.js';

/**
 * Convolution with bias by W / sigma(W), [n, inputs, h, w] -> [n, outputs, h', w']; W [outputs, inputs, k, k] as a matrix
 * of `outputs` rows. sigma = u W v after one power iteration v = W^T u / |W^T u|, u = W v / |W v| from the u of the last
 * step, which is a buffer; u and v are constants of the gradient. Evaluation goes on from the same u without a change.
 * Source: Miyato et al., Spectral normalization for GANs, 2018, algorithm 1.
 */
export function spectralConv(
  name: string,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, pad = 0, initializer }: ConvLayerOptions,
): Layer {
  const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
  const area = height * width;
  const weight = parameter(
    `${name}/weight`,
    [outputs, inputs, height, width],
    initializer ?? glorotUniform(area * inputs, area * outputs),
  );
  const bias = parameter(`${name}/bias`, [outputs], zeros);
  const left = parameter(`${name}/left-vector`, [outputs, 1], gaussian(1));
  return {
    parameters: [weight, bias],
    buffers: [left],
    projected: [],
    bias,
    apply: (x, context) =>
      x
        .conv(weight.tensor.div(spectralNorm(weight, left, context)), { stride, pad })
        .add(bias.tensor.reshape([outputs, 1, 1])),
  };
}

/** sigma(W), a scalar; in training the new u goes into the updates. */
function spectralNorm(weight: Parameter, left: Parameter, { mode, updates }: ForwardContext): Tensor {
  const [rows, ...rest] = weight.shape as [number, ...number[]];
  const matrix = weight.tensor.reshape([rows, rest.reduce((n, dim) => n * dim, 1)]);
  const fixed = matrix.detach();
  const v = unit(fixed.matmul(left.tensor, { transposeA: true }));
  const u = unit(fixed.matmul(v));
  if (mode === 'train') updates.set(left.name, u);
  return u.detach().mul(matrix.matmul(v.detach())).sum();
}

function unit(vector: Tensor): Tensor {
  return vector.div(vector.square().sum().add(1e-24).sqrt());
}
