/** @file Programs as ONNX models: the results that they have, and models that several programs share. */
import { topologicalOrder } from '../../graph/grad.js';
import { conditionOf, jointName, type LowerOptions, lower, lowerTogether } from '../../graph/onnx/lower.js';
import { type Shape, sameShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import type { LoweredModel, LoweredProgram, OutputRole } from '../cpu/session.js';
import type { ProgramSpec } from '../engine.js';
import { type OptimisedProgram, valuesOf, withValues } from '../optimised-program.js';

function nodesOf(programs: readonly ProgramSpec[]): Tensor[] {
  const results = programs.flatMap((program) => resultsOf(program, false));
  return topologicalOrder(results.map(({ tensor }) => tensor));
}

/** Whether one of the programs has a convolution. */
export function convolves(programs: readonly ProgramSpec[]): boolean {
  return nodesOf(programs).some(({ op }) => op.startsWith('conv'));
}

/** Whether an input that several programs read has one shape in all of them. */
export function agree(programs: readonly ProgramSpec[]): boolean {
  const shapes = new Map<string, Shape>();
  return nodesOf(programs).every(({ attributes: { name }, shape }) => {
    if (name === undefined) return true;
    const known = shapes.get(name) ?? shape;
    shapes.set(name, known);
    return sameShape(known, shape);
  });
}

/** Name of the first output, which ends a run (see {@link LoweredModel}); no tensor has it. */
const STOP = 'stop:';

interface Lowering {
  /** Whether results are written into flat memory: final reshapes are then left out, since ONNX Runtime copies for them. */
  readonly flat: boolean;
  /** Whether the model is for the CPU (default: what `flat` is); see {@link LowerOptions}. */
  readonly cpu?: boolean;
  readonly block?: LowerOptions['block'];
}

/**
 * The program without the reshapes that end its results, for results that land in flat memory. Convolutions need this before
 * they are optimised: what lies under the reshapes of their gradients can then be simplified.
 */
export function flattened(program: ProgramSpec): ProgramSpec {
  return withValues(
    program,
    valuesOf(program).map((value) => unreshaped(value)),
  );
}

/** A program as an ONNX model. */
export function lowerProgram(
  program: OptimisedProgram,
  { flat, cpu = flat, block = 1 }: Lowering,
): LoweredModel {
  const results = resultsOf(program, flat);
  const stop = flat ? STOP : undefined;
  const model = lower(tensorsOf(results), { block, stop, cpu });
  const inputs = namedShapes(model.inputs);
  const outputs = results.map(({ tensor, ...result }) => result);
  const { name } = program;
  return { kind: 'session', name, model: model.bytes, stop, inputs, programs: [{ name, inputs, outputs }] };
}

/** Programs in one model, whose working memory they share, since only one of them runs at a time. */
export function lowerJointly(programs: readonly OptimisedProgram[], block: number): LoweredModel {
  const all = programs.map((program) => ({ name: program.name, results: resultsOf(program, true) }));
  const model = lowerTogether(
    Object.fromEntries(all.map(({ name, results }) => [name, tensorsOf(results)])),
    { block, stop: STOP, cpu: true },
  );
  return {
    kind: 'session',
    name: all.map(({ name }) => name).join(', '),
    model: model.bytes,
    stop: STOP,
    inputs: namedShapes(model.inputs),
    programs: all.map(({ name, results }) => ({
      name,
      condition: conditionOf(name),
      inputs: namedShapes(model.own[name]!),
      outputs: results.map(({ tensor, ...result }) => ({ ...result, name: jointName(name, result.name) })),
    })),
  };
}

type Result = LoweredProgram['outputs'][number] & { readonly tensor: Tensor };

function resultsOf({ outputs, gradients, assignments }: ProgramSpec, flat: boolean): Result[] {
  const all: Result[] = [];
  const collect = (role: OutputRole, entries: Iterable<readonly [string, Tensor]>) => {
    for (const [target, value] of entries) {
      const tensor = flat ? unreshaped(value) : value;
      // With its role, since an output may be called as an input or a tensor is.
      const name = `${role}/${target}`;
      all.push({ name, tensor, shape: tensor.shape as readonly number[], role, target });
    }
  };
  collect('output', Object.entries(outputs));
  collect('gradient', gradients ?? []);
  collect('assignment', assignments ?? []);
  return all;
}

function tensorsOf(results: readonly Result[]): Record<string, Tensor> {
  return Object.fromEntries(results.map(({ name, tensor }) => [name, tensor]));
}

function namedShapes(shapes: ReadonlyMap<string, Shape>): LoweredModel['inputs'] {
  return [...shapes].map(([name, shape]) => ({ name, shape: shape as readonly number[] }));
}

/** The tensor under final reshapes, or the sum of two matrices under theirs (gradients of a convolution as products). */
function unreshaped(tensor: Tensor, known = new Map<Tensor, Tensor>()): Tensor {
  if (tensor.op === 'reshape') return unreshaped(tensor.inputs[0]!, known);
  if (tensor.op !== 'add') return tensor;
  // Sums may share their terms: without `known` this would take as long as there are paths to them.
  const before = known.get(tensor);
  if (before) return before;
  const [a, b] = tensor.inputs.map((input) => unreshaped(input, known)) as [Tensor, Tensor];
  const matrices = a.shape.length === 2 && sameShape(a.shape, b.shape);
  const flat = matrices && tensor.inputs.every(({ shape }) => sameShape(shape, tensor.shape));
  const sum = flat ? a.add(b) : tensor;
  known.set(tensor, sum);
  return sum;
}
