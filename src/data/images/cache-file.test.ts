import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { Stream } from '../../math/random.js';
import { arrayDataset, type Dataset } from '../dataset.js';
import { type CacheContent, CacheWriter, openCacheFile } from './cache-file.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes: CacheContent = {
  name: 'b',
  source: 'Bytes.',
  kind: 'image',
  shape: [1, 2, 3],
  range: 'unit',
  type: 'uint8',
  maximum: 255,
  classNames: ['u', 'v'],
  notices: ['One was left out.'],
};
const floats: CacheContent = {
  name: 'f',
  source: 'Floats.',
  kind: 'table',
  shape: [5],
  range: 'real',
  type: 'float32',
  notices: [],
};
const trainBytes = Uint8Array.from({ length: 7 * 6 }, (_, i) => i * 5);
const testBytes = Uint8Array.from({ length: 2 * 6 }, (_, i) => 255 - i);
const trainLabels = Int32Array.of(0, 1, 0, 1, 1, 1, 0);
const testLabels = Int32Array.of(1, 0);
const floatValues = Float32Array.from({ length: 40 * 5 }, (_, i) => Math.sin(i) * 1e3);

function writeBytes(name: string): string {
  const path = join(folder, name);
  const writer = new CacheWriter(path);
  writer.append(trainBytes.subarray(0, 12), 2);
  writer.append(trainBytes.subarray(12), 5);
  writer.endSplit();
  writer.append(testBytes, 2);
  writer.endSplit();
  writer.finish(bytes, [trainLabels, testLabels]);
  return path;
}

function writeFloats(name: string): string {
  const path = join(folder, name);
  const writer = new CacheWriter(path);
  writer.append(new Uint8Array(floatValues.buffer), 40);
  writer.endSplit();
  writer.finish(floats);
  return path;
}

/** Rows 0, 1, ... of a data set, and then in a drawn order with repeats, as one array each. */
function contents(data: Dataset): Float32Array[] {
  const size = data.shape.reduce((n, side) => n * side, 1);
  const draw = Stream.root(3);
  const orders = [
    Uint32Array.from({ length: data.count }, (_, i) => i),
    Uint32Array.from({ length: 3 * data.count }, () => draw.int(data.count)),
  ];
  return orders.map((order) => {
    const out = new Float32Array(order.length * size);
    data.read(order, out);
    return out;
  });
}

describe('a cache file', () => {
  it('gives bytes, labels and both parts back as arrays in memory give them', () => {
    const { dataset, notices } = openCacheFile(writeBytes('bytes.cache'));
    expect(notices).toEqual(['One was left out.']);
    const { type: _, notices: __, ...description } = bytes;
    const test = arrayDataset({ ...description, values: testBytes, labels: testLabels });
    const train = arrayDataset({ ...description, values: trainBytes, labels: trainLabels });
    for (const [found, expected] of [
      [dataset, train],
      [dataset.test!(), test],
    ] as const) {
      expect({ ...found, read: 0, test: 0 }).toEqual({ ...expected, read: 0, test: 0 });
      expect(found.fingerprint).toBe(expected.fingerprint);
      expect(contents(found)).toEqual(contents(expected));
    }
    expect(dataset.test!().test).toBeUndefined();
  });

  it('gives floats back, with the bits that they had', () => {
    const { dataset } = openCacheFile(writeFloats('floats.cache'));
    const { type: _, notices: __, ...description } = floats;
    const expected = arrayDataset({ ...description, values: floatValues });
    expect([dataset.count, dataset.labels, dataset.test]).toEqual([40, undefined, undefined]);
    expect(dataset.fingerprint).toBe(expected.fingerprint);
    expect(contents(dataset)).toEqual(contents(expected));
    expect(contents(dataset)[0]).toEqual(floatValues);
  });

  it('is in place only when it is finished, and leaves nothing when it is given up', () => {
    const path = join(folder, 'never.cache');
    const writer = new CacheWriter(path);
    writer.append(trainBytes, 7);
    writer.endSplit();
    expect(existsSync(path)).toBe(false);
    writer.discard();
    expect(readdirSync(folder).filter((name) => name.startsWith('never'))).toEqual([]);
    const finished = writeBytes('finished.cache');
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
    expect(openCacheFile(finished).dataset.count).toBe(7);
  });

  it('cannot be read out of its rows, or into a place of another size', () => {
    const { dataset } = openCacheFile(writeBytes('range.cache'));
    expect(() => dataset.read([7], new Float32Array(6))).toThrow(RangeError);
    expect(() => dataset.read([-1], new Float32Array(6))).toThrow(RangeError);
    expect(() => dataset.read([0], new Float32Array(7))).toThrow(RangeError);
  });

  it('that cannot be written is said so', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new CacheWriter(join(folder, 'file', 'x.cache'))).toThrow(
      /x\.cache cannot be written .*: free some space or set MIXTURA_CACHE to another folder\.$/,
    );
  });
});

describe('a damaged cache file is refused', () => {
  const whole = readFileSync(writeBytes('whole.cache'));
  const path = join(folder, 'damaged.cache');
  /** The file with another description, behind the SHA-256 that this one has. */
  const described = (change: (description: Record<string, unknown>) => unknown): Buffer => {
    const end = Number(whole.readBigUInt64LE(8));
    const json = Buffer.from(JSON.stringify(change(JSON.parse(whole.toString('utf8', end)))));
    const copy = Buffer.concat([whole.subarray(0, end), json]);
    copy.writeUInt32LE(json.length, 16);
    copy.set(createHash('sha256').update(json).digest(), 20);
    return copy;
  };
  const open = (content: Uint8Array) => {
    writeFileSync(path, content);
    return openCacheFile(path);
  };

  it.each<[string, () => Uint8Array, string]>([
    ['empty', () => new Uint8Array(0), 'it is too short'],
    ['another magic', () => Buffer.concat([Buffer.from('X'), whole.subarray(1)]), 'it does not begin as one'],
    ['cut short', () => whole.subarray(0, -1), 'its description does not end it'],
    ['too long', () => Buffer.concat([whole, Buffer.alloc(1)]), 'its description does not end it'],
    [
      'an absurd length',
      () => {
        const copy = Buffer.from(whole);
        copy.writeUInt32LE(0xffffffff, 16);
        return copy;
      },
      'its description does not end it',
    ],
    [
      'another description',
      () => {
        const copy = Buffer.from(whole);
        copy[copy.length - 10]! ^= 1;
        return copy;
      },
      'SHA-256',
    ],
    ['no object', () => described(() => null), 'its description is not understood'],
    [
      'a shape of nothing',
      () => described((d) => ({ ...d, shape: [1, 0, 3] })),
      'its description is not understood',
    ],
    [
      'an absurd shape',
      () => described((d) => ({ ...d, shape: [2 ** 20, 2 ** 20, 3] })),
      'its description is not understood',
    ],
    ['another shape', () => described((d) => ({ ...d, shape: [1, 2, 4] })), 'its sizes do not fit'],
    ['another type', () => described((d) => ({ ...d, type: 'float32' })), 'its sizes do not fit'],
    [
      'an absurd count',
      () =>
        described((d) => ({
          ...d,
          splits: [{ ...(d.splits as [object])[0], count: Number.MAX_SAFE_INTEGER }],
        })),
      'its sizes do not fit',
    ],
    [
      'a label that is no class',
      () => {
        const copy = Buffer.from(whole);
        copy[64 + 9 * 6] = 2;
        return copy;
      },
      'a label is no class',
    ],
  ])('%s', (_, content, reason) => {
    expect(() => open(content())).toThrow(MixturaError);
    expect(() => open(content())).toThrow(reason);
  });

  it('not there', () => {
    expect(() => openCacheFile(join(folder, 'none'))).toThrow('does not exist');
  });

  it('mutated, cut and random bytes open with their rows or give a sentence', () => {
    const draw = Stream.root(9);
    let [refused, opened] = [0, 0];
    for (let trial = 0; trial < 400; trial++) {
      const copy = Buffer.from(whole);
      // The prelude, the description, the labels, the values, which may be anything.
      const places = [
        [0, 64],
        [whole.length - 400, 400],
        [64 + 54, 36],
        [64, 54],
      ] as const;
      const [from, length] = places[draw.int(4)]!;
      for (let n = 0; n < 3; n++) copy[from + draw.int(length)] = draw.int(256);
      const end = draw.int(5) === 0 ? draw.int(copy.length) : copy.length;
      try {
        const { dataset } = open(copy.subarray(0, end));
        expect(contents(dataset)[0]!.length).toBe(42);
        expect(contents(dataset.test!())[0]!.length).toBe(12);
        opened++;
      } catch (error) {
        expect(error).toBeInstanceOf(MixturaError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
    expect(opened).toBeGreaterThan(50);
  });
});
