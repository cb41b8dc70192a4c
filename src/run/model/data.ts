/** @file Data as programs give them - arrays, names, paths, data sets - opened for a new model or for one that is there. */
import type { ResolvedRun } from '../../config/schema.js';
import type { Dataset } from '../../data/dataset.js';
import { encodeLabels } from '../../data/formats/labels.js';
import { formerColumns } from '../../data/tables/coded.js';
import { tableDataset } from '../../data/tables/table.js';
import { sameUnits } from '../../data/value-units.js';
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
    checkLike(rows, dataset, rows.name, notice);
    if (!sameUnits(rows, dataset)) throw otherUnits(rows, dataset);
    return rows;
  }
  const { scaling, maximum, largestCount, reading = 1 } = dataset;
  if (dataset.coding) {
    throw new MixturaError(
      `The model was trained on a table with words, dates or gaps (${dataset.name}); give the path of a file, which is read as that was.`,
    );
  }
  const former = { largestCount, ...formerColumns(dataset) };
  const options = { former, reading, scaling, maximum, notice, coding: 'none' } as const;
  const data = tableDataset(ROWS, options, contentOf(rows));
  checkLike(data, dataset, ROWS, notice);
  return data;
}

function otherUnits(data: Dataset, own: ResolvedRun['dataset']): MixturaError {
  return new MixturaError(
    `${data.name} is scaled otherwise than the data that the model was trained on (${own.name}); give its rows or its path, which are read as the model's own were.`,
  );
}
