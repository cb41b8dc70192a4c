/** @file The words that follow a verb, as values of its options and as arguments. */
import { didYouMean } from '../../did-you-mean.js';
import { usageError } from '../../errors.js';
import type { Option } from './option.js';

/** What was typed, not yet checked. */
export interface ParsedWords {
  /** Values of the options that were given, in their order; a switch has none. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Letters that stand for an option. */
const SHORT: Readonly<Record<string, string>> = { '-h': 'help' };

/**
 * Divides words into options and arguments: `--name value`, `--name=value`, `--switch`; what follows `--` is an argument.
 * A value may begin with one hyphen, such as -1.
 *
 * @throws a usage error for an option that there is not, a value that is missing, or one that an option does not take
 */
export function parseWords(
  verb: string,
  words: readonly string[],
  known: Readonly<Record<string, Option>>,
): ParsedWords {
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  const take = (name: string, more: readonly string[]) =>
    values.set(name, [...(values.get(name) ?? []), ...more]);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') return { values, positionals: [...positionals, ...words.slice(at + 1)] };
    const { name, value } = optionOf(verb, word, known);
    if (name === undefined) positionals.push(word);
    else if (known[name]!.value === undefined) {
      if (value !== undefined)
        throw usageError(`--${name} is a switch and takes no value; leave out '=${value}'.`);
      take(name, []);
    } else if (value !== undefined) take(name, [value]);
    else {
      const follow = following(words, at + 1, known[name]!.many === true);
      if (follow.length === 0) throw missingValue(verb, name, known[name]!);
      take(name, follow);
      at += follow.length;
    }
  }
  return { values, positionals };
}

/** The words that are values of an option: one, or all up to the next option. */
function following(words: readonly string[], from: number, many: boolean): readonly string[] {
  const isValue = (word: string | undefined) =>
    word !== undefined && !word.startsWith('--') && !Object.hasOwn(SHORT, word);
  let to = from;
  while (isValue(words[to]) && (many ? !/^-\D/.test(words[to]!) : to === from)) to++;
  return words.slice(from, to);
}

/** The option that a word names, and the value after its `=`; nothing for an argument. */
function optionOf(
  verb: string,
  word: string,
  known: Readonly<Record<string, Option>>,
): { readonly name?: string; readonly value?: string } {
  if (Object.hasOwn(SHORT, word)) return { name: SHORT[word]! };
  if (!/^-[^\d.]/.test(word)) return {};
  const [, dashes = '', name = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (dashes === '--' && Object.hasOwn(known, name)) return value === undefined ? { name } : { name, value };
  throw usageError(
    `'${verb}' has no option ${dashes}${name}${didYouMean(name, Object.keys(known))}; see mixtura ${verb} --help.`,
  );
}

function missingValue(verb: string, name: string, { value }: Option): Error {
  return usageError(`--${name} has no value; give --${name} ${value}, or see mixtura ${verb} --help.`);
}
