/** @file What a cell of a table can say: a number, nothing, or a number as it is written elsewhere. */

/** How a number is written in a table. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** What a cell says that holds no value. */
const MISSING = /^([+-]?nan|na|n\/a|#n\/a|<na>|null|none|\?|-|\.)?$/i;
/** The words that {@link isMissing} takes, as a part of a sentence. */
export const MISSING_WORDS = 'an empty cell, NA, N/A, #N/A, <NA>, NaN, null, None, ?, -, .';

const LONGEST = 5;
const LONGEST_NUMBER = 40;
/** Digits, perhaps with marks of thousands and a comma, a sign, a unit of money, a percent sign. */
const MARKED =
  /^[+-]?[€$£]?\s?[+-]?(\d+|\d{1,3}([,.' \u00a0\u202f]\d{3})+)?([.,]\d+)?([eE][+-]?\d+)?\s?[%€$£]?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+([eE][+-]?\d+)?$/;
const THOUSANDS = /^[+-]?\d{1,3}([,.' \u00a0\u202f]\d{3})+([.,]\d+)?$/;
const NOT_FINITE = /^[+-]?inf(inity)?$/i;

/** Whether a cell, its ends trimmed, holds no value. */
export function isMissing(word: string): boolean {
  return word.length <= LONGEST && MISSING.test(word);
}

/** Whether a word is a number that is written in another way, such as `12,5`, `1,234.50`, `12 %`, `$5` or `inf`. */
export function isNumberLike(word: string): boolean {
  return NOT_FINITE.test(word) || (word.length < LONGEST_NUMBER && /\d/.test(word) && MARKED.test(word));
}

/** What is to be done about a word that should be a number, as the end of a sentence; `name` is that of its column. */
export function numberCure(word: string, name: string): string {
  if (NOT_FINITE.test(word)) return `correct it, or leave the column out by --drop ${name}`;
  if (DECIMAL_COMMA.test(word) && !THOUSANDS.test(word))
    return 'correct it, or give --decimal , if the numbers have decimal commas';
  if (THOUSANDS.test(word) && word.includes(','))
    return 'give --decimal , if its comma is a decimal one, or --decimal . if commas part thousands';
  if (isNumberLike(word)) return `write plain numbers, or leave the column out by --drop ${name}`;
  return (
    `correct it, leave the cell empty if the value is missing (see --missing), leave the column out by --drop ${name}, ` +
    `or take it for labels by --label ${name}`
  );
}

/** 1 and 0 for `true` and `false`, which programs write for them, in any case; NaN for other words. */
export function truthValue(word: string): number {
  if (/^true$/i.test(word)) return 1;
  return /^false$/i.test(word) ? 0 : Number.NaN;
}
