import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import { Stream } from '../../math/random.js';
import { StageFiles } from './stage-files.js';
import { findTeacher, LEARNED } from './teacher.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const nobody = () => {};

it('groups of photographs in learned features are doubted as those in their pixels are', async () => {
  const stream = Stream.root(2);
  const [rows, side] = [240, 8];
  const dataset = arrayDataset({
    ...{ name: 'photographs', kind: 'image', shape: [3, side, side], range: 'unit', source: 'Made.' },
    values: Float32Array.from({ length: rows * 3 * side * side }, () => stream.uniform()),
  });
  const features = Float32Array.from(
    { length: 3 * rows },
    (_, at) => stream.normal() + (Math.floor(at / 3) % 3 === 0 ? 9 : 0),
  );
  const { view, groups, headline } = await findTeacher({
    ...{ dataset, features, groups: 2, teacher: 'groups', seed: 0, key: 'key' },
    files: new StageFiles(place, { requireLock: nobody, renewLock: nobody }),
  });
  expect([view, groups]).toEqual([LEARNED, 2]);
  expect(headline.join(' ')).toContain('They are photographs, made into groups without an encoder');
}, 60_000);
