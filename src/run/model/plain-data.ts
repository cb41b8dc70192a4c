/** @file Data for programs: what opens them, with errors that name options as programs give them. */
import type { Dataset } from '../../data/dataset.js';
import { type ImageFolderOptions, imageFolder as openImages } from '../../data/images/folder.js';
import { type OpenOptions, openDataset as open } from '../../data/sets/open.js';
import { withPlainMessages } from './plain-message.js';

/**
 * Opens a data set by its name, or by the path of a folder (images, or batches of CIFAR-10), an IDX file, or a table (CSV,
 * TSV, NPY, NPZ, Parquet, HDF5, AnnData, MatrixMarket), and applies a selection of classes; a name wins over a file of
 * the same name.
 *
 * @throws MixturaError if it is unknown, bad, cannot be had, or has no held-out split where one is asked for; it names
 * options as they are called here.
 *
 * @example
 * const dataset = await openDataset('digits', { classes: '0,4', ratio: '7:3' });
 * classCounts(dataset); // => [376, 161]
 */
export function openDataset(nameOrPath: string, options: OpenOptions = {}): Promise<Dataset> {
  return withPlainMessages(() => open(nameOrPath, options));
}

/**
 * The PNG, JPEG and WebP images of a folder as samples [1 or 3, height, width] in [0, 1], turned upright by their
 * metadata. Sub-folders are classes, for evaluation only; sub-folders `train` and `test` (or `validation`, ...) with
 * images in both are the two parts. What was decoded is kept in the cache folder.
 *
 * Images that do not decode are left out and reported, if they are no more than 5 % of a part, or `unreadable` is `any`.
 *
 * @throws MixturaError if there is no image, sizes differ without `size`, too many images do not decode, or the cache
 * cannot be written; it names options as they are called here.
 */
export function imageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  return withPlainMessages(() => openImages(folder, options));
}
