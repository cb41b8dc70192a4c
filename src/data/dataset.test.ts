import { describe, expect, it } from 'vitest';
import { arrayDataset, classCounts, subset, withoutLabels } from './dataset.js';

const tiny = () =>
  arrayDataset({
    name: 'tiny',
    kind: 'table',
    shape: [2],
    range: 'unit',
    values: Uint8Array.of(0, 255, 51, 102, 153, 204),
    maximum: 255,
    labels: Int32Array.of(0, 1, 1),
    classNames: ['a', 'b', 'c'],
    source: 'Three rows.',
  });

describe('arrayDataset', () => {
  it('scales bytes on read, in any order and with repetition', () => {
    const out = new Float32Array(6);
    tiny().read([2, 0, 2], out);
    expect([...out]).toEqual([0.6, 0.8, 0, 1, 0.6, 0.8].map(Math.fround));
  });

  it('refuses an index out of range and an output of another size', () => {
    expect(() => tiny().read([3], new Float32Array(2))).toThrow('sample 3 of a data set of 3');
    expect(() => tiny().read([0.5], new Float32Array(2))).toThrow(RangeError);
    expect(() => tiny().read([0], new Float32Array(3))).toThrow(RangeError);
  });

  it('counts classes, also those without samples', () => {
    expect([...classCounts(tiny())!]).toEqual([1, 2, 0]);
  });

  it('has a fingerprint of the content', () => {
    expect(tiny().fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(tiny().fingerprint).toBe(tiny().fingerprint);
    const other = arrayDataset({ ...tiny(), values: Uint8Array.of(0, 255, 51, 102, 153, 205) });
    expect(other.fingerprint).not.toBe(tiny().fingerprint);
  });
});

describe('subset', () => {
  it('maps rows and has a fingerprint of content, selection and labels', () => {
    const pick = (rows: number[], selection = 's') =>
      subset(tiny(), Uint32Array.from(rows), {
        name: 'p',
        source: 'p',
        selection,
        labels: new Int32Array(rows.length),
      });
    const out = new Float32Array(2);
    pick([2, 1]).read([1], out);
    expect([...out]).toEqual([0.2, 0.4].map(Math.fround));
    expect(pick([2, 1]).fingerprint).toBe(pick([2, 1]).fingerprint);
    expect(new Set([pick([2, 1]), pick([1, 2]), pick([2, 1], 't')].map((d) => d.fingerprint)).size).toBe(3);
    expect(() => pick([2, 1]).read([2], out)).toThrow(RangeError);
  });
});

describe('withoutLabels', () => {
  it('hands on values only: no property leads to a label, and read gives the same with or without labels', () => {
    const bare = withoutLabels(tiny());
    expect(Object.keys(bare).sort()).toEqual(
      ['name', 'kind', 'shape', 'range', 'count', 'source', 'maximum', 'read', 'fingerprint'].sort(),
    );
    const [a, b] = [new Float32Array(6), new Float32Array(6)];
    bare.read([0, 1, 2], a);
    const relabelled = arrayDataset({
      ...tiny(),
      values: Uint8Array.of(0, 255, 51, 102, 153, 204),
      labels: undefined,
    });
    relabelled.read([0, 1, 2], b);
    expect([...a]).toEqual([...b]);
  });
});
