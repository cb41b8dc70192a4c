import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { encodePng } from '../../../test/support/png.js';
import { arrayDataset } from '../../data/dataset.js';
import { openDataset } from '../../data/sets/open.js';
import { markedProbes, openProbes, probesSentence, requireGroupsFor } from './probes.js';
import { readProbes, writeProbes } from './probes-file.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-probes-'));
vi.stubEnv('MIXTURA_CACHE', join(root, 'cache'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});
let made = 0;
const file = (text: string | Uint8Array) => {
  const path = join(root, `${made++}.csv`);
  writeFileSync(path, text);
  return path;
};

const table = arrayDataset({
  ...{ name: 'table', kind: 'table', shape: [2], range: 'real', source: 'a test' },
  values: Float32Array.from({ length: 20 }, (_, i) => i),
});
describe('probes', () => {
  const open = (path: string, dataset = table) => openProbes(path, dataset, {});

  it('are rows of the data, their groups in the order of their names', async () => {
    const probes = await open(file('3,thin\n0,thick\n9,thin\n'));
    expect(probes.groups).toEqual(['thick', 'thin']);
    expect([...probes.component]).toEqual([0, 1, 1]);
    expect([...probes.values]).toEqual([0, 1, 6, 7, 18, 19]);
    expect((await open(file('1,10\n2,9\n'))).groups).toEqual(['9', '10']);
  });

  it('may be one of a group, but not all of one group, nor of more groups than there are', async () => {
    const path = file('1,a\n2,b\n3,c\n');
    const probes = await open(path);
    expect([...probes.component]).toEqual([0, 1, 2]);
    expect(() => requireGroupsFor(probes, 3)).not.toThrow();
    expect(() => requireGroupsFor(probes, 2)).toThrow(
      `The probes of ${path} are of 3 groups (a, b, c), and the run has 2; give --components 3 or more.`,
    );
    const one = file('1,a\n2,a\n');
    await expect(open(one)).rejects.toThrow(
      `All probes of ${one} are of one group (a), which tells it from nothing; mark examples of two groups or more.`,
    );
  });

  it('are refused where the file names no rows', async () => {
    const none = file('row,group\n1,\n');
    await expect(open(none)).rejects.toThrow(
      `${none} names no rows; give a line for each, a row and its group, such as 17,thick.`,
    );
  });

  it('are numbers of rows in a program', () => {
    expect([...markedProbes({ rows: [1, 4], groups: [7, 'a'] }, table).component]).toEqual([0, 1]);
    const refused = (rows: number[], groups: string[]) => () => markedProbes({ rows, groups }, table);
    expect(refused([1], ['a', 'b'])).toThrow(
      'There are 1 marked rows and 2 groups; give a group for each of the rows.',
    );
    expect(refused([10], ['a'])).toThrow('There is no row 10 to mark; rows are numbered 0 to 9.');
    expect(refused([1, 1], ['a', 'b'])).toThrow('Row 1 is marked as a and as b; keep one of them.');
  });

  it('are refused where the file is not there, or a folder is not of images', async () => {
    const gone = join(root, 'gone.csv');
    await expect(open(gone)).rejects.toThrow(
      `${gone} is not there; give by --probes a CSV of rows and groups, or a folder with a sub-folder of images for each group.`,
    );
    await expect(open(root)).rejects.toThrow(
      `${root} is a folder, and table holds no images; give by --probes a CSV of rows and groups.`,
    );
  });

  it('are images of a folder with a sub-folder a group, in the size and range of the data', async () => {
    const digits = await openDataset('digits');
    const folder = join(root, 'images');
    const put = (name: string, side: number, value: number) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      const samples = new Array<number>(side * side).fill(value);
      writeFileSync(
        join(folder, name),
        encodePng({ width: side, height: side, colour: 0, depth: 8, samples }),
      );
    };
    put('thin/a.png', 8, 51);
    put('thin/b.png', 8, 102);
    await expect(openProbes(folder, digits, {})).rejects.toThrow(
      `${folder} has not a sub-folder of images for each of two groups or more; sort the probes into such.`,
    );
    put('thick/c.png', 8, 204);
    const probes = await openProbes(folder, digits, {});
    expect(probes.groups).toEqual(['thick', 'thin']);
    expect([...probes.component]).toEqual([0, 1, 1]);
    expect(probes.values).toHaveLength(3 * 64);
    expect([0, 64, 128].map((at) => Number(probes.values[at]!.toFixed(3)))).toEqual([0.8, 0.2, 0.4]);
    const signed = await openProbes(folder, { ...digits, range: 'signed' }, {});
    expect(signed.values[0]).toBeCloseTo(0.6, 6);
    writeFileSync(join(folder, 'thin/d.png'), 'no image');
    await expect(openProbes(folder, digits, {})).rejects.toThrow(/do not decode \(thin\/d\.png/);
  });

  it('are kept in a run folder as they are, and a damaged file is told', async () => {
    const probes = await open(file('3,thin\n0,thick\n9,thin\n'));
    const folder = mkdtempSync(join(root, 'run-'));
    expect(readProbes(folder)).toBeUndefined();
    writeProbes(folder, probes);
    expect(readProbes(folder)).toEqual(probes);
    writeFileSync(join(folder, 'probes.safetensors'), 'nothing');
    expect(() => readProbes(folder)).toThrow(/probes\.safetensors/);
  });

  it('are told in a sentence', () => {
    const counts = [
      { name: 'thick', component: 0, count: 2, own: 2 },
      { name: 'thin', component: 1, count: 3, own: 1 },
    ];
    expect(probesSentence({ source: 'p.csv' }, counts)).toBe(
      'Training saw the groups of 5 probes of p.csv (thick 2, thin 3) and no other labels; the model gives 3 of them to their groups.',
    );
  });
});
