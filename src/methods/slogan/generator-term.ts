/** @file Further terms of a generator's loss: what methods of one's own add to SLOGAN, and relocation does too. */
import type { Tensor } from '../../graph/tensor.js';
import type { OwnStep, PhaseBuilder } from '../../method/phase.js';

/** What a further term of the generator's loss may read. */
export interface GeneratedBatch {
  /** z, [B, d]. */
  readonly latent: Tensor;
  /** The component that each latent was drawn from, B. */
  readonly components: (step: OwnStep) => Int32Array;
  /** G(z), [B, ...shape]. */
  readonly generated: Tensor;
  /** E(G(z)), [B, d]; E is trained only where lambda > 0. */
  readonly encoded: Tensor;
}

/** A further term of the generator's loss, a scalar. It moves G and E; the prior goes on following its own losses. */
export type GeneratorTerm = (p: PhaseBuilder, batch: GeneratedBatch) => Tensor;
