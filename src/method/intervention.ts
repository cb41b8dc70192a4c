/** @file Interventions: work of a method between steps, such as re-clustering the data or moving a misplaced component. */
import type { Samples } from '../data/dataset.js';
import type { Feeds, ProgramOutputs, ProgramSpec } from '../engine/engine.js';
import type { Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { Network } from '../nn/network.js';

/** An expression over samples that an intervention evaluates on rows of the data. */
export interface RowTool {
  /** Unique in the model. */
  readonly name: string;
  /** Samples [n, ...shape] to values [n, ...]; the network's values are those of the moment. */
  output(samples: Tensor): Tensor;
  /** Values of the inputs that `output` reads besides the parameters. */
  constants?(): Feeds;
}

/** What an intervention may use. */
export interface InterventionTools {
  /** Index of the step that follows. */
  readonly step: number;
  /** Draws of this intervention at this step. */
  readonly stream: Stream;
  readonly samples: Samples;
  /** Labels of rows, -1 where a row has none; only for methods that declare supervision. */
  readonly labels?: ((rows: ArrayLike<number>) => Int32Array) | undefined;
  /** The most probable group of each of samples [n, ...shape]; rejects where the method assigns none. */
  assign(samples: Float32Array): Promise<Int32Array>;
  /** Values of one of the model's row tools for rows of the data, row-major. */
  overRows(tool: RowTool, rows: ArrayLike<number>): Promise<Float32Array>;
  /** Runs one of the model's `programs`, with its assignments. */
  run(program: ProgramSpec, feeds?: Feeds): Promise<ProgramOutputs>;
  /**
   * Gives a network new starting values, drawn from the stream of this intervention, and moments of 0. Adam goes on
   * counting its steps, so its bias correction does not begin anew.
   */
  restart(network: Network): Promise<void>;
}

/** Work between steps that looks at the whole model. */
export interface Intervention {
  /** Whether it runs before this step. */
  due(step: number): boolean;
  /**
   * Looks, and changes what it must.
   *
   * @returns a sentence on what was done, if anything was
   */
  run(tools: InterventionTools): Promise<string | undefined>;
}
