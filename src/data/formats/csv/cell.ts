/** @file A cell of a text table as it is written. */

/**
 * A cell in quotes where it must be: also where it holds one of the marks by which a reader may take cells apart, since a
 * reader looks for that mark in the text.
 */
export function cell(text: string): string {
  return /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
