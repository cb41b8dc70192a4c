/**
 * The same request with several seeds, and how far the groups of runs agree.
 * @module mixtura/seeds
 */

export {
  type AgreedGroup,
  type Agreement,
  agreementOf,
  type GroupInRun,
  type PartAgreement,
  type RunAssignments,
} from '../evaluate/agreement.js';
export { resumeSeeds, runAgreement, startSeeds } from '../run/model/plain-seeds.js';
export type { ComparedRun, RunAgreement } from '../run/seeds/run-agreement.js';
export type { SeedOptions, SeedResult } from '../run/seeds/seed-runs.js';
