/**
 * @file Turns a program into a list of kernel calls over memory, if all its operators have kernels. This is for small
 * programs, for which ONNX Runtime takes longer to start an operator than to compute it.
 */
import { topologicalOrder } from '../../graph/grad.js';
import { sameShape, sizeOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { type OptimisedProgram, valuesOf } from '../optimised-program.js';
import { type CallArguments, type KernelName, kernelRules, type Place, viewOffset } from './rules.js';
import { ScratchPlan } from './scratch.js';

/** One call of a kernel; places among the arguments are passed as addresses. */
export interface KernelCall {
  readonly kernel: KernelName;
  readonly args: CallArguments;
  /** Operator and shapes, for profiles. */
  readonly node: Tensor;
}

/** A result, and where it lies after all calls. */
export interface KernelOutput {
  readonly name: string;
  readonly size: number;
  readonly place: Place;
}

/** A program as kernel calls. */
export interface KernelPlan {
  /** Leaves: tensors of the engine, or values that are fed. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Values of all constants, one after the other. */
  readonly constants: Float32Array;
  /** Bytes of intermediate results. */
  readonly scratchBytes: number;
  readonly calls: readonly KernelCall[];
  readonly outputs: readonly KernelOutput[];
  /** Gradients that are copied to the engine after all calls, since they could not be computed in place. */
  readonly gradients: readonly KernelOutput[];
  /** New values of engine tensors; those that were not computed in place are copied after all calls. */
  readonly assignments: readonly KernelOutput[];
}

/** The plan of a program; undefined where an operator or a shape of it has no kernel. */
export function planKernels(program: OptimisedProgram): KernelPlan | undefined {
  const names = {
    outputs: Object.keys(program.outputs),
    gradients: [...(program.gradients?.keys() ?? [])],
    assignments: [...(program.assignments?.keys() ?? [])],
  };
  const targets = valuesOf(program);
  const order = topologicalOrder(targets);
  // Products run through their inner axis at least once, so empty tensors have no kernel.
  const isStatic = ({ shape }: Tensor) => shape.every((dim) => typeof dim === 'number' && dim > 0);
  if (!order.every((node) => isStatic(node) && kernelRules[node.op])) return undefined;
  const planner = new Planner(order, targets);
  const gradientTargets = targets.slice(names.outputs.length, names.outputs.length + names.gradients.length);
  planner.placeGradients(names.gradients, gradientTargets);
  const assignmentTargets = targets.slice(targets.length - names.assignments.length);
  planner.placeAssignments(names.assignments, assignmentTargets, targets);
  if (!order.every((node) => planner.plan(node))) return undefined;
  const result = (name: string, i: number): KernelOutput => ({
    name,
    size: sizeOf(targets[i]!.shape),
    place: planner.placeOf(targets[i]!),
  });
  const gradients = names.gradients.map((name, i) => result(name, names.outputs.length + i));
  return {
    ...planner.result(),
    outputs: names.outputs.map(result),
    gradients: gradients.filter(({ name, place }) => place.base !== 'gradient' || place.name !== name),
    assignments: names.assignments.map((name, i) =>
      result(name, names.outputs.length + names.gradients.length + i),
    ),
  };
}

/** Places of values, and the calls that compute them, in the order of the graph. */
class Planner {
  readonly #scratch = new ScratchPlan();
  readonly #places = new Map<Tensor, Place>();
  /** The node whose memory a view (a reshape, some slices) lies in. */
  readonly #roots = new Map<Tensor, Tensor>();
  /** How often a root's memory is still read. */
  readonly #readers = new Map<Tensor, number>();
  /** Places in the engine where values are to be computed. */
  readonly #destinations = new Map<Tensor, Place>();
  readonly #inputs: { name: string; shape: readonly number[] }[] = [];
  readonly #constants: number[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #order: readonly Tensor[];

  constructor(order: readonly Tensor[], targets: readonly Tensor[]) {
    this.#order = order;
    for (const node of order) {
      const viewed = viewOffset(node) === undefined ? node : this.#rootOf(node.inputs[0]!);
      this.#roots.set(node, viewed);
      if (viewed === node) for (const input of node.inputs) this.#read(input);
    }
    for (const target of targets) this.#read(target);
  }

  /** Places gradients where the optimizer reads them, unless they are views or inputs. */
  placeGradients(names: readonly string[], targets: readonly Tensor[]): void {
    targets.forEach((target, i) => {
      const root = this.#rootOf(target);
      const own = sizeOf(root.shape) === sizeOf(target.shape) && root.inputs.length > 0;
      if (!own || this.#destinations.has(root)) return;
      this.#destinations.set(root, { base: 'gradient', name: names[i]!, offset: 0 });
    });
  }

  /** Places new values of engine tensors over the old ones, if these are not read afterwards. */
  placeAssignments(names: readonly string[], targets: readonly Tensor[], all: readonly Tensor[]): void {
    targets.forEach((target, i) => {
      const [name, root] = [names[i]!, this.#rootOf(target)];
      const isOld = (node: Tensor) => this.#rootOf(node).attributes.name === name;
      const own = sizeOf(root.shape) === sizeOf(target.shape) && root.inputs.length > 0;
      if (!own || this.#destinations.has(root) || all.some(isOld)) return;
      const later = this.#order.slice(this.#order.indexOf(root) + 1);
      const readLater = later.some((node) => node.inputs.some(isOld));
      // An operator that broadcasts a part of the old value would overwrite that part before it has read it for the last time.
      const { inPlace } = kernelRules[root.op]!;
      const inStep = (one: Tensor) => inPlace && sizeOf(one.shape) === sizeOf(root.shape);
      const readInStep = root.inputs.every((one) => !isOld(one) || inStep(one));
      if (readInStep && !readLater) this.#destinations.set(root, { base: 'input', name, offset: 0 });
    });
  }

  /** Adds the calls that compute a node; false where no kernel takes its shapes. */
  plan(node: Tensor): boolean {
    if (node.inputs.length === 0) this.#places.set(node, this.#leaf(node));
    else if (this.#rootOf(node) !== node) this.#places.set(node, this.#view(node));
    else return this.#compute(node);
    return true;
  }

  placeOf(node: Tensor): Place {
    return this.#places.get(node)!;
  }

  result(): Pick<KernelPlan, 'inputs' | 'constants' | 'scratchBytes' | 'calls'> {
    return {
      inputs: this.#inputs,
      constants: Float32Array.from(this.#constants),
      scratchBytes: this.#scratch.bytes,
      calls: this.#calls,
    };
  }

  #rootOf(node: Tensor): Tensor {
    return this.#roots.get(node) ?? node;
  }

  #read(node: Tensor): void {
    const root = this.#rootOf(node);
    this.#readers.set(root, (this.#readers.get(root) ?? 0) + 1);
  }

  #leaf(node: Tensor): Place {
    const { name, data } = node.attributes;
    if (name !== undefined) {
      this.#inputs.push({ name, shape: node.shape as readonly number[] });
      return { base: 'input', name, offset: 0 };
    }
    const offset = this.#constants.length * Float32Array.BYTES_PER_ELEMENT;
    for (const value of data!) this.#constants.push(value);
    return { base: 'constant', offset };
  }

  #view(node: Tensor): Place {
    const place = this.placeOf(node.inputs[0]!);
    return { ...place, offset: place.offset + viewOffset(node)! };
  }

  #compute(node: Tensor): boolean {
    const bytes = sizeOf(node.shape) * Float32Array.BYTES_PER_ELEMENT;
    const rule = kernelRules[node.op]!;
    // An elementwise result may overwrite an operand of its own shape that is not read afterwards.
    const early = rule.inPlace ? node.inputs.filter(({ shape }) => sameShape(shape, node.shape)) : [];
    for (const input of early) this.#release(input);
    const place = this.#destinations.get(node) ?? this.#scratch.take(bytes);
    this.#places.set(node, place);
    const workspaceBytes = rule.workspaceBytes?.(node) ?? 0;
    const workspace = workspaceBytes > 0 ? this.#scratch.take(workspaceBytes) : undefined;
    const calls = rule.calls(
      node,
      node.inputs.map((input) => this.placeOf(input)),
      place,
      workspace,
    );
    if (calls === undefined) return false;
    for (const { kernel, args } of calls) this.#calls.push({ kernel, args, node });
    if (workspace) this.#scratch.release(workspace, workspaceBytes);
    for (const input of node.inputs) if (!early.includes(input)) this.#release(input);
    return true;
  }

  /** Notes that one reader of a value is done; after the last one its memory is free. */
  #release(node: Tensor): void {
    const root = this.#rootOf(node);
    const readers = this.#readers.get(root)! - 1;
    this.#readers.set(root, readers);
    const place = this.placeOf(root);
    if (readers === 0 && place.base === 'scratch') {
      this.#scratch.release(place, sizeOf(root.shape) * Float32Array.BYTES_PER_ELEMENT);
    }
  }
}
