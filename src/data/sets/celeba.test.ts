import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from './open.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-celeba-'));
const folder = join(root, 'celeba');
const environment = { MIXTURA_DATA: root, MIXTURA_CACHE: join(root, 'cache') };
afterAll(() => rmSync(root, { recursive: true }));

/** Red in the middle 140x140, blue around it. */
function photograph(): Promise<Buffer> {
  const [width, height] = [178, 218];
  const red = { create: { width: 140, height: 140, channels: 3 as const, background: '#ff0000' } };
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } })
    .composite([{ input: red, left: 19, top: 39 }])
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

const NAMES = ['5_o_Clock_Shadow', 'Black_Hair', 'Eyeglasses', 'Male'];
/** Attributes and part of six photographs. */
const ROWS = [
  ['000001.jpg', '-1 1 -1 -1', 0],
  ['000002.jpg', '-1 -1 -1 1', 0],
  ['000003.jpg', '1 -1 1 1', 1],
  ['000004.jpg', '-1 -1 -1 -1', 0],
  ['000005.jpg', '-1  1 -1  1', 2],
  ['000006.jpg', '-1 -1  1 -1', 2],
] as const;

function writeLists(rows: readonly (typeof ROWS)[number][], names = NAMES): void {
  const attributes = [
    rows.length,
    names.join(' '),
    ...rows.map(([file, values]) => `${file}  ${values}`),
    '',
  ];
  writeFileSync(join(folder, 'list_attr_celeba.txt'), attributes.join('\n'));
  writeFileSync(
    join(folder, 'list_eval_partition.txt'),
    rows.map(([file, , part]) => `${file} ${part}\r\n`).join(''),
  );
}

beforeAll(async () => {
  mkdirSync(join(folder, 'img_align_celeba'), { recursive: true });
  const bytes = await photograph();
  for (const [file] of ROWS) writeFileSync(join(folder, 'img_align_celeba', file), bytes);
  writeLists(ROWS);
});

it('groups photographs by an attribute; training and validation are one part, and the test part is held out', async () => {
  const male = await openDataset('celeba-male', { environment });
  expect([male.name, male.shape, male.classNames]).toEqual(['celeba-male', [3, 64, 64], ['no Male', 'Male']]);
  expect([...male.labels!]).toEqual([0, 1, 1, 0]);
  expect(male.rows!.id!.values).toEqual(['000001.jpg', '000002.jpg', '000003.jpg', '000004.jpg']);
  expect([...male.test!().labels!]).toEqual([1, 0]);
  expect([...(await openDataset('celeba-eyeglasses', { environment })).labels!]).toEqual([0, 0, 1, 0]);
  const hair = await openDataset('celeba-black-hair', { environment, ratio: '1:1', classes: '0,1' });
  expect([...hair.labels!]).toEqual([1, 0]);
});

it('keeps the middle of 140x140, and the size that is asked for', async () => {
  const faces = await openDataset('celeba-male', { environment, size: '32' });
  const values = new Float32Array(3 * 32 * 32);
  faces.read([1], values);
  expect(Math.min(...values.subarray(0, 1024))).toBeGreaterThan(0.97);
  expect(Math.max(...values.subarray(1024))).toBeLessThan(0.03);
});

it('has no held-out part where the list names none, and is refused where all is held out', async () => {
  writeLists(ROWS.map(([file, values]) => [file, values, 0] as (typeof ROWS)[number]));
  const { test, count } = await openDataset('celeba-male', { environment });
  expect([test, count]).toEqual([undefined, 6]);
  writeLists(ROWS.map(([file, values]) => [file, values, 2] as (typeof ROWS)[number]));
  await expect(openDataset('celeba-male', { environment })).rejects.toThrow(
    'list_eval_partition.txt has no photograph to train on: get the whole list from the publisher.',
  );
  writeLists(ROWS);
});

it('says which files to put where, and what a list lacks', async () => {
  await expect(
    openDataset('celeba-male', { environment: { MIXTURA_CACHE: `${root}/none` } }),
  ).rejects.toThrow(
    /^The data set celeba-male is not on this machine \(missing img_align_celeba, list_attr_celeba.txt, list_eval_partition.txt\): unpack img_align_celeba.zip from .* put its folder, list_attr_celeba.txt and list_eval_partition.txt into .*celeba/,
  );
  writeLists(ROWS.slice(0, 5));
  await expect(openDataset('celeba-male', { environment })).rejects.toThrow(
    'list_eval_partition.txt has no line of the photograph 000006: get the whole list from the publisher.',
  );
  writeLists(ROWS, ['A', 'B', 'C', 'D']);
  await expect(openDataset('celeba-male', { environment })).rejects.toThrow(
    'list_attr_celeba.txt names no attribute Male in its second line: get the list from the publisher.',
  );
});
