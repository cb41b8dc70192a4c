/**
 * Data sets by name and by file, unequal selections of them, and batches.
 * @module mixtura/data
 */

export { cacheFolder, type Environment } from '../cache-folder.js';
export { type BatchSchedule, batchSchedule } from '../data/batches.js';
export {
  type CategoryCoding,
  type ColumnCoding,
  codedNames,
  codeRows,
  decodeRow,
  type NumberCoding,
} from '../data/coding.js';
export type { ColumnValues } from '../data/column-values.js';
export {
  type ArraySource,
  arrayDataset,
  classCounts,
  type Dataset,
  type DatasetKind,
  type MixtureTruth,
  type Samples,
  sampleSize,
  type ValueRange,
  withoutLabels,
} from '../data/dataset.js';
export type { StoredType } from '../data/file-dataset.js';
export type { Former } from '../data/formats/content.js';
export {
  type CacheContent,
  type CachedDataset,
  CacheWriter,
  openCacheFile,
  type SkippedFile,
} from '../data/images/cache-file.js';
export type { Sharp, SharpLoader } from '../data/images/decode.js';
export type { ImageFolderOptions, ImageOptions } from '../data/images/folder.js';
export type { LeftOutRow, NamedColumn, RowNames } from '../data/row-names.js';
export { type Selection, select } from '../data/select.js';
export { CATALOGUE, type CatalogueEntry } from '../data/sets/catalogue.js';
export type { DownloadProgress } from '../data/sets/download.js';
export { DATASET_NAMES, type OpenOptions } from '../data/sets/open.js';
export type { ColumnReport } from '../data/tables/column-report.js';
export { inFileUnits, type ScaledValues } from '../data/tables/file-units.js';
export { type FileRows, restoredRows } from '../data/tables/restore.js';
export type { ColumnScaling, ValueUnits } from '../data/value-units.js';
export { imageFolder, openDataset } from '../run/model/plain-data.js';
