/** @file Where remarks about data go: a line each, never mixed with results. */

/** Writes each sentence as a line to standard error. */
export function noticeLines(
  stream: { write(text: string): unknown } = process.stderr,
): (sentence: string) => void {
  return (sentence) => void stream.write(`${sentence}\n`);
}
