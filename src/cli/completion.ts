/** @file `mixtura completion`: what a shell needs to complete verbs, options and their values, from the verbs' own tables. */
import { ELASTIC_NAMES } from '../data/sets/elastic-splits.js';
import { DATASET_NAMES } from '../data/sets/open.js';
import { didYouMean } from '../did-you-mean.js';
import { ExitCode, usageError } from '../errors.js';
import { print, printJson } from './screen/output.js';
import { COMMON, type Option, type Verb } from './verb.js';
import { bashScript } from './words/completion-bash.js';
import { fishScript } from './words/completion-fish.js';
import type { CompletedOption, CompletedVerb } from './words/completion-table.js';
import { zshScript } from './words/completion-zsh.js';

const SHELLS: Readonly<Record<string, (verbs: readonly CompletedVerb[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The verb `completion`, which reads the tables of all verbs. */
export function completionVerb(verbs: () => Promise<readonly Verb[]>): Verb {
  return {
    name: 'completion',
    summary: 'Print a script that lets a shell complete verbs, options and their values.',
    usage: `[${Object.keys(SHELLS).join(' | ')}]`,
    arity: [1, 1],
    options: {},
    examples: [
      'mixtura completion bash >> ~/.bashrc      # or, for this shell: eval "$(mixtura completion bash)"',
      'mixtura completion zsh > ~/.zfunc/_mixtura # a folder of $fpath',
      'mixtura completion fish > ~/.config/fish/completions/mixtura.fish',
    ],
    async run(args) {
      const shell = args.positionals[0]!;
      if (!Object.hasOwn(SHELLS, shell)) {
        const known = Object.keys(SHELLS);
        throw usageError(
          `There is no completion for '${shell}'${didYouMean(shell, known)}; give one of ${known.join(', ')}.`,
        );
      }
      const script = SHELLS[shell]!(tableOf(await verbs()));
      if (args.flag('json')) printJson({ shell, script });
      else print(script);
      return ExitCode.done;
    },
  };
}

/** What can follow each verb, from its options and its usage. */
export function tableOf(verbs: readonly Verb[]): CompletedVerb[] {
  const named = verbs.map((verb) => verb.name);
  const help = { name: 'help', summary: 'What a verb does, and its options.', words: named, options: [] };
  const version = { name: 'version', summary: 'The version of Mixtura.', words: [], options: [] };
  return [
    ...verbs.map(({ name, summary, usage, options }) => ({
      name,
      summary,
      words: wordsOf(usage),
      options: Object.entries({ ...options, ...COMMON }).map(([option, of]) => completed(option, of)),
    })),
    help,
    version,
  ];
}

/** Words of a usage such as `[list | fetch NAME]`, and names of data sets where it takes data; 50 splits of one set aside. */
function wordsOf(usage: string): string[] {
  const words = usage.includes('|') ? (usage.match(/\b[a-z][a-z-]*\b/g) ?? []) : [];
  return /\b(DATA|NAME)\b/.test(usage)
    ? [...words, ...DATASET_NAMES.filter((name) => !ELASTIC_NAMES.includes(name))]
    : words;
}

function completed(name: string, { value, summary, choices }: Option): CompletedOption {
  const alternatives = value?.includes('|') ? value.split('|') : undefined;
  return { name, summary, value, choices: choices ?? alternatives };
}
