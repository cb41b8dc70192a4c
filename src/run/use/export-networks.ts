/** @file The networks of a trained run from rows of a file to rows of a file, each with what it must give for some rows. */

import type { ColumnCoding } from '../../data/coding.js';
import { codedWidth } from '../../data/coding.js';
import { sampleSize } from '../../data/dataset.js';
import { inFileUnits } from '../../data/tables/file-units.js';
import { evaluate } from '../../graph/evaluate.js';
import type { ModelDocumentation } from '../../graph/onnx/file.js';
import { input, type Tensor } from '../../graph/tensor.js';
import { calibratedTensor } from '../../train/calibration.js';
import type { TrainedRun } from '../trained.js';
import { columnList, documentationOf, exportedGroups, fileColumns, valueDocs } from './export-description.js';
import { columnsOf, type FileUnits, fileShape, fromFile, toFile } from './transformation.js';

/** Name of the batch axis: any number of rows. */
const BATCH = 'N';
/** Rows that are compared. */
export const CHECKED_ROWS = 7;
/** Largest difference that is rounding, relative to the largest value as networks give it. */
const TOLERANCE = 1e-5;
/** Twice the rounding of a float32, relative to it. */
const ROUNDING = 2 ** -23;

/** A network that is exported. */
export interface ExportedNetwork {
  readonly file: string;
  readonly input: string;
  /** Shape of a row of its input. */
  readonly width: readonly number[];
  readonly output: string;
  readonly expression: Tensor;
  readonly documentation: ModelDocumentation;
  /** {@link CHECKED_ROWS} rows that go in, in the units of the file. */
  readonly given: Float32Array;
  /** What must come out. */
  readonly expected: Float32Array;
  /** The largest difference of each value that is rounding. */
  readonly allowed: Float32Array;
}

/** The networks of a run: its generator, its encoder (or the features that it has instead), and its assignment. */
export async function exportedNetworks(trained: TrainedRun): Promise<ExportedNetwork[]> {
  const { inference, run } = trained;
  const { prior, stream, graphs } = inference;
  const { dataset } = run;
  const { inputs, outputs } = valueDocs(trained);
  const { z } = prior.sample(CHECKED_ROWS, stream.fork('export'));
  const generated = await inference.generate(z);
  const list = columnList(dataset.coding ? named(dataset.columns) : fileColumns(dataset));
  const generator: ExportedNetwork = {
    file: 'generator.onnx',
    input: 'latent',
    width: [prior.width],
    output: 'samples',
    expression: toFile(graphs.generate(input('latent', [BATCH, prior.width])), dataset),
    documentation: documentationOf(trained, 'New samples from latents', {
      latent: inputs.latent,
      samples: outputs.samples + list,
    }),
    given: Float32Array.from(z),
    ...inUnits(generated, dataset),
  };
  return [generator, ...(await networksOfSamples(trained, generated))];
}

/** Networks that take samples. */
async function networksOfSamples(trained: TrainedRun, generated: Float32Array): Promise<ExportedNetwork[]> {
  const { inference, run } = trained;
  const { features, assign } = inference.graphs;
  const { dataset } = run;
  const { inputs, outputs } = valueDocs(trained);
  const width = fileShape(dataset);
  const given = rawRows(inUnits(generated, dataset).expected, dataset);
  // The interpreter computes in float64 what the first nodes of the file compute in float32.
  const transformed = evaluate([fromFile(input('samples', [CHECKED_ROWS, ...width]), dataset)], {
    samples: given,
  });
  const read = Float32Array.from(transformed[0]!);
  const leaf = fromFile(input('samples', [BATCH, ...width]), dataset);
  const samples = { input: 'samples', width, given };
  const docs = { samples: inputs.samples + columnList(fileColumns(dataset)) };
  const encoder: ExportedNetwork = {
    ...samples,
    file: 'encoder.onnx',
    output: 'features',
    expression: features(leaf),
    documentation: documentationOf(trained, 'Features of samples', { ...docs, features: outputs.features }),
    ...whole(await inference.featuresOf(read)),
  };
  if (!assign || !inference.assigns) return [encoder];
  const { calibration, prior } = inference;
  const probabilities = (own: Tensor) =>
    calibration ? calibratedTensor(own, prior.mixing, calibration) : own;
  const order = exportedGroups(trained).map(({ component }) => component);
  const byComponent = await inference.probabilitiesOf(read);
  const assignment: ExportedNetwork = {
    ...samples,
    file: 'assign.onnx',
    output: 'probabilities',
    expression: columnsOf(probabilities(assign(leaf)), order),
    documentation: documentationOf(trained, 'Probabilities of the groups of samples', {
      ...docs,
      probabilities: outputs.probabilities!,
    }),
    ...whole(
      byComponent.map((_, i) => byComponent[i - (i % order.length) + order[i % order.length]!]!),
      // d log p / d log p0: what is rounding in p0 is as many times that in p.
      Math.max(1, calibration?.sharpness ?? 1),
    ),
  };
  return [encoder, assignment];
}

function named(columns: readonly string[] | undefined): ColumnCoding[] | undefined {
  return columns?.map((name) => ({ kind: 'number', name }));
}

/** Values that differ by no more than a share of the largest, or so many times that. */
function whole(expected: Float32Array, steepness = 1): Pick<ExportedNetwork, 'expected' | 'allowed'> {
  return { expected, allowed: expected.map(() => TOLERANCE * steepness * largest(expected)) };
}

/**
 * Generated rows in the units of the file. What is rounding for the network is rounding here, times how much a unit of the
 * network is in the file; a float32 in the units of the file has a rounding of its own.
 */
function inUnits(generated: Float32Array, dataset: FileUnits): Pick<ExportedNetwork, 'expected' | 'allowed'> {
  const { scaling, largestCount, maximum = 1, shape } = dataset;
  const columns = sampleSize(shape);
  const expected = Float32Array.from(inFileUnits(generated, { ...dataset, kind: 'table' }));
  const reach = TOLERANCE * largest(generated);
  const unitOf = (value: number, at: number) => {
    if (scaling) return scaling.scale[at % columns]!;
    return largestCount === undefined ? maximum : (value + 1) * Math.log(largestCount + 1);
  };
  const allowed = expected.map((value, at) => reach * unitOf(value, at) + ROUNDING * Math.abs(value));
  return { expected, allowed };
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Rows of the file for generated ones: where columns are coded, missing values and every level occur. */
function rawRows(rows: Float32Array, { coding, shape }: FileUnits): Float32Array {
  if (!coding) return rows;
  const columns = sampleSize(shape);
  const out: number[] = [];
  for (let row = 0; row < CHECKED_ROWS; row++) {
    let place = row * columns;
    for (const column of coding) {
      out.push(
        column.kind === 'category' ? level(column.levels.length, row) : value(column, row, rows[place]!),
      );
      place += codedWidth(column);
    }
  }
  return Float32Array.from(out);
}

const level = (levels: number, row: number) =>
  row % (levels + 1) === levels ? Number.NaN : row % (levels + 1);

function value({ fill }: { readonly fill?: number }, row: number, generated: number): number {
  return fill !== undefined && row % 3 === 2 ? Number.NaN : generated;
}
