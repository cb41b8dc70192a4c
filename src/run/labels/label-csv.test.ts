import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { arrayDataset, type Dataset } from '../../data/dataset.js';
import { readLabelFile } from '../../data/labels/label-file.js';
import { keptLabels, trainingLabels } from '../../data/labels/training-labels.js';
import { labelCsv, rowKeys, trainingLabelCsv } from './label-csv.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = (more: Partial<Dataset> = {}): Dataset => ({
  ...arrayDataset({
    ...{ name: 'points', kind: 'points', shape: [2], range: 'real', source: 'a test' },
    values: new Float32Array(6),
  }),
  ...more,
});
const named = (name: string, ...values: string[]) => data({ rows: { id: { name, values } } });

describe('rows whose classes are to be filled in', () => {
  it.each([
    [named('file', 'a.png', 'b, "c".png', 'd.png'), 'file,class\nd.png,\n"b, ""c"".png",\n'],
    [named('patient', 'p1', 'p2', 'p3'), 'patient,class\np3,\np2,\n'],
    [named('', 'p1', 'p2', 'p3'), 'row,class\np3,\np2,\n'],
    [named('patient', 'p1', 'p1', 'p3'), 'index,class\n2,\n1,\n'],
    // Columns that a reader would take for places, or for the classes.
    [named('index', 'p1', 'p2', 'p3'), 'index,class\n2,\n1,\n'],
    [named('label', 'p1', 'p2', 'p3'), 'index,class\n2,\n1,\n'],
    [data(), 'index,class\n2,\n1,\n'],
    [data({ rows: { numbers: Uint32Array.of(4, 7, 9) } }), 'index,class\n9,\n7,\n'],
    [data({ rows: { leftOut: [{ index: 1, id: 'x', reason: 'bad' }] } }), 'index,class\n3,\n2,\n'],
  ])('are named, and read as labels when they are filled in: case %#', (dataset, expected) => {
    const { kind, names } = rowKeys(dataset);
    const text = labelCsv(kind, [names[2]!, names[1]!]);
    expect(text).toBe(expected);
    const path = join(folder, 'labels.csv');
    writeFileSync(path, text.replace(',\n', ',cat\n'));
    expect(readLabelFile(path, dataset)).toEqual(['', '', 'cat']);
  });
});

describe('the labels that training saw', () => {
  it.each([
    [data(), 'index,class\n0,"b, ""c"""\n2,-\n'],
    [named('file', 'a.png', 'b;c.png', 'd.png'), 'file,class\na.png,"b, ""c"""\nd.png,-\n'],
  ])('are kept by the names of their rows, and read back: case %#', (dataset, expected) => {
    const truth = { ...dataset, labels: Int32Array.of(1, -1, 0), classNames: ['-', 'b, "c"'] };
    const seen = trainingLabels(truth, {})!;
    const path = join(folder, 'kept.csv');
    const text = trainingLabelCsv(truth, seen);
    expect(text).toBe(expected);
    writeFileSync(path, text);
    const read = keptLabels(truth, path, {});
    expect([read.labels, read.classNames]).toEqual([seen.labels, seen.classNames]);
  });
});
