/** @file Groups as a table for people: learned or fixed sizes beside those of the assigned data and the true ones. */
import type { FoundGroup } from '../../evaluate/labels.js';
import type { RunGroup, SizesWord } from '../../run/groups.js';
import { percent } from './output.js';

/** The groups by their numbers, with the names that they have; a line each after a heading, which says what sizes are. */
export function groupLines(
  groups: readonly FoundGroup[],
  named: readonly Pick<RunGroup, 'component' | 'name'>[] = [],
  sizes: SizesWord = 'learned',
): string[] {
  const nameOf = ({ component, trueName }: FoundGroup) =>
    named.find((group) => group.component === component)?.name ?? trueName;
  const columns: [string, (group: FoundGroup) => string | undefined][] = [
    ['group', ({ group }) => String(group)],
    [sizes, ({ size }) => percent(size)],
    ['taught', ({ taught }) => (taught === undefined ? undefined : percent(taught))],
    ['assigned', ({ assigned }) => (assigned === undefined ? undefined : percent(assigned))],
    ['true', ({ trueSize }) => (trueSize === undefined ? undefined : percent(trueSize))],
  ];
  const shown = columns.filter(([, text]) => groups.some((group) => text(group) !== undefined));
  const names = groups.some((group) => nameOf(group) !== undefined);
  const line = (texts: readonly string[], name: string) =>
    `  ${texts.map((text, i) => text.padStart(i === 0 ? 5 : 8)).join('   ')}${names ? `   ${name}` : ''}`.trimEnd();
  return [
    line(
      shown.map(([title]) => title),
      'name',
    ),
    ...groups.map((group) =>
      line(
        shown.map(([, text]) => text(group) ?? ''),
        nameOf(group) ?? '',
      ),
    ),
  ];
}

/** Findings about the sizes, a line each, before the table of the groups. */
export function warningLines(warnings: readonly string[]): string[] {
  return warnings.length > 0 ? [...warnings, ''] : [];
}
