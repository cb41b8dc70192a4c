/** @file Which output of an encoder holds the features, and how its values become one row a sample. */
import type { InferenceSession } from 'onnxruntime-node';
import { usageError } from '../../errors.js';
import type { InputConvention, Layout, Pool } from '../input-convention.js';

/** The output that features come from, and how they are pooled. */
export interface EncoderOutput {
  readonly name: string;
  readonly pool: Pool;
  readonly layout: Layout;
}

/** Outputs that hold features by the names that exporters give, the best first. */
const USUAL = ['image_embeds', 'pooler_output', 'last_hidden_state'];

/**
 * The output that is declared; else the only one; else the first of `image_embeds`, `pooler_output` and
 * `last_hidden_state` that there is.
 * @throws a usage error that names the outputs where none of these holds, or the output is not float32.
 */
export function encoderOutput(
  { outputNames, outputMetadata }: InferenceSession,
  network: string,
  { output, pool = 'cls', layout = 'nchw' }: InputConvention,
): EncoderOutput {
  const name =
    output ?? (outputNames.length === 1 ? outputNames[0] : USUAL.find((n) => outputNames.includes(n)));
  if (name === undefined || !outputNames.includes(name)) {
    throw usageError(
      `${network} has the outputs ${outputNames.join(', ')}${output === undefined ? '' : ` and no ${output}`}; declare the one with the features, such as output=${outputNames[0]}.`,
    );
  }
  const metadata = outputMetadata.find((each) => each.name === name);
  if (metadata?.isTensor && metadata.type !== 'float32') {
    throw usageError(
      `The output ${name} of ${network} is of ${metadata.type}; export the network in float32, which is as exact and no slower on a CPU.`,
    );
  }
  return { name, pool, layout };
}

/**
 * Rows of features [rows, F] of an output: [N, F] as it is; tokens [N, T, F] as the first token or the mean of all T;
 * maps [N, F, H, W] (or [N, H, W, F]) as their mean over all places.
 * @throws a usage error for another number of axes.
 */
export function pooledRows(
  data: Float32Array,
  dims: readonly number[],
  { name, pool, layout }: EncoderOutput,
): { columns: number; values: Float32Array } {
  const [rows, ...rest] = dims as [number, ...number[]];
  if (rest.length === 1) return { columns: rest[0]!, values: data };
  if (rest.length === 2) {
    const [tokens, columns] = rest as [number, number];
    return { columns, values: means(data, rows, tokens, columns, pool === 'cls' ? 1 : tokens, [columns, 1]) };
  }
  if (rest.length === 3) {
    const [columns, places] =
      layout === 'nhwc' ? [rest[2]!, rest[0]! * rest[1]!] : [rest[0]!, rest[1]! * rest[2]!];
    const steps = layout === 'nhwc' ? ([columns, 1] as const) : ([1, places] as const);
    return { columns, values: means(data, rows, places, columns, places, steps) };
  }
  throw usageError(
    `The output ${name} has the shape [${dims.join(', ')}]; features are [N, F], tokens [N, T, F] or maps [N, F, H, W]: declare another output.`,
  );
}

/** Mean of the first `taken` of the places of each row, for each column. */
function means(
  data: Float32Array,
  rows: number,
  places: number,
  columns: number,
  taken: number,
  [placeStep, columnStep]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) {
      const start = row * places * columns + c * columnStep;
      let sum = 0;
      for (let p = 0; p < taken; p++) sum += data[start + p * placeStep]!;
      out[row * columns + c] = sum / taken;
    }
  }
  return out;
}
