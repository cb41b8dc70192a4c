import { expect, it } from 'vitest';
import { foldNotes } from './report-notes.js';

const moves = (step: number, groups: string) =>
  `Before step ${step}: Relocation moves groups ${groups} (normalised cut 1.860 to 0.280); their sizes go on being learned.`;

it('says in a line how often interventions acted, and when last', () => {
  const { interventions, notes } = foldNotes(
    [moves(241, '1, 2'), 'A remark.', moves(3201, '3')],
    16,
    [2, 3, 1],
  );
  expect(interventions!.summary).toBe(
    'Relocation moved components 2 times in 16 checks, last at step 3,201.',
  );
  expect(interventions!.unsettled).toBe(false);
  expect(notes).toEqual(['A remark.']);
});

it('lists the notes with the numbers that the groups have in the end', () => {
  const { interventions } = foldNotes([moves(241, '1, 3')], 16, [3, 2, 1]);
  expect(interventions!.list[0]).toContain('Relocation moves groups 1, 3 (');
  expect(foldNotes([moves(241, '1, 2')], 16, [3, 2, 1]).interventions!.list[0]).toContain('groups 2, 3 (');
  expect(interventions!.summary).toBe('Relocation moved components once in 16 checks, at step 241.');
});

it('says that a run never settled where every check moved something', () => {
  const all = Array.from({ length: 16 }, (_, i) => moves(20 * i + 21, '1, 2'));
  expect(foldNotes(all, 16, [1, 2]).interventions).toMatchObject({
    summary:
      'This run never settled: Relocation moved components at every one of its 16 checks, last at step 321.',
    unsettled: true,
  });
  expect(foldNotes(all.slice(0, 3), 3, [1, 2]).interventions!.unsettled).toBe(false);
});

it('leaves the sizes of groups that move as they are', () => {
  const note = 'Before step 21: Relocation moves the 2 groups of 40.0 %, 10.0 % (normalised cut 2 to 1).';
  const { interventions } = foldNotes([note], 16, [2, 1]);
  expect(interventions!.summary).toBe('Relocation moved components once in 16 checks, at step 21.');
  expect(interventions!.list).toEqual([note]);
});

it('knows other interventions by their first word, and leaves other notes alone', () => {
  const { interventions } = foldNotes(['Before step 5: Reassignment changed 20 labels.'], undefined, [1]);
  expect(interventions!.summary).toBe('Reassignment acted once, at step 5.');
  expect(foldNotes(['The run went on.'], 16, [1])).toEqual({ notes: ['The run went on.'] });
});
