/** @file What SLOGAN's encoder also learns from images: SimCLR on changed copies, and the decay of its weights. */
import { usageError } from '../../errors.js';
import { scalar, type Tensor } from '../../graph/tensor.js';
import { diffAugment } from '../../method/image-views.js';
import type { BuildContext } from '../../method/method.js';
import type { PhaseBuilder } from '../../method/phase.js';
import { realBatch } from '../../method/real-batch.js';
import { simclrLoss } from '../../nn/simclr.js';
import type { Encoder } from './encoder.js';
import type { SloganSettings } from './slogan-settings.js';

/** What {@link encoderTerm} looks at. */
export interface EncoderBatch {
  readonly generated: Tensor;
  /** e(x) of the generated samples. */
  readonly encoded: Tensor;
  readonly encode: (samples: Tensor) => Tensor;
}

/** Terms of the encoder's loss alone, and what is reported of them. */
export interface EncoderTerm {
  readonly loss: Tensor;
  /** The loss of SimCLR, where there is one. */
  readonly simclr?: Tensor;
}

/**
 * SimCLR of generated images, of real ones or of both, on copies by DiffAugment, plus decay / 2 |v|^2 over all weights and
 * biases v of E. Both move E alone: G and the prior never get this gradient. Source: SLOGAN, eq. 68 and its code.
 *
 * @returns undefined where the settings ask for neither
 * @throws a usage error where the data are no images, or E is not trained
 */
export function encoderTerm(
  p: PhaseBuilder,
  config: SloganSettings,
  context: BuildContext,
  encoder: Encoder,
  { generated, encoded, encode }: EncoderBatch,
): EncoderTerm | undefined {
  const { simclr: seen, simclrForm, encoderDecay } = config;
  if (seen === 'none' && encoderDecay === 0) return undefined;
  if (encoder.trained.length === 0) {
    throw usageError(
      'With groups that are found first the encoder is not trained further; leave out the settings simclr and encoderDecay.',
    );
  }
  if (seen !== 'none' && (context.data.shape.length !== 3 || context.data.range === 'real')) {
    throw usageError('SimCLR is for images, and these data are none; give --set simclr=none.');
  }
  const signed = context.data.range === 'signed';
  const contrast = (name: string, images: Tensor, codes: Tensor) =>
    simclrLoss(codes, encode(changed(p, name, images, signed)), simclrForm);
  const parts: Tensor[] = [];
  if (seen === 'generated' || seen === 'both') parts.push(contrast('generated', generated.detach(), encoded));
  if (seen === 'real' || seen === 'both') {
    const real = realBatch(p, config, context);
    parts.push(contrast('real', real, encode(real)));
  }
  const simclr = parts.length > 0 ? sum(parts) : undefined;
  const weights = encoder.trained.flatMap(({ parameters }) => parameters);
  const decay = sum(weights.map(({ tensor }) => tensor.square().sum())).mul(encoderDecay / 2);
  return simclr ? { loss: simclr.add(decay), simclr } : { loss: decay };
}

function sum(parts: readonly Tensor[]): Tensor {
  return parts.reduce((total, part) => total.add(part), scalar(0));
}

/** DiffAugment, which is for images in [-1, 1]. */
function changed(p: PhaseBuilder, name: string, images: Tensor, signed: boolean): Tensor {
  if (signed) return diffAugment(p, `simclr/${name}`, images);
  return diffAugment(p, `simclr/${name}`, images.mul(2).sub(1)).add(1).mul(0.5);
}
