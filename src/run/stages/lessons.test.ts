import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stagedRows } from '../../../test/support/staged-data.js';
import { arrayDataset, type Dataset } from '../../data/dataset.js';
import { slogan } from '../../method/slogan.js';
import { lessonKeys } from './keys.js';
import { type LessonOptions, learn } from './lessons.js';
import { StageFiles } from './stage-files.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const data = { shape: [3], range: 'real' } as const;
const dataset = arrayDataset({
  ...{ name: 'rows', kind: 'table', shape: [3], range: 'real', source: 'a test' },
  values: Float32Array.from(stagedRows(120).flat()),
});
const lessonsOf = (change: object = {}) =>
  slogan.lessons!(slogan.settings.parse({ teacher: 'groups', studentSteps: 5, ...change }), data)!;

describe('lessons', () => {
  it('never see labels, nor what else only an evaluation may use', async () => {
    const forbidden = (name: string) => () => {
      throw new Error(`${name} are read`);
    };
    const labelled = Object.defineProperties({ ...dataset } as Dataset, {
      labels: { get: forbidden('labels'), enumerable: true },
      classNames: { get: forbidden('class names'), enumerable: true },
      truth: { get: forbidden('true sizes'), enumerable: true },
      test: { get: forbidden('held-out rows'), enumerable: true },
    });
    const nobody = () => {};
    const options: Omit<LessonOptions, 'dataset'> = {
      ...{ lessons: lessonsOf(), data, groups: 'auto', seed: 1, threads: 1, device: 'cpu' },
      files: new StageFiles(join(place, 'labelled'), { requireLock: nobody, renewLock: nobody }),
    };
    const { teacher, start } = await learn({ ...options, dataset: labelled });
    expect([...teacher.teaching.shares]).toEqual([1 / 2, 1 / 3, 1 / 6]);
    expect(start['encoder/head/weight']!.shape).toEqual([128, 3]);
  });
});

describe('keys of lessons', () => {
  const facts = { lessons: lessonsOf(), fingerprint: 'a', seed: 1, device: 'cpu', groups: 3 } as const;
  const image = { shape: [1, 16, 16], range: 'unit' } as const;
  const images = (change: object) => {
    const settings = { teacher: 'groups', transformations: 'digits', ...change };
    return { ...facts, lessons: slogan.lessons!(slogan.settings.parse(settings), image)! };
  };
  const keysOf = (from: Parameters<typeof lessonKeys>[0]) => {
    const keys = lessonKeys(from);
    return [...from.lessons.stages.map((stage) => keys.of(stage)), keys.teacher];
  };

  it('are the same for the same facts, and all others where data, seed or device are others', () => {
    const own = keysOf(facts);
    expect(own).toHaveLength(2);
    expect(keysOf({ ...facts, lessons: lessonsOf() })).toEqual(own);
    for (const change of [{ fingerprint: 'b' }, { seed: 2 }, { device: 'webgpu' }] as const) {
      for (const [i, key] of keysOf({ ...facts, ...change }).entries()) expect(key).not.toBe(own[i]);
    }
  });

  it('change with what comes before, and not with what comes after', () => {
    const same = (change: Parameters<typeof lessonKeys>[0]) => {
      const own = keysOf(images({}));
      return keysOf(change).map((key, i) => key === own[i]);
    };
    // pretext, student, groups
    expect(same(images({ studentSteps: 9 }))).toEqual([true, false, true]);
    expect(same({ ...images({}), groups: 4 })).toEqual([true, false, false]);
    expect(same(images({ teacher: 'random' }))).toEqual([true, false, false]);
    expect(same(images({ pretextSteps: 9 }))).toEqual([false, false, false]);
    expect(same(images({ transformations: 'signs' }))).toEqual([false, false, false]);
  });
});
