/** @file Which matrices lie transposed in the engine's memory, since programs are faster so (see passes/transpose-weights.ts). */
import { topologicalOrder } from '../../graph/grad.js';
import { transposeWeights } from '../../graph/passes/transpose-weights.js';
import { elements, type GroupLayout, type ProgramSpec } from '../engine.js';
import { type OptimisedProgram, optimiseProgram, valuesOf, withValues } from '../optimised-program.js';

/**
 * Rows of a batch up to which a step is faster so (bench 10x, whose critic takes two batches at a time): 0.97 of the time
 * for batches of 16 to 64, 0.99 for 128, 1.01 for 256, 1.04 for 512.
 */
const MOST_ROWS = 128;

/**
 * How groups of tensors lie in memory: some of their matrices are held transposed. Programs and states are translated on
 * their way in and out, so callers of the engine see all tensors as they declared them.
 */
export class WeightLayout {
  readonly #groups: ReadonlyMap<string, GroupLayout>;
  readonly #transposed: ReadonlySet<string>;

  private constructor(groups: readonly GroupLayout[], transposed: ReadonlySet<string>) {
    this.#groups = new Map(groups.map((group) => [group.name, group]));
    this.#transposed = transposed;
  }

  /**
   * Transposes the weights of fully connected layers if the programs of a step multiply few rows at a time with them;
   * undefined if not. The choice depends on shapes alone, so that a resumed run makes the same one and gets the same bits.
   */
  static choose(groups: readonly GroupLayout[], programs: readonly ProgramSpec[]): WeightLayout | undefined {
    const trained = groups.filter(({ trainable }) => trainable).flatMap(({ tensors }) => tensors);
    const matrices = trained.filter(({ shape }) => shape.length === 2 && !shape.includes(1));
    const weights = new Set(matrices.map(({ name }) => name));
    const rows = topologicalOrder(programs.flatMap(valuesOf)).flatMap(({ op, inputs, shape }) => {
      const multiplied = op === 'matmul' && weights.has(inputs[1]!.attributes.name ?? '');
      return multiplied ? [shape[0] as number] : [];
    });
    const few = rows.length > 0 && Math.max(...rows) <= MOST_ROWS;
    return few ? new WeightLayout(groups, weights) : undefined;
  }

  /** The group as it lies in memory. */
  layout({ tensors, ...group }: GroupLayout): GroupLayout {
    return {
      ...group,
      tensors: tensors.map(({ name, shape }) => ({
        name,
        shape: this.#transposed.has(name) ? [...shape].reverse() : shape,
      })),
    };
  }

  /** The program over the tensors as they lie in memory. Transposing adds nodes, so the result is optimised again. */
  program(program: OptimisedProgram): OptimisedProgram {
    const targets = [...(program.gradients?.keys() ?? []), ...(program.assignments?.keys() ?? [])];
    const outputs = Object.keys(program.outputs).length;
    const asked = valuesOf(program).map((value, i) => {
      const transposed = i >= outputs && this.#transposed.has(targets[i - outputs]!);
      return { value, transposed };
    });
    return optimiseProgram(withValues(program, transposeWeights(asked, this.#transposed)));
  }

  /** A copy of a group's values in the order in which they lie in memory. */
  intoMemory(group: string, values: Float32Array): Float32Array<ArrayBuffer> {
    return this.#reordered(group, values, false);
  }

  /** A copy of a group's values in the order of their declaration, from their order in memory. */
  fromMemory(group: string, values: Float32Array): Float32Array<ArrayBuffer> {
    return this.#reordered(group, values, true);
  }

  #reordered(group: string, values: Float32Array, fromMemory: boolean): Float32Array<ArrayBuffer> {
    const out = new Float32Array(values);
    let start = 0;
    for (const { name, shape } of this.#groups.get(group)?.tensors ?? []) {
      const end = start + elements(shape);
      const [rows, columns] = fromMemory ? [...shape].reverse() : shape;
      if (this.#transposed.has(name)) {
        transpose(values.subarray(start, end), rows!, columns!, out.subarray(start, end));
      }
      start = end;
    }
    return out;
  }
}

/** Writes the transpose of a matrix. */
function transpose(from: Float32Array, rows: number, columns: number, to: Float32Array): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j]!;
  }
}
