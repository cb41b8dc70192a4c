/** @file Data as programs give them - arrays, names, paths, data sets - opened for a new model or for one that is there. */
import type { ResolvedRun } from '../../config/schema.js';
import type { Dataset } from '../../data/dataset.js';
import { encodeLabels } from '../../data/formats/labels.js';
import { tableDataset } from '../../data/tables/table.js';
import { unitParts } from '../../data/value-units.js';
import { MixturaError } from '../../errors.js';
import { checkLike } from '../use/assign.js';
import { contentOf, ROWS, type Rows } from './rows.js';

/** Rows in memory, the name of a data set, the path of a file or folder, or a data set that is open. */
export type Data = Rows | string | Dataset;

/** Called with a sentence on how data were read, where that is not plain. */
export type Notice = (sentence: string) => void;

/** Whether data are open already. @throws a MixturaError for what is no data at all */
export function isDataset(data: Exclude<Data, string>): data is Dataset {
  if (typeof data !== 'object' || data === null) {
    throw new MixturaError(
      `The data are ${String(data)}; give rows, arrays with a shape, a name, a path, or a data set.`,
    );
  }
  return 'read' in data && typeof data.read === 'function';
}

/** How rows of a new model become a data set. */
export interface NewRows {
  /** Whether columns of tables are standardised; images are brought to [0, 1] or [-1, 1] in any case. */
  readonly scaling: 'standardize' | 'none';
  /** Class of each row. */
  readonly labels?: ArrayLike<string | number> | undefined;
  readonly notice?: Notice | undefined;
}

/** Rows in memory as a data set, whose values decide how they are scaled. */
export function newDataset(rows: Rows, { scaling, labels, notice }: NewRows): Dataset {
  const content = contentOf(rows);
  const words = labels && Array.from(labels, String);
  const found = words && { ...encodeLabels(words, 'labels'), from: 'labels', asked: true };
  return tableDataset(ROWS, { scaling, notice }, { ...content, labels: found });
}

/**
 * Rows as a model reads them: columns by their names, values by the transformation of its own data.
 *
 * @throws a MixturaError for columns that are missing, another shape, or a data set whose values are scaled otherwise
 */
export function datasetLike(rows: Rows | Dataset, { dataset }: ResolvedRun, notice?: Notice): Dataset {
  if (isDataset(rows)) {
    checkLike(rows, dataset, rows.name);
    requireSameUnits(rows, dataset);
    return rows;
  }
  const { scaling, maximum, largestCount, columns: names, reading = 1 } = dataset;
  const former = { largestCount, columns: dataset.shape[0]!, names };
  const data = tableDataset(ROWS, { former, reading, scaling, maximum, notice }, contentOf(rows));
  checkLike(data, dataset, ROWS);
  return data;
}

function requireSameUnits(data: Dataset, own: ResolvedRun['dataset']): void {
  const units = (of: Parameters<typeof unitParts>[0]) =>
    JSON.stringify({ ...unitParts(of), columns: undefined });
  if (units(data) === units(own)) return;
  throw new MixturaError(
    `${data.name} is scaled otherwise than the data that the model was trained on (${own.name}); give its rows or its path, which are read as the model's own were.`,
  );
}
