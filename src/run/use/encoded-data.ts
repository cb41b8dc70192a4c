/** @file Data as they are asked for, with the features that an encoder makes of them. */
import type { RunRequest } from '../../config/resolve.js';
import { isImageFolder } from '../../data/sets/open.js';
import { openEncoder } from '../../features/encoder/encoder.js';
import type { FeatureOptions } from '../../features/feature-options.js';
import { type DataListeners, openRequested } from '../data/run-data.js';
import { type EncodedData, encodedData } from '../stages/encoded.js';

export type { EncodedData };

/** How an encoder reads its input, and who is told what. */
export interface EncodedDataOptions extends DataListeners {
  /** Over what lies beside the file: `range=0..1,size=224`. */
  readonly convention?: string | undefined;
  /** Whether all columns of a table go with their rows. */
  readonly allColumns?: boolean | undefined;
  readonly onEncoded?: FeatureOptions['progress'];
}

/**
 * Opens data and makes features of all rows by an ONNX encoder. A folder of images is read in the size that the encoder
 * reads, unless another is asked for.
 *
 * @throws a MixturaError for data or a network that cannot be opened, or do not fit each other
 */
export async function openEncoded(
  data: NonNullable<RunRequest['data']> & { readonly name: string },
  network: string,
  { convention, onEncoded, allColumns, ...listeners }: EncodedDataOptions = {},
): Promise<EncodedData> {
  const encoder = await openEncoder(network, { convention });
  try {
    const takesSize = data.size === undefined && isImageFolder(data.name);
    const open = (size: string | undefined) =>
      openRequested(takesSize && size !== undefined ? { ...data, size } : data, listeners, { allColumns });
    return await encodedData(encoder, open, {
      ...(listeners.onNotice && { note: listeners.onNotice }),
      ...(onEncoded && { progress: onEncoded }),
    });
  } finally {
    await encoder.close();
  }
}
