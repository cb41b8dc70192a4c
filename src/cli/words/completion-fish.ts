/** @file Completion for fish. */
import type { CompletedVerb } from './completion-table.js';

/** A file for `~/.config/fish/completions`, named `mixtura.fish`. */
export function fishScript(verbs: readonly CompletedVerb[]): string {
  const names = verbs.map(({ name }) => name);
  const lines = verbs.flatMap(({ name, summary, words, options }) => {
    const within = `complete -c mixtura -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c mixtura -f -n $no_verb -a ${name} -d ${quoted(summary)}`,
      ...(words.length === 0 ? [] : [`${within} -a ${quoted(words.join(' '))}`]),
      ...options.map((option) => {
        const value = option.value === undefined ? '' : option.choices ? ' -x' : ' -r';
        const choices = option.choices ? ` -a ${quoted(option.choices.join(' '))}` : '';
        return `${within} -l ${option.name}${value}${choices} -d ${quoted(option.summary)}`;
      }),
    ];
  });
  return [
    '# Completion of mixtura for fish: mixtura completion fish > ~/.config/fish/completions/mixtura.fish',
    `set -l no_verb ${quoted(`not __fish_seen_subcommand_from ${names.join(' ')}`)}`,
    ...lines,
  ].join('\n');
}

/** Text in single quotes, as fish reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
