import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stagedRows } from '../../../test/support/staged-data.js';
import { arrayDataset, type Dataset } from '../../data/dataset.js';
import { slogan } from '../../methods/slogan.js';
import { FinishedStages } from './finished.js';
import { lessonKeys } from './keys.js';
import { type LessonOptions, learn, withinPasses } from './lessons.js';
import { StageFiles } from './stage-files.js';
import { isBetter } from './teacher.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const data = { shape: [3], range: 'real' } as const;
const dataset = arrayDataset({
  ...{ name: 'rows', kind: 'table', shape: [3], range: 'real', source: 'a test' },
  values: Float32Array.from(stagedRows(120).flat()),
});
const lessonsOf = (change: object = {}) =>
  slogan.lessons!(slogan.settings.parse({ teacher: 'groups', studentSteps: 5, ...change }), data)!;

const nobody = () => {};
const optionsIn = (folder: string): LessonOptions => ({
  ...{ lessons: lessonsOf(), dataset, data, groups: 'auto', seed: 1, threads: 1, device: 'cpu' },
  files: new StageFiles(join(place, folder), { requireLock: nobody, renewLock: nobody }),
});

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
    const { teacher, start } = await learn({ ...optionsIn('labelled'), dataset: labelled });
    expect([...teacher!.teaching.shares]).toEqual([1 / 2, 1 / 3, 1 / 6]);
    expect(start['encoder/head/weight']!.shape).toEqual([128, 3]);
  });
});

it('the pretext makes 200 passes over few images at most, the student its steps', () => {
  const settings = { transformations: 'digits', pretextSteps: 2500, studentSteps: 700 };
  const lessons = slogan.lessons!(slogan.settings.parse({ teacher: 'groups', ...settings }), {
    shape: [1, 28, 28],
    range: 'unit',
  })!;
  const steps = (rows: number) => withinPasses(lessons, rows).stages.map((stage) => stage.steps);
  expect(steps(100)).toEqual([200, 700]);
  expect(steps(895)).toEqual([Math.ceil((200 * 895) / 256), 700]);
  expect(steps(60_000)).toEqual([2500, 700]);
});

it('groups are better by their score, and any division is better than none', () => {
  const found = (length: number, score: number) => ({ groups: { length }, tried: [{ score }] });
  expect(isBetter(found(3, 0.9), found(5, 0.8))).toBe(true);
  expect(isBetter(found(3, 0.8), found(5, 0.8))).toBe(false);
  expect(isBetter(found(3, 0.5), found(1, 0.6))).toBe(true);
  expect(isBetter(found(1, 0.6), found(3, 0.5))).toBe(false);
  expect(isBetter(found(1, 0.6), found(1, 0.6))).toBe(false);
});

describe('lessons of an earlier run', () => {
  const reuse = new FinishedStages(join(place, 'finished'));
  /** Gives lessons in a folder of their own, with what was done for it and what was taken. */
  async function given(folder: string, change: Partial<LessonOptions> = {}) {
    const [done, notes] = [new Set<string>(), [] as string[]];
    const onProgress = (what: string) => done.add(what.replace(/ \(.*/, ''));
    const onNote = (note: string) => notes.push(note);
    const learned = await learn({ ...optionsIn(folder), reuse, onProgress, onNote, ...change });
    const taken = notes
      .filter((note) => note.startsWith('Not done again'))
      .map((note) => note.split(': ')[1]);
    return { ...learned, done: [...done], taken };
  }
  const search = 'looking for groups';
  const student = 'learning the groups that were found';

  it('are taken, with the same bits, where nothing that they depend on is another', async () => {
    const first = await given('first');
    expect([first.done, first.taken]).toEqual([[search, student], []]);
    const second = await given('second');
    expect(second.done).toEqual([]);
    expect(second.taken).toEqual([
      `${search} (MIXTURA_REUSE=0 does it anew).`,
      `${student} (MIXTURA_REUSE=0 does it anew).`,
    ]);
    expect([second.start, second.teacher]).toEqual([first.start, first.teacher]);
    const again = await given('second');
    expect([again.done, again.taken]).toEqual([[], []]);
    const longer = await given('longer', { lessons: lessonsOf({ studentSteps: 6 }) });
    expect([longer.done, longer.taken.length]).toEqual([[student], 1]);
    expect((await given('other', { seed: 2 })).done).toEqual([search, student]);
    expect((await given('without', { reuse: undefined })).done).toEqual([search, student]);
  });

  it('are given anew where what was kept is damaged, and are then kept again', async () => {
    for (const name of readdirSync(reuse.folder)) writeFileSync(join(reuse.folder, name), 'damaged');
    const first = await given('damaged');
    expect([first.done, first.taken]).toEqual([[search, student], []]);
    expect((await given('mended')).done).toEqual([]);
  });

  it('may be given twice at once', async () => {
    const both = new FinishedStages(join(place, 'both'));
    const [one, other] = await Promise.all([given('one', { reuse: both }), given('two', { reuse: both })]);
    expect(one.start).toEqual(other.start);
    expect((await given('three', { reuse: both })).done).toEqual([]);
    expect(readdirSync(both.folder)).toHaveLength(2);
  });
});

describe('keys of lessons', () => {
  const facts = { lessons: lessonsOf(), dataset, seed: 1, device: 'cpu', groups: 3 } as const;
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
    const other = { ...dataset, fingerprint: 'another' };
    const scaled = { ...dataset, scaling: { shift: [0, 0, 0], scale: [1, 2, 3] } };
    expect(own).toHaveLength(2);
    expect(keysOf({ ...facts, lessons: lessonsOf() })).toEqual(own);
    for (const change of [
      { dataset: other },
      { dataset: scaled },
      { seed: 2 },
      { device: 'webgpu' },
    ] as const) {
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
