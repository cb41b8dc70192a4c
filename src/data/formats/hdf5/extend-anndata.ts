/** @file An AnnData file with the groups of its cells added; everything else in it stays. */

import type { Dataset, File, Group } from 'h5wasm';
import { MixturaError } from '../../../errors.js';
import { optionalPackage } from '../optional-package.js';

/** What is added, a value for each of the n cells. */
export interface AnnDataAdditions {
  /** The name of `obs[name]`, `obs[name + '_' + column]`, `obsm['X_' + name]` and `uns[name]`. */
  readonly name: string;
  readonly categories: readonly string[];
  /** Place among the categories, -1 for a cell without; n. */
  readonly codes: Int32Array;
  /** Columns of numbers by their names, NaN for a cell without a group; n each. */
  readonly numbers: Readonly<Record<string, Float64Array>>;
  /** n x width, NaN for a cell without a group. */
  readonly features: { readonly width: number; readonly values: Float32Array };
  /** Whether cells after the n may have no group, as those that a run's own selection left out. */
  readonly partial: boolean;
  readonly facts: Readonly<Record<string, string | Float64Array>>;
}

const FILE = 'mixtura-extended.h5ad';

/**
 * The bytes of an AnnData file with a categorical column, columns of numbers, a matrix and a dictionary added, in the
 * encodings of anndata 0.8 and later.
 *
 * @throws MixturaError if it is no AnnData file of that layout, has another number of cells, or has such parts already
 */
export async function extendAnnData(
  bytes: Uint8Array,
  path: string,
  additions: AnnDataAdditions,
): Promise<Uint8Array> {
  const module = await optionalPackage(() => import('h5wasm'), 'h5wasm', path, 'an HDF5 file');
  const { FS } = await module.ready;
  (await module.ready).activate_throwing_error_handler();
  FS.writeFile(FILE, bytes);
  try {
    const file = new module.File(FILE, 'a');
    try {
      const isGroup = (entry: unknown): entry is Group => entry instanceof module.Group;
      const groupOf = (name: string) => {
        const entry = file.get(name);
        return isGroup(entry) ? entry : undefined;
      };
      extend(file, groupOf, path, additions);
      file.flush();
    } finally {
      file.close();
    }
    return FS.readFile(FILE) as Uint8Array;
  } finally {
    FS.unlink(FILE);
  }
}

type GroupOf = (name: string) => Group | undefined;

function extend(file: File, groupOf: GroupOf, path: string, additions: AnnDataAdditions): void {
  const { name, categories, features, facts, partial } = additions;
  const obs = groupOf('obs');
  const order = obs?.attrs['column-order'];
  if (!obs || !order) {
    throw new MixturaError(`${path} has obs in an old layout: save it again with a newer anndata.`);
  }
  const cells = rowsOf(obs);
  const count = additions.codes.length;
  if (cells === undefined || (partial ? cells < count : cells !== count)) {
    throw new MixturaError(
      `${path} has ${cells ?? 'no'} cells in obs but ${count} rows were assigned; write a .csv file instead.`,
    );
  }
  const codes = new Int32Array(cells).fill(-1);
  codes.set(additions.codes);
  const numbers = Object.entries(additions.numbers).map(([column, values]) => {
    const data = new Float64Array(cells).fill(Number.NaN);
    data.set(values);
    return { column: `${name}_${column}`, data };
  });
  const added = [name, ...numbers.map(({ column }) => column)];
  const parts = [...added.map((column) => `obs/${column}`), `obsm/X_${name}`, `uns/${name}`];
  const there = parts.find((part) => file.paths().includes(`/${part}`) || file.get(part) !== null);
  if (there !== undefined) {
    throw new MixturaError(`${path} has ${there} already; give the file as it was without it.`);
  }
  const { value } = order;
  const columns = Array.isArray(value) ? value.map(String) : [];
  obs.delete_attribute('column-order');
  obs.create_attribute('column-order', [...columns, ...added]);

  const column = encoded(obs.create_group(name), 'categorical', '0.2.0');
  column.create_attribute('ordered', 0, [], '<b');
  encoded(column.create_dataset({ name: 'categories', data: [...categories] }), 'string-array', '0.2.0');
  encoded(column.create_dataset({ name: 'codes', data: codes }), 'array', '0.2.0');
  for (const { column, data } of numbers) {
    encoded(obs.create_dataset({ name: column, data }), 'array', '0.2.0');
  }

  const { width } = features;
  const values = new Float32Array(cells * width).fill(Number.NaN);
  values.set(features.values);
  const obsm = groupOf('obsm') ?? encoded(file.create_group('obsm'), 'dict', '0.1.0');
  const shape = [cells, width];
  encoded(obsm.create_dataset({ name: `X_${name}`, data: values, shape }), 'array', '0.2.0');

  const uns = groupOf('uns') ?? encoded(file.create_group('uns'), 'dict', '0.1.0');
  const dictionary = encoded(uns.create_group(name), 'dict', '0.1.0');
  for (const [key, data] of Object.entries(facts)) {
    const kind = typeof data === 'string' ? 'string' : 'array';
    encoded(dictionary.create_dataset({ name: key, data }), kind, '0.2.0');
  }
}

/** Number of rows of a table of AnnData: that of its index. */
function rowsOf(obs: Group): number | undefined {
  const index = obs.attrs._index?.value;
  const entry = obs.get(typeof index === 'string' ? index : '_index');
  return entry && 'shape' in entry ? (entry as Dataset).shape?.[0] : undefined;
}

function encoded<T extends Group | Dataset>(entry: T, type: string, version: string): T {
  entry.create_attribute('encoding-type', type);
  entry.create_attribute('encoding-version', version);
  return entry;
}
