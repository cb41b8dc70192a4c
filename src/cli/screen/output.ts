/** @file Where words go: results on standard output, everything else on standard error. */
import { isatty } from 'node:tty';
import { errorCode, writeFully, writeReason } from '../../atomic-file.js';
import { ExitCode } from '../../errors.js';
import { statOf } from '../../write-target.js';

const STDOUT = 1;

/** What kept standard output from being written, if anything did. */
let failure: unknown;

/** Whether standard output is a file or a device, whose writes Node does not repeat when they take some bytes only. */
let plain = false;
let hungUp = false;

function isPlain(): boolean {
  try {
    const stat = statOf(STDOUT);
    return stat !== undefined && (stat.isFile() || (stat.isCharacterDevice() && !isatty(STDOUT)));
  } catch {
    return false;
  }
}

/** Prints the one JSON object of `--json`. */
export function printJson(value: unknown): void {
  write(`${JSON.stringify(value)}\n`);
}

/** Prints a line of the result on standard output. */
export function print(text: string): void {
  write(`${text}\n`);
}

/** Prints text as it is. After a failure nothing more is written: the sentence about it is told once. */
export function write(text: string): void {
  if (failure !== undefined) return;
  try {
    if (plain) writeFully(STDOUT, Buffer.from(text));
    else process.stdout.write(text);
  } catch (cause) {
    stdoutFailed(cause);
  }
}

/**
 * Listens to the errors of the standard streams, which come as events. A run must not end because nobody can be told
 * about it, so standard error is written as far as it goes. A reader that stops listening (`| head`) is no failure.
 */
export function guardStreams(): void {
  plain = isPlain();
  process.stdout.on('error', stdoutFailed);
  process.stderr.on('error', (cause) => {
    hungUp ||= errorCode(cause) === 'EIO';
  });
}

/** Whether the terminal that the words went to has been closed. */
export function terminalIsGone(): boolean {
  return hungUp;
}

/** Whether results were lost because standard output could not be written. */
export function outputFailed(): boolean {
  return failure !== undefined && !['EPIPE', 'ECONNRESET'].includes(errorCode(failure) ?? '');
}

function stdoutFailed(cause: unknown): void {
  if (failure !== undefined) return;
  failure = cause;
  if (!outputFailed()) return;
  complain(`Cannot write standard output: ${writeReason('standard output', cause)}.`);
  process.exitCode = ExitCode.failed;
}

/** Whether remarks and status are left out. */
let quiet = false;

/** Leaves out, from now on, what is neither a result nor an error. */
export function beQuiet(): void {
  quiet = true;
}

/** A remark for the person at the keyboard; never mixed with results. */
export function note(text: string): void {
  writeStatus(`${text}\n`);
}

/** Writes text as it is on standard error, as far as that can be written. */
export function writeStatus(text: string): void {
  if (!quiet) writeStderr(text);
}

/** What went wrong, on standard error; also where remarks are left out. */
export function complain(text: string): void {
  writeStderr(`${text}\n`);
}

function writeStderr(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // Nobody can be told.
  }
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
