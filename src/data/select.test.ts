import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayDataset, classCounts, type Dataset } from './dataset.js';
import { parseRatio, select, sizesAtRatio } from './select.js';
import { digits } from './sets/digits.js';

/** One byte a sample, whose value is its old class; `counts[k]` samples of class k, interleaved. */
function labelled(counts: number[], classNames = counts.map((_, k) => String(k))): Dataset {
  const labels: number[] = [];
  const left = [...counts];
  while (left.some((n) => n > 0)) {
    left.forEach((n, k) => {
      if (n > 0) labels.push(k);
      left[k] = n - 1;
    });
  }
  const make = (test?: () => Dataset): Dataset =>
    arrayDataset({
      name: 'made',
      kind: 'table',
      shape: [1],
      range: 'real',
      values: Uint8Array.from(labels),
      labels: Int32Array.from(labels),
      classNames,
      source: 'Made.',
      test,
    });
  return make(() => make());
}

const TRAIN = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

describe('sizesAtRatio', () => {
  it('keeps all of the class that limits', () => {
    expect(sizesAtRatio([5923, 5842], [7, 3])).toEqual([5923, 2538]);
    expect(sizesAtRatio([980, 982], [7, 3])).toEqual([980, 420]);
    expect(sizesAtRatio([5923, 5842], [0.7, 0.3])).toEqual([5923, 2538]);
    expect(sizesAtRatio([5923, 5842], [3, 7])).toEqual([2503, 5842]);
    expect(sizesAtRatio([5000, 5000], [9, 1])).toEqual([5000, 555]);
  });

  it('never takes more than there is, keeps one group whole, and holds the ratio to a sample', () => {
    const group = fc.record({
      available: fc.integer({ min: 1, max: 100_000 }),
      ratio: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 12 }), (groups) => {
        const available = groups.map((g) => g.available);
        const ratio = groups.map((g) => g.ratio);
        const sizes = sizesAtRatio(available, ratio);
        expect(sizes.every((n, k) => n <= available[k]!)).toBe(true);
        const limit = sizes.findIndex((n, k) => n === available[k]!);
        expect(limit).toBeGreaterThanOrEqual(0);
        const unit = Math.min(...available.map((n, k) => n / ratio[k]!));
        sizes.forEach((n, k) => {
          expect(Math.abs(n - unit * ratio[k]!)).toBeLessThan(1 + 1e-6);
        });
      }),
    );
  });
});

describe('select', () => {
  it('makes the 7:3 set of classes 0 and 4, in train and test', () => {
    const set = select(labelled(TRAIN), { classes: '0,4', ratio: '7:3' });
    expect([...classCounts(set)!]).toEqual([5923, 2538]);
    expect(set.count).toBe(8461);
    expect(set.classNames).toEqual(['0', '4']);
    const out = new Float32Array(set.count);
    set.read(
      Uint32Array.from({ length: set.count }, (_, i) => i),
      out,
    );
    expect([...out].every((value, i) => value === [0, 4][set.labels![i]!])).toBe(true);
    expect([...classCounts(set.test!())!]).toEqual([5923, 2538]);
  });

  it('labels in the order given', () => {
    const set = select(labelled([5, 6, 7]), { classes: '2,0' });
    expect([...classCounts(set)!]).toEqual([7, 5]);
    expect(set.classNames).toEqual(['2', '0']);
  });

  it('merges classes into groups of five sizes', () => {
    const names = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',');
    const set = select(labelled(new Array(10).fill(600), names), { groups: '1;8;0,3;2,4,6;5,7,9' });
    expect([...classCounts(set)!]).toEqual([600, 600, 1200, 1800, 1800]);
    expect(set.classNames![3]).toBe('Pullover + Coat + Shirt');
    const named = select(labelled(new Array(10).fill(600), names), { groups: 'trouser;Bag', ratio: '1:2' });
    expect([...classCounts(named)!]).toEqual([300, 600]);
  });

  it('draws by the seed of the subset, and fingerprints what was drawn', () => {
    const of = (subsetSeed: number) => select(digits(), { classes: '0,1', ratio: '4:1', subsetSeed });
    expect(of(0).fingerprint).toBe(of(0).fingerprint);
    expect(of(0).fingerprint).not.toBe(of(1).fingerprint);
    expect(of(0).fingerprint).not.toBe(digits().fingerprint);
    expect(select(digits(), { classes: '0,1', ratio: '4:1' }).fingerprint).toBe(of(0).fingerprint);
    expect(of(0).count).toBe(376 + 94);
  });

  it('changes nothing without a selection', () => {
    const all = digits();
    expect(select(all, {})).toBe(all);
  });

  it.each([
    [{ classes: '0,10' }, '"10" is not a class of made'],
    [{ classes: '0,,1' }, '"" is not a class of made'],
    [{ classes: '0,1,0' }, 'Class 0 is given twice'],
    [{ groups: '0,1;1' }, 'Class 1 is given twice'],
    [{ classes: '0,1', ratio: '1:2:3' }, 'has 3 numbers for 2 groups'],
    [{ classes: '0,1', ratio: '1:0' }, 'has "0" at place 2'],
    [{ classes: '0,1', ratio: '-1:2' }, 'has "-1" at place 1'],
    [{ classes: '0,1', ratio: 'a:2' }, 'has "a" at place 1'],
    [{ classes: '0,1', ratio: '1:' }, 'has "" at place 2'],
    [{ ratio: '1:2' }, 'needs to know of which classes'],
    [{ classes: '0', groups: '0;1' }, 'only one of --classes and --groups'],
    [{ classes: '0,2' }, 'Class 2 has no samples'],
    [{ classes: '0,1', ratio: '1:1000' }, 'Class 0 would keep no samples'],
  ])('refuses %o', (selection, message) => {
    const run = () => select(labelled([30, 40, 0]), selection);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it('refuses data without labels, and suggests a class name', () => {
    const { labels: _, classNames: __, ...bare } = labelled([2, 2]);
    expect(() => select(bare, { classes: '0' })).toThrow('has no labels');
    expect(() => select(labelled([2, 2], ['Trouser', 'Bag']), { classes: 'Trousers' })).toThrow(
      'did you mean Trouser?',
    );
  });
});

describe('parseRatio', () => {
  it('reads whole and broken numbers', () => {
    expect(parseRatio('8:4:2:1', 4)).toEqual([8, 4, 2, 1]);
    expect(parseRatio('0.7: 0.3', 2)).toEqual([0.7, 0.3]);
  });
});
