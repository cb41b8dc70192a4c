import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import type { TrainedRun } from '../trained.js';
import { checkLike, openAs } from './assign.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-like-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A photograph of the publisher's size, red in the middle 140x140 and blue around it. */
beforeAll(async () => {
  const red = { create: { width: 140, height: 140, channels: 3 as const, background: '#ff0000' } };
  await sharp({ create: { width: 178, height: 218, channels: 3, background: '#0000ff' } })
    .composite([{ input: red, left: 19, top: 39 }])
    .png()
    .toFile(join(folder, 'new.png'));
});

/** What a run of 32x32 photographs of that data set keeps of them. */
const runOf = (name: string) =>
  ({
    data: { name },
    dataset: { name, shape: [3, 32, 32], kind: 'image', range: 'unit', maximum: 255, reading: 2 },
  }) as unknown as TrainedRun['run'];

it('new photographs of faces keep the middle that the faces of the run kept, and those of other runs all', async () => {
  const blueOf = async (name: string) => {
    const values = new Float32Array(3 * 32 * 32);
    (await openAs(runOf(name), folder)).read([0], values);
    return values.subarray(2048).reduce((sum, blue) => sum + blue / 1024, 0);
  };
  expect(await blueOf('celeba-male')).toBeLessThan(0.03);
  // Of 178x178, the largest square, all but 140 columns and rows are blue: 1 - (140 / 178)^2.
  expect(await blueOf('cifar-10')).toBeCloseTo(1 - (140 / 178) ** 2, 1);
});

it('tells of values of 0..1 for a run on -1..1, and refuses the opposite', () => {
  const of = (range: 'unit' | 'signed') =>
    arrayDataset({
      name: range,
      kind: 'image',
      shape: [1, 2, 2],
      range,
      values: new Float32Array(8),
      source: 'Made.',
    });
  const told: string[] = [];
  const check = (data: 'unit' | 'signed', like: 'unit' | 'signed') =>
    checkLike(of(data), of(like), 'new.npy', (sentence) => told.push(sentence));
  check('unit', 'unit');
  check('signed', 'signed');
  expect(told).toEqual([]);
  check('unit', 'signed');
  expect(told).toEqual([
    'new.npy has values between 0 and 1, and the run was trained on values between -1 and 1; they are taken as they are: if 0 is black there, give 2 x - 1 instead.',
  ]);
  expect(() => check('signed', 'unit')).toThrow('scale it likewise');
});
