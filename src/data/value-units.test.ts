import { describe, expect, it } from 'vitest';
import { type ReadUnits, sameUnits } from './value-units.js';

const table: ReadUnits = { kind: 'table', range: 'real' };
const scaling = { shift: [1, 2], scale: [3, 4] };
const image: ReadUnits = { kind: 'image', range: 'unit' };

describe('values became what is read in the same way', () => {
  it.each<[string, ReadUnits, ReadUnits, boolean]>([
    ['where nothing was done to either', table, { ...table, kind: 'points' }, true],
    ['by the same scaling', { ...table, scaling }, { ...table, scaling: structuredClone(scaling) }, true],
    ['whatever the columns are called', { ...table, columns: ['a'] }, { ...table, columns: ['b'] }, true],
    ['not by another', { ...table, scaling }, { ...table, scaling: { ...scaling, shift: [1, 2.5] } }, false],
    ['not where one is not scaled', { ...table, scaling }, table, false],
    ['not by another largest count', { ...table, largestCount: 9 }, { ...table, largestCount: 8 }, false],
    ['not where one is coded', { ...table, coding: [] }, table, false],
    ['not where a table was divided', { ...table, maximum: 255 }, table, false],
    ['where images were divided or are in [0, 1]', { ...image, maximum: 255 }, image, true],
    ['not where they were divided by another', { ...image, maximum: 255 }, { ...image, maximum: 16 }, false],
    ['not where they go beyond', { ...image, maximum: 255 }, { ...image, range: 'real' }, false],
  ])('%s', (_, a, b, same) => {
    expect([sameUnits(a, b), sameUnits(b, a)]).toEqual([same, same]);
  });
});
