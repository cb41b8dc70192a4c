/** @file Images or rows as the features of an encoder: a table in which groups are looked for. */
import { arrayDataset, type Dataset, sampleSize } from '../data/dataset.js';
import { type EncodedOptions, encodedParts } from '../features/encoder/encoded-parts.js';
import type { Encoder } from '../features/encoder/encoder.js';
import type { SampleSource } from '../features/sample-source.js';

/**
 * The features of every row, as a table with the same rows, names and labels: rows of length 1, so that its views are
 * those of embeddings (`cosine` first). They are kept on disk in parts, and computed once.
 *
 * The held-out part of the data, if there is one, is left out.
 *
 * @throws a MixturaError where the data do not fit the encoder, or a feature is not finite.
 */
export async function encodedDataset(
  dataset: Dataset,
  encoder: Encoder,
  options: EncodedOptions = {},
): Promise<Dataset> {
  const { columns, values } = await encodedParts(encoder, dataset, inFileUnits(dataset), options);
  toUnitRows(values as Float32Array, columns);
  return arrayDataset({
    name: dataset.name,
    kind: 'table',
    shape: [columns],
    range: 'real',
    values: values as Float32Array,
    columns: Array.from({ length: columns }, (_, j) => `feature ${j + 1}`),
    labels: dataset.labels,
    classNames: dataset.classNames,
    rows: dataset.rows,
    source: `${dataset.source} ${encodedSentence(dataset, encoder)}`,
  });
}

/** What is told about features: that a pretrained network made them, and how it read the data. */
export function encodedSentence({ kind, shape }: Pick<Dataset, 'kind' | 'shape'>, encoder: Encoder): string {
  const grey = kind === 'image' && shape[0] === 1 ? ' (grey images are repeated to its channels)' : '';
  const from = encoder.from === '' ? '' : `, its input declared by ${encoder.from}`;
  return `Groups are looked for in pretrained features: the output ${encoder.output} of ${encoder.name}${from}${grey}.`;
}

/** Columns that are standardised when they are read get their units again: an encoder was trained on those. */
function inFileUnits(dataset: Dataset): SampleSource {
  const { scaling, shape, range, count } = dataset;
  if (!scaling || dataset.kind === 'image') return dataset;
  const columns = sampleSize(shape);
  return {
    shape,
    range,
    count,
    read(indices, out) {
      dataset.read(indices, out);
      for (let at = 0; at < out.length; at++) {
        out[at] = scaling.shift[at % columns]! + scaling.scale[at % columns]! * out[at]!;
      }
    },
  };
}

function toUnitRows(values: Float32Array, columns: number): void {
  for (let start = 0; start < values.length; start += columns) {
    const row = values.subarray(start, start + columns);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (length > 0) for (let j = 0; j < columns; j++) row[j]! /= length;
  }
}
