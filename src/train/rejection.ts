/** @file Rejection: candidates are drawn until as many as were asked for are kept, or each rejected one is drawn again. */
import { MixturaError } from '../errors.js';
import type { Stream } from '../math/random.js';
import type { LatentBatch, LatentPrior } from '../prior/prior.js';

/** Too few generated samples are kept, which training may change. */
export class TooFewKept extends MixturaError {}

/** Candidates a sample that are drawn at most. */
const CANDIDATES = 20;

/** Generated samples, and the components that they were drawn from. */
export interface Drawn {
  /** [n, ...shape], row-major, in the interval of the training data. */
  readonly samples: Float32Array;
  readonly components: Int32Array;
}

/** Samples of candidates, and the probability of keeping each. */
export interface Judged {
  /** [n, ...shape], row-major. */
  readonly samples: Float32Array;
  readonly keep: ArrayLike<number>;
}

/** How candidates are drawn and judged. */
export interface Candidates {
  /** n latents; rounds draw different ones. */
  draw(n: number, stream: Stream): LatentBatch;
  /** What becomes of n latents. */
  judge(latents: LatentBatch): Promise<Judged>;
}

/**
 * n accepted samples: rounds of n candidates, each kept where a number of U[0, 1) lies below its probability.
 *
 * @throws {@link TooFewKept} where fewer than n of 20 n candidates are kept, and an Error where a round has not n probabilities
 */
export async function accepted(n: number, { draw, judge }: Candidates, stream: Stream): Promise<Drawn> {
  const parts: Float32Array[] = [];
  const components: number[] = [];
  for (let round = 0; round < CANDIDATES && components.length < n; round++) {
    const latents = draw(n, stream.fork('round', round));
    const { samples, keep } = await judge(latents);
    if (keep.length !== n) {
      throw new Error(`accept gave ${keep.length} probabilities for ${n} candidates`);
    }
    const size = samples.length / n;
    const thresholds = stream.fork('accept', round).uniforms(new Float64Array(n));
    for (let i = 0; i < n && components.length < n; i++) {
      if (!(thresholds[i]! < keep[i]!)) continue;
      parts.push(samples.subarray(i * size, (i + 1) * size));
      components.push(latents.component[i]!);
    }
  }
  if (components.length < n) {
    throw new TooFewKept(
      `Of ${CANDIDATES * n} generated samples the method keeps only ${components.length}, and ${n} were asked for; train longer.`,
    );
  }
  const size = parts[0]?.length ?? 0;
  const samples = new Float32Array(n * size);
  for (const [i, part] of parts.entries()) samples.set(part, i * size);
  return { samples, components: Int32Array.from(components) };
}

/** How candidates are drawn again: latents of these components, one each. */
export interface Retried extends Candidates {
  drawAgain(components: Int32Array, stream: Stream): LatentBatch;
}

/**
 * n samples, of which those that are not kept are drawn again for their component, 20 times at most; what is not kept then
 * stays as it was drawn last.
 *
 * @throws an Error where a round has not as many probabilities as candidates
 */
export async function retried(n: number, source: Retried, stream: Stream): Promise<Drawn> {
  const latents = source.draw(n, stream.fork('round', 0));
  const first = await judged(latents, source, stream, 0);
  const samples = first.samples.slice();
  const size = samples.length / n;
  let open = first.rejected;
  for (let round = 1; round <= CANDIDATES && open.length > 0; round++) {
    const components = Int32Array.from(open, (i) => latents.component[i]!);
    const again = source.drawAgain(components, stream.fork('round', round));
    const { samples: drawn, rejected } = await judged(again, source, stream, round);
    open.forEach((slot, i) => {
      samples.set(drawn.subarray(i * size, (i + 1) * size), slot * size);
    });
    open = rejected.map((i) => open[i]!);
  }
  return { samples, components: latents.component };
}

/** Samples of latents, and which of them are rejected: those whose number of U[0, 1) is not below their probability. */
async function judged(latents: LatentBatch, { judge }: Candidates, stream: Stream, round: number) {
  const { samples, keep } = await judge(latents);
  const n = latents.component.length;
  if (keep.length !== n) throw new Error(`accept gave ${keep.length} probabilities for ${n} candidates`);
  const thresholds = stream.fork('accept', round).uniforms(new Float64Array(n));
  return { samples, rejected: [...thresholds.keys()].filter((i) => !(thresholds[i]! < keep[i]!)) };
}

/** One latent of each of these components. */
export function latentsOf(prior: LatentPrior, components: Int32Array, stream: Stream): LatentBatch {
  const z = new Float64Array(components.length * prior.width);
  for (const c of new Set(components)) {
    const slots = [...components.keys()].filter((i) => components[i] === c);
    const own = prior.sampleComponent(c, slots.length, stream.fork('component', c)).z;
    slots.forEach((slot, i) => {
      z.set(own.subarray(i * prior.width, (i + 1) * prior.width), slot * prior.width);
    });
  }
  return { z, component: components };
}
