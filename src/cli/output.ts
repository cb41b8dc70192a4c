/** @file Where words go: results on standard output, everything else on standard error. */

/** Prints the one JSON object of `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a line of the result on standard output. */
export function print(text: string): void {
  write(`${text}\n`);
}

/** Prints text as it is. */
export function write(text: string): void {
  process.stdout.write(text);
}

/** A reader that stops listening (`| head`) is no failure: nobody is left to print for. */
export function tolerateClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** A remark for the person at the keyboard; never mixed with results. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** 0.534 -> "53.4 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** 75 -> "1 min 15 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
