import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { type Encoder, openEncoder } from '../features/encoder/encoder.js';
import type { FeatureProgress } from '../features/feature-options.js';
import type { SampleSource } from '../features/sample-source.js';
import { lower } from '../graph/onnx/lower.js';
import { input } from '../graph/tensor.js';
import { encodedDataset } from './encoded.js';
import { viewsOf } from './views-of.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixtura-encoded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const COUNT = 600;
const images = arrayDataset({
  name: 'made',
  kind: 'image',
  shape: [1, 4, 4],
  range: 'unit',
  values: Float32Array.from({ length: COUNT * 16 }, (_, i) => ((i * 7919) % 251) / 250),
  labels: Int32Array.from({ length: COUNT }, (_, i) => i % 3),
  classNames: ['a', 'b', 'c'],
  source: 'Made for the test.',
});

/** An encoder that counts the rows that it computes, and fails after so many. */
function counted(encoder: Encoder, most = Number.POSITIVE_INFINITY) {
  const state = { rows: 0 };
  const encode = async (samples: SampleSource) => {
    if (state.rows + samples.count > most) throw new Error('interrupted');
    state.rows += samples.count;
    return encoder.encode(samples);
  };
  return { own: { ...encoder, encode }, state };
}

describe('an encoded data set', () => {
  it('has the features as unit rows, with the labels, and the views of embeddings', async () => {
    const path = join(folder, 'net.onnx');
    writeFileSync(path, lower({ y: input('x', ['N', 1, 4, 4]).reshape(['N', 16]).add(1) }).bytes);
    const encoder = await openEncoder(path, { convention: 'range=-1..1' });
    const found = await encodedDataset(images, encoder, { folder: false });
    expect(found).toMatchObject({ kind: 'table', shape: [16], count: COUNT, classNames: ['a', 'b', 'c'] });
    expect(found.labels).toBe(images.labels);
    expect(found.columns![15]).toBe('feature 16');
    expect(found.source).toBe(
      'Made for the test. Groups are looked for in pretrained features: the output y of net.onnx, its input declared by the options (grey images are repeated to its channels).',
    );
    const [row, pixels] = [new Float32Array(16), new Float32Array(16)];
    found.read([7], row);
    images.read([7], pixels);
    const length = Math.hypot(...pixels);
    pixels.forEach((x, i) => {
      expect(row[i]).toBeCloseTo(x / length, 6);
    });
    expect(
      viewsOf(
        found,
        Uint32Array.from({ length: COUNT }, (_, i) => i),
      )[0]!.name,
    ).toBe('cosine');
    await encoder.close();
  });

  it('is computed once, goes on after an interruption, and anew for damage', async () => {
    const path = join(folder, 'net.onnx');
    writeFileSync(path, lower({ y: input('x', ['N', 1, 4, 4]).mean([2]).reshape(['N', 4]) }).bytes);
    const encoder = await openEncoder(path, { convention: 'range=0..1' });
    const cache = join(folder, 'cache');
    const first = counted(encoder, 512);
    await expect(encodedDataset(images, first.own, { folder: cache })).rejects.toThrow('interrupted');
    expect(first.state.rows).toBe(512);
    const second = counted(encoder);
    const told: FeatureProgress[] = [];
    const whole = await encodedDataset(images, second.own, {
      folder: cache,
      progress: (state) => told.push(state),
    });
    expect(second.state.rows).toBe(88);
    expect(told.at(-1)).toEqual({ done: COUNT, total: COUNT, secondsLeft: 0 });
    const again = await encodedDataset(images, second.own, { folder: cache });
    expect(second.state.rows).toBe(88);
    const fresh = await encodedDataset(images, encoder, { folder: false });
    expect([again.fingerprint, whole.fingerprint]).toEqual([fresh.fingerprint, fresh.fingerprint]);
    const place = join(cache, readdirSync(cache)[0]!);
    expect(readdirSync(place)).toEqual(['000000000.bin', '000000256.bin', '000000512.bin']);
    writeFileSync(join(place, '000000256.bin'), 'damage');
    const notes: string[] = [];
    const mended = await encodedDataset(images, second.own, { folder: cache, note: (n) => notes.push(n) });
    expect([mended.fingerprint, second.state.rows]).toEqual([fresh.fingerprint, 88 + 256]);
    expect(notes).toHaveLength(1);
    await encoder.close();
  });

  it('of a table gives the network the units of the file', async () => {
    const path = join(folder, 'net.onnx');
    writeFileSync(path, lower({ y: input('x', ['N', 2]).mul(1) }).bytes);
    const encoder = await openEncoder(path);
    const table = arrayDataset({
      name: 'table',
      kind: 'table',
      shape: [2],
      range: 'real',
      values: Float32Array.of(0, 1, -1, 0),
      scaling: { shift: [3, 2], scale: [1, 2] },
      source: 'Made.',
    });
    const found = await encodedDataset(table, encoder, { folder: false });
    const values = new Float32Array(4);
    found.read([0, 1], values);
    [0.6, 0.8, Math.SQRT1_2, Math.SQRT1_2].forEach((x, i) => {
      expect(values[i]).toBeCloseTo(x, 6);
    });
    await encoder.close();
  });
});
