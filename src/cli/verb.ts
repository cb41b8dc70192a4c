/** @file What a verb of the command line is: its options as data, from which parsing and `--help` follow. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../errors.js';

/** An option of a verb. */
export interface Option {
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  /** Whether it may be given several times. */
  readonly repeated?: boolean;
  /** Whether it takes every word that follows, up to the next option. */
  readonly many?: boolean;
}

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
  debug: { summary: 'show the stack trace of an error' },
  help: { summary: 'this text' },
};

/** Parses what follows the verb. @throws a usage error that names the option and what to do. */
export function parseArguments(verb: Verb, raw: readonly string[]): Arguments {
  const known = { ...verb.options, ...COMMON };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [
      name,
      {
        type: option.value ? ('string' as const) : ('boolean' as const),
        multiple: option.repeated === true || option.many === true,
      },
    ]),
  );
  for (const word of raw) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !Object.hasOwn(known, name)) {
      const instead = verb.gone && Object.hasOwn(verb.gone, name) ? verb.gone[name] : undefined;
      if (instead !== undefined) throw usageError(instead);
      throw usageError(
        `'${verb.name}' has no option --${name}${didYouMean(name, Object.keys(known))}; see mixtura ${verb.name} --help.`,
      );
    }
  }
  const { values, positionals } = parse(verb, eachWord(raw, known), options);
  const [least, most] = verb.arity;
  if (!values.help && (positionals.length < least || positionals.length > most)) {
    throw usageError(
      `'${verb.name}' takes ${counted(least, most)} but was given ${positionals.length}; use it as: ${synopsis(verb)}.`,
    );
  }
  const empty = Object.keys(values).find((name) => values[name] === '');
  if (empty !== undefined) {
    throw usageError(`--${empty} is empty; give ${known[empty]!.value}, or leave it out.`);
  }
  const text = (name: string) => values[name] as string | undefined;
  return {
    positionals,
    text,
    list: (name) => (values[name] as string[] | undefined) ?? [],
    flag: (name) => values[name] === true,
    integer: (name, minimum = 0) => integer(name, text(name), minimum),
  };
}

function counted(least: number, most: number): string {
  const range = least === most ? least : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return `${range} argument${least === 1 && (most === 1 || most === Infinity) ? '' : 's'}`;
}

/** `--against a b` as `--against=a --against=b`, for options that take many words. */
function eachWord(raw: readonly string[], known: Readonly<Record<string, Option>>): string[] {
  let many: string | undefined;
  return raw.flatMap((word, i) => {
    if (many !== undefined && !word.startsWith('-')) return [`--${many}=${word}`];
    const name = /^--([^=]+)/.exec(word)?.[1];
    many = name !== undefined && known[name]?.many ? name : undefined;
    const follows = raw[i + 1] !== undefined && !raw[i + 1]!.startsWith('-');
    return many !== undefined && word === `--${many}` && follows ? [] : [word];
  });
}

type ParseOptions = Record<string, { type: 'string' | 'boolean'; multiple: boolean }>;

function parse(verb: Verb, raw: readonly string[], options: ParseOptions) {
  try {
    return parseArgs({ args: [...raw], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw usageError(`${reason.replace(/\.$/, '')}; see mixtura ${verb.name} --help.`);
  }
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
