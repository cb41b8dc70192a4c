/** @file What a pretrained encoder sees of all rows: groups are looked for in that, and shown in the data. */
import type { Dataset } from '../../data/dataset.js';
import type { EncodedOptions } from '../../features/encoder/encoded-parts.js';
import type { Encoder } from '../../features/encoder/encoder.js';
import { encodedDataset } from '../../views/encoded.js';

/** Data, and their features: row by row the same. */
export interface EncodedData {
  readonly dataset: Dataset;
  readonly features: Dataset;
}

/**
 * Opens data in the size in which an encoder reads images, and makes features of all rows.
 *
 * @param open opens the data; images of a folder in that size (width x height) where it is given
 * @throws a MixturaError for data that cannot be opened, or do not fit the encoder
 */
export async function encodedData(
  encoder: Encoder,
  open: (size: string | undefined) => Promise<Dataset>,
  options?: EncodedOptions,
): Promise<EncodedData> {
  const [height, width] = encoder.imageSize ?? [];
  const dataset = await open(width === undefined ? undefined : `${width}x${height}`);
  return { dataset, features: await encodedDataset(dataset, encoder, options) };
}
