/** @file What a shell completes: verbs, their options, and the words that each takes. */

/** An option of a verb. */
export interface CompletedOption {
  readonly name: string;
  readonly summary: string;
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string | undefined;
  /** The values to choose from; without them names of files are completed. */
  readonly choices?: readonly string[] | undefined;
}

/** A verb with all that can follow it. */
export interface CompletedVerb {
  readonly name: string;
  readonly summary: string;
  /** Arguments to choose from, beside names of files. */
  readonly words: readonly string[];
  readonly options: readonly CompletedOption[];
}

/** Text in single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
