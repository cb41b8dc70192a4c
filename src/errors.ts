/** @file The one error class that users see: a sentence with what is wrong, where, and what to do. */

/** Exit codes of the command line: done, failed, wrong usage, interrupted after saving. */
export const ExitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What a {@link MixturaError} carries beside its message. */
export interface MixturaErrorOptions {
  /** What the process should exit with when the command line meets this error (default 1, failed). */
  readonly exitCode?: number;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * An error whose message is meant for the user: one sentence that says what is wrong,
 * where (file, line, value), and what to do. The command line prints it without a stack trace.
 */
export class MixturaError extends Error {
  /** Exit code of the command line that meets this error. */
  readonly exitCode: number;

  constructor(message: string, options: MixturaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MixturaError';
    this.exitCode = options.exitCode ?? ExitCode.failed;
  }
}

/** A {@link MixturaError} for wrong usage: an unknown option, a value out of range (exit code 2). */
export function usageError(message: string): MixturaError {
  return new MixturaError(message, { exitCode: ExitCode.usage });
}
