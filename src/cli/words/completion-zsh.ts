/** @file Completion for zsh. */
import { type CompletedOption, type CompletedVerb, quoted } from './completion-table.js';

/** A file for a folder of `$fpath`, named `_mixtura`; it can be evaluated as well. */
export function zshScript(verbs: readonly CompletedVerb[]): string {
  const described = verbs.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = verbs.map(({ name, words, options }) => {
    const rest = words.length === 0 ? '_files' : `{ compadd -- ${words.join(' ')}; _files }`;
    const entries = [...options.map(entryOf), quoted(`*:argument:${rest}`)];
    return `    ${name})\n      _arguments \\\n${entries.map((entry) => `        ${entry}`).join(' \\\n')} ;;`;
  });
  return `#compdef mixtura
# Completion of mixtura for zsh: mixtura completion zsh > ~/.zfunc/_mixtura
_mixtura() {
  local -a verbs
  verbs=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _mixtura ]]; then
  _mixtura "$@"
else
  compdef _mixtura mixtura
fi`;
}

function entryOf({ name, summary, value, choices }: CompletedOption): string {
  const text = summary.replace(/[[\]:\\]/g, (sign) => `\\${sign}`);
  if (value === undefined) return quoted(`--${name}[${text}]`);
  return quoted(`*--${name}=[${text}]:value:${choices ? `(${choices.join(' ')})` : '_files'}`);
}
