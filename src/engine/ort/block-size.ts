/** @file The channel block of this machine's blocked convolutions (see graph/onnx/conv-blocked.ts), found by trials. */
import { constant, input, type Tensor } from '../../graph/tensor.js';

/** Widest first: 16 floats are a register of AVX-512, 8 one of AVX2. */
const CANDIDATES = [16, 8] as const;
/** Channels of the trial: a block or two of either width. */
const CHANNELS = 16;

/** Runs an expression of the input `image`, lowered with this block size; rejects where the machine cannot run it. */
export type Trial = (result: Tensor, image: Float32Array, block: number) => Promise<Float32Array>;

/**
 * The block size with which a blocked convolution equals the plain one, or 1 where none does: a filter that is laid
 * out for another width gives other numbers, and a machine without the kernel refuses the model.
 */
export async function findBlockSize(trial: Trial): Promise<number> {
  const image = Float32Array.from({ length: CHANNELS * 9 }, (_, i) => Math.sin(i));
  const weights = Float64Array.from({ length: CHANNELS * CHANNELS * 4 }, (_, i) => Math.cos(3 * i));
  const filter = constant(weights, [CHANNELS, CHANNELS, 2, 2]);
  const result = input('image', [1, CHANNELS, 3, 3]).conv(filter, { stride: 1, pad: 0 });
  const expected = await trial(result, image, 1);
  for (const block of CANDIDATES) {
    const actual = await trial(result, image, block).catch(() => undefined);
    if (actual?.every((value, i) => Math.abs(value - expected[i]!) < 1e-3)) return block;
  }
  return 1;
}
