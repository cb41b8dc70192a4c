import { describe, expect, it } from 'vitest';
import type { PairFinding } from './findings.js';
import { type HeadlineFacts, headlineOf } from './headline.js';

const facts = (change: Partial<HeadlineFacts> = {}): HeadlineFacts => ({
  ...{ groups: 5, given: false, stability: 0.934, groupStability: [0.9, 0.9, 0.9, 0.9, 0.9] },
  ...{ pairs: [], appearance: [], photographs: false },
  ...change,
});
const continuum = (a: number, b: number): PairFinding => ({
  ...{ groups: [a, b], strength: 0.4, exchanged: 0.1, continuum: true },
});
const AGREEMENT = (value: string) =>
  `(agreement ${value} between subsamples, 1 is the same groups each time)`;

describe('the verdict and its sentences', () => {
  it('say repeatable, never right', () => {
    expect(headlineOf(facts())).toEqual({
      verdict: 'good',
      sentences: [`5 groups, repeatable ${AGREEMENT('0.93')}.`],
    });
  });

  it('name the groups that are one continuum', () => {
    const { verdict, sentences } = headlineOf(facts({ pairs: [continuum(2, 4)] }));
    expect([verdict, sentences[1]]).toEqual(['partly', 'Two of five are one continuum: 2 and 4.']);
    const chained = headlineOf(facts({ pairs: [continuum(2, 4), continuum(4, 5)] })).sentences;
    expect(chained.slice(1)).toEqual(['Three of five are one continuum: 2, 4 and 5.']);
    const two = headlineOf(facts({ pairs: [continuum(1, 3), continuum(2, 4)] })).sentences;
    expect(two.slice(1)).toEqual([
      'Two of five are one continuum: 1 and 3.',
      'Two of five are one continuum: 2 and 4.',
    ]);
  });

  it('call groups that are all one continuum a cut', () => {
    const { verdict, sentences } = headlineOf(
      facts({ groups: 2, groupStability: [0.9, 0.9], pairs: [continuum(1, 2)] }),
    );
    expect([verdict, ...sentences]).toEqual([
      'none',
      `These 2 groups are one continuum, cut in two: do not use them as kinds ${AGREEMENT('0.93')}.`,
    ]);
  });

  it('name a group that dissolves', () => {
    const { verdict, sentences } = headlineOf(facts({ groupStability: [0.9, 0.9, 0.59, 0.9, 0.9] }));
    expect([verdict, sentences[1]]).toEqual(['partly', 'Group 3 does not come back on subsamples.']);
  });

  it('below 0.8 name those that come back, if there are any', () => {
    const some = headlineOf(facts({ stability: 0.7, groupStability: [0.9, 0.5, 0.8, 0.5, 0.5] }));
    expect([some.verdict, ...some.sentences]).toEqual([
      'partly',
      `These 5 groups are only partly repeatable: only groups 1 and 3 come back ${AGREEMENT('0.70')}.`,
    ]);
    const none = headlineOf(facts({ stability: 0.7, groupStability: [0.5, 0.5, 0.6, 0.5, 0.5] }));
    expect([none.verdict, ...none.sentences]).toEqual([
      'none',
      `These 5 groups are not reproducible: do not use them ${AGREEMENT('0.70')}.`,
    ]);
    expect(headlineOf(facts({ stability: 0.59 })).verdict).toBe('none');
  });

  it('speak of seeds where those differ', () => {
    const { sentences } = headlineOf(
      facts({ repeats: 'seeds', stability: 0.85, groupStability: [0.9, 0.9, 0.59, 0.9, 0.5] }),
    );
    expect(sentences).toEqual([
      '5 groups, repeatable (agreement 0.85 between seeds, 1 is the same groups each time).',
      'Groups 3 and 5 do not come back with other seeds.',
    ]);
  });

  it('say that there are no groups, and no more than asked for where one was', () => {
    const one = { groups: 1, stability: 1, groupStability: [1] };
    expect(headlineOf(facts(one))).toEqual({
      verdict: 'none',
      sentences: ['There are no groups in these data that come back: all rows are one group.'],
    });
    // Two groups that lie far apart are found from eight rows on.
    const few = {
      verdict: 'none',
      sentences: ['7 rows are too few to tell whether they have groups: give at least 8.'],
    };
    expect([headlineOf(facts({ ...one, rows: 7 })), headlineOf(facts({ rows: 7 }))]).toEqual([few, few]);
    expect(headlineOf(facts({ rows: 8 }))).toEqual(headlineOf(facts()));
    expect(headlineOf(facts({ ...one, given: true })).sentences[0]).toMatch(/^One group, as asked for/);
    expect(headlineOf(facts({ ...one, photographs: true })).sentences[0]).toContain('--features net.onnx');
  });
});

describe('images whose groups follow plain properties', () => {
  const dark = { property: 'brightness', explained: 0.456 } as const;

  it('are told so first, above 30 %', () => {
    const { verdict, sentences } = headlineOf(
      facts({ appearance: [dark, { property: 'contrast', explained: 0.3 }] }),
    );
    expect([verdict, sentences[0]]).toEqual([
      'good',
      'These groups follow brightness (46 % of its variance lies between them): see by the exemplars whether that tells things apart.',
    ]);
    expect(sentences[1]).toMatch(/^5 groups, repeatable/);
  });

  it('are not to be used where they are photographs', () => {
    const { verdict, sentences } = headlineOf(
      facts({ photographs: true, appearance: [{ property: 'colour', explained: 0.5 }, dark] }),
    );
    expect([verdict, sentences[0]]).toEqual([
      'none',
      'These groups follow colour and brightness (50 % and 46 % of their variance lies between them): do not use them as kinds of things; give features (--features net.onnx).',
    ]);
  });
});

describe('photographs without an encoder', () => {
  const pixels = (change: Partial<HeadlineFacts>) => headlineOf(facts({ photographs: true, ...change }));
  const link = (strength: number, a = 1, b = 2): PairFinding => ({
    ...{ ...continuum(a, b), strength, continuum: false },
  });

  it('are used where groups come back and half of them have clear borders, with a doubt however good they are', () => {
    const { verdict, sentences } = pixels({ pairs: [link(0.1)] });
    expect([verdict, ...sentences]).toEqual([
      'partly',
      `5 groups, repeatable ${AGREEMENT('0.93')}.`,
      'They are photographs, made into groups without an encoder: light, colours and backgrounds come back as well as things do. Look at the exemplars before you use them as kinds of things, or give features (--features net.onnx).',
    ]);
    // Two of five have an unclear border.
    expect(pixels({ pairs: [link(0.2), link(0.14, 3, 4)] }).verdict).toBe('partly');
  });

  it.each([
    ['borders that are not clear', { pairs: [link(0.15), link(0.2, 2, 3)] }],
    ['groups that do not come back so well', { stability: 0.89 }],
  ])('are not used with %s', (_, change) => {
    const { verdict, sentences } = pixels(change);
    expect(verdict).toBe('none');
    expect(sentences[0]).toMatch(
      /do not use them as kinds of things; give features \(--features net\.onnx\)\.$/,
    );
  });
});
