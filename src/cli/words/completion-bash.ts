/** @file Completion for bash, version 3.2 and later. */
import { type CompletedVerb, quoted } from './completion-table.js';

/** A function for `complete -F`: files are completed where nothing else is known. */
export function bashScript(verbs: readonly CompletedVerb[]): string {
  const values = verbs.flatMap(({ name, options }) =>
    options.flatMap((option) =>
      option.value === undefined
        ? []
        : [`    ${quoted(`${name} --${option.name}`)}) ${replyOf(option.choices)} ;;`],
    ),
  );
  const tables = verbs.map(({ name, words, options }) => {
    const flags = options.map((option) => `--${option.name}`);
    return `    ${name}) words=${lines(words)} options=${lines(flags)} ;;`;
  });
  return `# Completion of mixtura for bash: eval "$(mixtura completion bash)"
_mixtura() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" verb="\${COMP_WORDS[1]}"
  local words='' options='' IFS=$'\\n'
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${lines(verbs.map(({ name }) => name))} -- "$current"))
    return
  fi
  case "$verb $previous" in
${values.join('\n')}
  esac
  case "$verb" in
${tables.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _mixtura mixtura`;
}

/** The reply for the value of an option. */
function replyOf(choices: readonly string[] | undefined): string {
  const source = choices ? `-W ${lines(choices)}` : '-f';
  return `COMPREPLY=($(compgen ${source} -- "$current")); return`;
}

/** Words a line each, as bash reads them. */
function lines(words: readonly string[]): string {
  return words.length === 0 ? "''" : `$'${words.join('\\n')}'`;
}
