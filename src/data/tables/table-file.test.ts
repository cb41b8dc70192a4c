import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dataset, sampleSize } from '../dataset.js';
import { parseHdf5 } from '../formats/hdf5/hdf5.js';
import { type OpenOptions, openDataset } from '../sets/open.js';
import { tableDataset } from './table.js';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/tables');
const fixture = (name: string) => join(fixtures, name);

/** What test/golden/tables.py wrote by NumPy, SciPy, PyArrow and h5py, and how it is to be read. */
interface Case {
  readonly file: string;
  readonly options: OpenOptions;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly labels?: readonly number[];
  readonly classNames?: readonly string[];
}

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/golden/tables.json'), 'utf8'),
) as Case[];

function all(data: Dataset): number[] {
  const out = new Float32Array(data.count * sampleSize(data.shape));
  data.read(
    Uint32Array.from({ length: data.count }, (_, i) => i),
    out,
  );
  return [...out];
}

/**
 * As openDataset does, but HDF5 without its thread, which takes a second to start, and truth values as the numbers that
 * the writers were given.
 */
async function open(file: string, asked: OpenOptions): Promise<Dataset> {
  const options = { coding: 'none', ...asked } as const;
  const path = fixture(file);
  if (!/\.h5(ad)?$/.test(file)) return openDataset(path, options);
  return tableDataset(path, options, await parseHdf5(readFileSync(path), path, options));
}

describe('openDataset, of files by other writers', () => {
  it.each(cases.map((c) => [c.file, JSON.stringify(c.options), c] as const))(
    'reads %s %s',
    async (file, _, c) => {
      const data = await open(file, c.options);
      expect(data.shape).toEqual(c.shape);
      const values = all(data);
      expect(values.length).toBe(c.values.length);
      values.forEach((x, i) => {
        expect(x).toBeCloseTo(Math.fround(c.values[i]!), 6);
      });
      expect(data.labels && [...data.labels]).toEqual(c.labels);
      expect(data.classNames).toEqual(c.classNames);
    },
  );
});
