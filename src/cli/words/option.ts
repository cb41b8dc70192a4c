/** @file What an option of a verb is: data, from which parsing, help and completion follow. */

/** An option of a verb. */
export interface Option {
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  /** The words to choose from, where there are such. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly repeated?: boolean;
  /** Whether it takes every word that follows, up to the next option. */
  readonly many?: boolean;
}
