/**
 * What a training step costs on this machine.
 * @module mixtura/bench
 */

export {
  type BenchOptions,
  type BenchPart,
  type BenchResult,
  bench,
  type Surroundings,
} from '../bench/bench.js';
export type { BenchSizes } from '../bench/cases.js';
export type { MemoryReading } from '../bench/measure.js';
export type { OperatorCost, ProgramProfile } from '../bench/profile.js';
export type { MemoryFloor } from '../train/step-memory.js';
