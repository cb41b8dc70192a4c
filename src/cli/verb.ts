/** @file What a verb of the command line is: its options as data, from which parsing and `--help` follow. */
import { usageError } from '../errors.js';
import type { Option } from './words/option.js';
import { parseWords } from './words/parse-words.js';

export type { Option };

/** What the user typed, checked against the verb's options. */
export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  flag(name: string): boolean;
  /** A whole number of at least `least`. @throws a usage error for anything else. */
  integer(name: string, least?: number): number | undefined;
}

/** A verb: what it takes, its help, and what it does. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them. */
  readonly usage: string;
  /** Least and most positional arguments. */
  readonly arity: readonly [number, number];
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** Options that are gone, with the sentence that says what takes their place. */
  readonly gone?: Readonly<Record<string, string>>;
  /** A further section of the help, after the options. */
  extraHelp?(args: Arguments): string;
  /** @returns the exit code. */
  run(args: Arguments): Promise<number>;
}

/** Options that every verb has. */
export const COMMON: Readonly<Record<string, Option>> = {
  json: { summary: 'print exactly one JSON object on standard output' },
  quiet: { summary: 'nothing but the result, and errors' },
  debug: { summary: 'show the stack trace of an error' },
  help: { summary: 'this text (also -h)' },
};

/** Parses what follows the verb. @throws a usage error that names the option and what to do. */
export function parseArguments(verb: Verb, raw: readonly string[]): Arguments {
  const known = { ...verb.options, ...COMMON };
  requireCurrent(verb, raw);
  const { values, positionals } = parseWords(verb.name, raw, known);
  const [least, most] = verb.arity;
  if (!values.has('help') && (positionals.length < least || positionals.length > most)) {
    throw usageError(
      `'${verb.name}' takes ${counted(least, most)} but was given ${positionals.length}; use it as: ${synopsis(verb)}.`,
    );
  }
  const empty = [...values].find(([, given]) => given.includes(''))?.[0];
  if (empty !== undefined) {
    throw usageError(`--${empty} is empty; give ${known[empty]!.value}, or leave it out.`);
  }
  if (positionals.includes('')) {
    throw usageError(`A name or path is empty; give it as: ${synopsis(verb)}.`);
  }
  const text = (name: string) => values.get(name)?.at(-1);
  return {
    positionals,
    text,
    list: (name) => values.get(name) ?? [],
    flag: (name) => values.has(name),
    integer: (name, minimum = 0) => integer(name, text(name), minimum),
  };
}

/** @throws a usage error for an option that is gone, with what takes its place. */
function requireCurrent({ gone = {} }: Verb, raw: readonly string[]): void {
  for (const word of raw) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && Object.hasOwn(gone, name)) throw usageError(gone[name]!);
  }
}

function counted(least: number, most: number): string {
  const range = least === most ? least : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return `${range} argument${least === 1 && (most === 1 || most === Infinity) ? '' : 's'}`;
}

function integer(name: string, text: string | undefined, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
    throw usageError(`--${name} is '${text}'; give a whole number of at least ${minimum}.`);
  }
  return value;
}

function synopsis({ name, usage }: Verb): string {
  return `mixtura ${name} ${usage}`.trimEnd();
}

/** Lines of two columns, indented. */
export function table(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}

/** The text of `mixtura VERB --help`, which may depend on what else was typed. */
export function helpOf(verb: Verb, args: Arguments): string {
  const entries = Object.entries({ ...verb.options, ...COMMON }).map(
    ([name, { value, summary, many }]) =>
      [`--${name}${value ? ` ${value}` : ''}${many ? ' ...' : ''}`, summary] as const,
  );
  return [
    synopsis(verb),
    '',
    verb.summary,
    '',
    'Options:',
    ...table(entries),
    ...(verb.extraHelp ? ['', verb.extraHelp(args)] : []),
    '',
    'Examples:',
    ...verb.examples.map((example) => `  ${example}`),
  ].join('\n');
}
