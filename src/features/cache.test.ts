import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { cachedFeatures, cachedProbabilities, cachedStatistics } from './cache.js';
import type { FeatureNetwork } from './feature-network.js';
import { readMatrixFile, writeMatrixFile } from './matrix-file.js';
import type { SampleSource } from './sample-source.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixtura-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const table = (values: number[]) =>
  arrayDataset({
    name: 'table',
    kind: 'table',
    shape: [2],
    range: 'real',
    values: Float32Array.from(values),
    source: 'Made for the test.',
  });
const data = table([0, 0, 2, 0, 0, 4, 2, 4]);

/** The values themselves; counts how often it is asked. */
function network(fingerprint = 'a') {
  const state = { calls: 0 };
  const read = async ({ count, read: rows }: SampleSource) => {
    state.calls++;
    const values = new Float32Array(2 * count);
    rows(
      Uint32Array.from({ length: count }, (_, i) => i),
      values,
    );
    return { rows: count, columns: 2, values };
  };
  const own: FeatureNetwork = {
    name: 'same',
    fingerprint,
    columns: 2,
    convention: '',
    features: read,
    probabilities: read,
    close: async () => undefined,
  };
  return { own, state };
}

describe('cached features', () => {
  it('are computed once for the same network, data and rows, and anew for others', async () => {
    const { own, state } = network();
    const rows = Uint32Array.of(3, 0);
    for (let i = 0; i < 2; i++) {
      expect(await cachedFeatures(own, data, { folder })).toEqual({
        rows: 4,
        columns: 2,
        values: Float32Array.of(0, 0, 2, 0, 0, 4, 2, 4),
      });
      expect([...(await cachedFeatures(own, data, { folder, rows })).values]).toEqual([2, 4, 0, 0]);
      await cachedProbabilities(own, data, { folder });
    }
    expect(state.calls).toBe(3);
    await cachedFeatures(own, data, { folder, rows: Uint32Array.of(0, 3) });
    await cachedFeatures(own, table([0, 0, 2, 0, 0, 4, 2, 5]), { folder });
    await cachedFeatures({ ...own, fingerprint: 'b' }, data, { folder });
    await cachedFeatures(own, data, { folder: false });
    expect(state.calls).toBe(7);
    expect(
      readdirSync(folder).filter((name) => !/^(features|probabilities)-[0-9a-f]{64}\.bin$/.test(name)),
    ).toEqual([]);
  });

  it('statistics: mean and covariance with n - 1, the same when they are read back', async () => {
    const { own, state } = network();
    for (let i = 0; i < 2; i++) {
      const { count, mean, covariance } = await cachedStatistics(own, data, { folder });
      expect([count, ...mean]).toEqual([4, 1, 2]);
      [4 / 3, 0, 0, 16 / 3].forEach((value, j) => {
        expect(covariance[j]).toBeCloseTo(value, 12);
      });
    }
    expect(state.calls).toBe(1);
  });

  it.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5), /it has \d+ bytes instead of \d+/],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, bytes]), /instead of/],
    ['empty', () => Buffer.alloc(0), /ends after 0 bytes/],
    ['of another kind', () => Buffer.from('a text that is no cache file'), /begins like another file/],
    [
      'changed by one bit',
      (bytes: Buffer) => {
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      },
      /checksum is wrong/,
    ],
  ])('a file that is %s is computed again', async (_, damage, reason) => {
    const { own, state } = network();
    await cachedFeatures(own, data, { folder });
    const path = join(folder, readdirSync(folder)[0]!);
    writeFileSync(path, damage(readFileSync(path)));
    const notes: string[] = [];
    const again = () => cachedFeatures(own, data, { folder, note: (sentence) => notes.push(sentence) });
    expect([...(await again()).values]).toEqual([0, 0, 2, 0, 0, 4, 2, 4]);
    expect(notes.join()).toMatch(reason);
    expect([...(await again()).values]).toEqual([0, 0, 2, 0, 0, 4, 2, 4]);
    expect([state.calls, notes.length]).toEqual([2, 1]);
  });

  it('a folder that cannot be written costs nothing but time', async () => {
    const { own, state } = network();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const notes: string[] = [];
    for (let i = 0; i < 2; i++) {
      const { rows } = await cachedFeatures(own, data, {
        folder: join(file, 'sub'),
        note: (n) => notes.push(n),
      });
      expect(rows).toBe(4);
    }
    expect(state.calls).toBe(2);
    expect(notes[0]).toMatch(/could not be kept/);
  });
});

describe('matrix files', () => {
  it('give back any matrix, and take no other key', () => {
    const path = join(folder, 'matrix');
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 24 }), fc.boolean(), (numbers, double) => {
        const values = double ? numbers : Float32Array.from(numbers);
        const matrix = { rows: 1, columns: values.length, values };
        writeFileSync(path, Buffer.concat(writeMatrixFile(matrix, 'key')));
        expect(readMatrixFile(path, 'key').matrix).toEqual(matrix);
        expect(readMatrixFile(path, 'other').damage).toBe('it was computed from something else');
      }),
      { numRuns: 50 },
    );
  });

  it('damaged in any way are refused, not believed and not thrown', () => {
    const path = join(folder, 'matrix');
    const matrix = { rows: 2, columns: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const whole = Buffer.concat(writeMatrixFile(matrix, 'key'));
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, flip, cut) => {
          const bytes = cut ? whole.subarray(0, at) : Buffer.from(whole);
          if (!cut) bytes[at]! ^= flip;
          writeFileSync(path, bytes);
          const { matrix: found, damage } = readMatrixFile(path, 'key');
          expect(found).toBeUndefined();
          expect(damage!.length).toBeGreaterThan(5);
        },
      ),
      { numRuns: 120 },
    );
    expect(readMatrixFile(join(folder, 'none'), 'key')).toEqual({});
  });
});
