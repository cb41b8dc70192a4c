/** @file Messages for programs: options are named as a program gives them, not as the command line does. */
import { MixturaError } from '../../errors.js';

/** A command of the command line up to the end of its clause, or the flag of an option. */
const COMMAND_OR_FLAG = /(mixtura [a-z]+ [^;,]*[^;,.]|np[mx] [^;,]*[^;,.])|--([a-z][a-z-]*)/g;

/**
 * A sentence in which options bear the names that programs give them: `--dry-run` becomes \`dryRun\`. Commands that it
 * quotes stay as they are.
 */
export function plainMessage(message: string): string {
  return message.replace(COMMAND_OR_FLAG, (found, _command, flag: string | undefined) =>
    flag === undefined
      ? found
      : `\`${flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())}\``,
  );
}

/** What `work` gives; its errors speak of options as programs do. */
export async function withPlainMessages<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    const message = plainMessage(cause.message);
    throw message === cause.message ? cause : new MixturaError(message, { cause, exitCode: cause.exitCode });
  }
}
