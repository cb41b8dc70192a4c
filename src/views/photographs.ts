/** @file Whether images are colour photographs, of which pixels tell light and dark rather than what is on them. */
import { type Samples, sampleSize } from '../data/dataset.js';

/** Images that are looked at, from all over the data. */
const LOOKED_AT = 200;
/** Levels a channel that are told apart. */
const LEVELS = 32;
/** A drawing has this share of its pixels in so many colours. */
const DRAWING = { colours: 16, share: 0.8 };
/** A pixel is coloured where its channels differ by more; a coloured image has this share of such pixels. */
const COLOURED = { away: 8 / 255, share: 0.05 };

/**
 * What is told at the start about colour photographs without an encoder; undefined for other data.
 *
 * Images are photographs where more than half of 200 of them, evenly chosen, have three channels that differ by more
 * than 8 of 255 in over 5 % of the pixels, and less than 80 % of the pixels in their 16 most frequent colours (of 32
 * levels a channel).
 */
export function photographAdvice(
  samples: Pick<Samples, 'kind' | 'shape' | 'range' | 'count' | 'read'>,
): string | undefined {
  if (samples.kind !== 'image' || samples.shape[0] !== 3 || samples.count === 0) return undefined;
  const size = sampleSize(samples.shape);
  const count = Math.min(LOOKED_AT, samples.count);
  const image = new Float32Array(size);
  let photographs = 0;
  for (let i = 0; i < count; i++) {
    samples.read([Math.floor((i * samples.count) / count)], image);
    if (isPhotograph(samples.range === 'signed' ? image.map((x) => (x + 1) / 2) : image)) photographs++;
  }
  if (photographs <= count / 2) return undefined;
  return 'These are colour photographs, and without an encoder images are compared by their pixels, edges and brightness, which often finds light and dark instead of what is on them: give features by --features net.onnx (docs/own-images.md says how to get a network).';
}

function isPhotograph(image: Float32Array): boolean {
  const pixels = image.length / 3;
  const counts = new Map<number, number>();
  let coloured = 0;
  for (let i = 0; i < pixels; i++) {
    const colour = [image[i]!, image[pixels + i]!, image[2 * pixels + i]!];
    if (Math.max(...colour) - Math.min(...colour) > COLOURED.away) coloured++;
    const code = colour.reduce((sum, x) => LEVELS * sum + Math.min(LEVELS - 1, Math.floor(LEVELS * x)), 0);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  if (coloured <= COLOURED.share * pixels) return false;
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, DRAWING.colours);
  return most.reduce((sum, n) => sum + n, 0) < DRAWING.share * pixels;
}
