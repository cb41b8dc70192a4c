/**
 * What runs programs of expressions, and holds and updates the parameters that they train.
 * @module mixtura/engine
 */

export { DEVICES, type DeviceName, deviceProblem, requireDevice } from '../engine/devices.js';
export type {
  AdamUpdate,
  Engine,
  Feeds,
  GroupLayout,
  GroupState,
  OptimizerUpdate,
  ProgramOutputs,
  ProgramSpec,
  RunResult,
  SgdUpdate,
  StateTensor,
  TensorGroup,
} from '../engine/engine.js';
export { OrtEngine, type OrtOptions } from '../engine/ort/engine.js';
export { ReferenceEngine } from '../engine/reference.js';
