/** @file Elastic-InfoGAN as published, and the six settings that its draft compares on unequal MNIST. */
import type { Preset } from './preset.js';

/** 200 epochs of a split in batches of 64. */
const STEPS = 100_000;

/** Settings of the draft: a class prior, and which terms of invariance there are. */
const draft = (
  what: string,
  classes: 'uniform' | 'given' | 'learned',
  terms: { readonly transformation?: number; readonly entropy?: number },
): Preset => ({
  summary: `Elastic-InfoGAN's draft: ${what} (100,000 steps; for mnist-elastic-00 to mnist-elastic-49)`,
  method: 'elastic-infogan',
  steps: STEPS,
  batch: 64,
  settings: { variant: 'draft', classes, transformation: 0, entropy: 0, ...terms },
});

const TRANS = { transformation: 10 };

/** By name. Those with the sizes given need `--set shares=`, the counts that `mixtura data` tells. */
export const elasticPresets = {
  'elastic-infogan': {
    summary: "Elastic-InfoGAN's published code (100,000 steps; for mnist-elastic-00 to mnist-elastic-49)",
    method: 'elastic-infogan',
    steps: STEPS,
    batch: 64,
    settings: { variant: 2020 },
  },
  'elastic-uniform': draft('equal sizes', 'uniform', {}),
  'elastic-ground-truth': draft('sizes given by --set shares', 'given', {}),
  'elastic-ground-truth-trans': draft('sizes given by --set shares, L_trans', 'given', TRANS),
  'elastic-gumbel': draft('learned sizes', 'learned', {}),
  'elastic-gumbel-trans': draft('learned sizes, L_trans', 'learned', TRANS),
  'elastic-full': draft('learned sizes, L_trans and L_ent', 'learned', { ...TRANS, entropy: 1 }),
} as const satisfies Readonly<Record<string, Preset>>;
