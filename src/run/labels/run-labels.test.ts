import { expect, it } from 'vitest';
import type { FoundGroup } from '../../evaluate/labels.js';
import { withLabelNames } from './run-labels.js';

const found = [2, 0, 1].map((component, at) => ({
  group: at + 1,
  component,
  size: 1 / 3,
  trueName: 'other',
}));

it('groups have the names of the classes that training was told, whatever they were matched to', () => {
  const names = (labels: { classNames: string[] } | undefined, classes: number[] | undefined) =>
    withLabelNames(found as FoundGroup[], labels, classes).map(({ trueName }) => trueName);
  expect(names({ classNames: ['2', '7', '99'] }, [0, 1, 2])).toEqual(['99', '2', '7']);
  // Gaussians of one class have one name.
  expect(names({ classNames: ['a', 'b'] }, [0, 1, 0])).toEqual(['a', 'a', 'b']);
  expect(names(undefined, [0, 1, 2])).toEqual(['other', 'other', 'other']);
  expect(names({ classNames: ['a', 'b'] }, undefined)).toEqual(['other', 'other', 'other']);
});
