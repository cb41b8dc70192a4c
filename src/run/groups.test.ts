import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { groupTitle, readGroups, runSizeWarnings, sizesWord } from './groups.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-groups-'));
afterAll(() => rmSync(folder, { recursive: true }));
const groupsFile = join(folder, 'groups.json');
const MIXING = [0.2, 0.5, 0.3];

it.each([
  ['slogan', {}, 'learned'],
  ['slogan', { freeze: ['mixing'] }, 'fixed'],
  ['elastic-infogan', {}, 'learned'],
  ['elastic-infogan', { classes: 'uniform' }, 'fixed'],
  ['scgan', {}, 'learned'],
  ['infogan', {}, 'fixed'],
  ['wgan', {}, 'fixed'],
  ['gmgan', { variant: 'dynamic' }, 'fixed'],
] as const)('sizes of %s with %j are %s', (method, settings, word) => {
  expect(sizesWord({ method, settings })).toBe(word);
});

describe('readGroups', () => {
  it('computes the groups where there is no file', () => {
    expect(readGroups({ groupsFile: join(folder, 'none.json') }, MIXING)).toEqual([
      { group: 1, component: 1, size: 0.5 },
      { group: 2, component: 2, size: 0.3 },
      { group: 3, component: 0, size: 0.2 },
    ]);
  });

  it('takes names of components, and sizes only where they are of the same checkpoint', () => {
    const saved = [
      { group: 1, component: 1, name: ' big ', size: 0.5, assigned: 0.6, count: 6 },
      { group: 2, component: 2, size: 0.3, assigned: 0.3, count: 3 },
      { group: 3, component: 0, name: 'small', size: 0.2, assigned: 0.1, count: 1 },
    ];
    writeFileSync(groupsFile, JSON.stringify(saved));
    expect(readGroups({ groupsFile }, MIXING)).toEqual([{ ...saved[0], name: 'big' }, saved[1], saved[2]]);
    // Training went on, and the largest is another now: its name went with the component.
    expect(readGroups({ groupsFile }, [0.6, 0.3, 0.1])).toEqual([
      { group: 1, component: 0, name: 'small', size: 0.6 },
      { group: 2, component: 1, name: 'big', size: 0.3 },
      { group: 3, component: 2, size: 0.1 },
    ]);
  });
});

it('compares learned sizes with those of a tenth before the end, where the log has such a line', () => {
  const groups = readGroups({ groupsFile: join(folder, 'none.json') }, MIXING);
  const line = (step: number, sizes: number[]) => ({ step, sizes });
  const moved = [line(50, [0.9, 0.05, 0.05]), line(88, [0.2, 0.4, 0.4]), line(94, MIXING), line(100, MIXING)];
  expect(runSizeWarnings(groups, moved, 100, { settings: {} })).toEqual([
    'Learned sizes still moved by more than 3 points in the last tenth of the run, so more steps may change them: group 1 (from 40.0 % to 50.0 %), group 2 (from 40.0 % to 30.0 %).',
  ]);
  expect(runSizeWarnings(groups, [moved[0]!, moved[3]!], 100, { settings: {} })).toEqual([]);
  const one = [
    { component: 0, size: 1 },
    { component: 1, size: 0 },
  ];
  const collapsed = (settings: object) => runSizeWarnings(one, [], 100, { settings: { ...settings } })[0];
  expect(collapsed({})).toMatch(/another --seed\.$/);
  expect(collapsed({ priorRate: 1 })).toContain('--set priorRate=, lower');
});

it('says once that groups of one class are not told apart, instead of sizes that differ', () => {
  const groups = [0.5, 0.5, 0, 0].map((assigned, component) => ({ component, size: 0.25, assigned }));
  expect(runSizeWarnings(groups, [], 100, { settings: {} }, [0, 1, 0, 1])).toEqual([
    'Several groups are of one class, and data do not tell them apart: all rows of a class are counted as its first group.',
  ]);
  expect(runSizeWarnings(groups, [], 100, { settings: {} }, [0, 1, 2, 3])[0]).toContain('have no data');
});

it('names a group by its number, and by its name where it has one', () => {
  expect([groupTitle({ group: 2, name: undefined }), groupTitle({ group: 2, name: 'sevens' })]).toEqual([
    'group 2',
    'group 2 (sevens)',
  ]);
});
