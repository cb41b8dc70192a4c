/** @file What is wrong with a value, as a part of a sentence of ours. */
import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';

type Issue = z.core.$ZodIssue;

/** What a value of a type is called. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'names with values',
  record: 'names with values',
};

/** `it is 0; give a whole number of at least 1`: the value that an issue is about, and what is valid. */
export function whatIsWrong(issue: Issue, whole: unknown): string {
  const value = valueAt(whole, issue.path);
  const found = value === undefined ? 'it is missing' : `it is ${shown(value)}`;
  const hint = issue.code === 'invalid_value' ? didYouMean(String(value), issue.values.map(String)) : '';
  return `${found}${hint}; give ${expected(issue)}`;
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return alternatives(issue.values.map(String));
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return alternatives([...new Set(issue.errors.flatMap(([first]) => (first ? [expected(first)] : [])))]);
    default:
      return 'another value';
  }
}

function bound(origin: string, words: string, limit: number | bigint): string {
  if (origin === 'string') return `text of ${words} ${limit} characters`;
  if (origin === 'array') return `a list of ${words} ${limit} values`;
  return `a number of ${words} ${limit}`;
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function valueAt(whole: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    whole,
  );
}

/** A value as JSON, cut where it is long. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
