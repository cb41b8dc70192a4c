/** @file Names of options, so that a misspelt one is not taken for one that was left out. */
import { didYouMean } from '../../did-you-mean.js';
import { usageError } from '../../errors.js';

/** Every name that options of a kind have. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** @throws a usage error for a name that is no option */
export function requireOptions<T extends object>(options: T, names: OptionNames<T>): void {
  const known = Object.keys(names);
  const wrong = Object.keys(options).find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw usageError(
    `There is no option '${wrong}'${didYouMean(wrong, known)}; choose of ${known.join(', ')}.`,
  );
}
