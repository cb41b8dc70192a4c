import { describe, expect, it } from 'vitest';
import { ExitCode, MixturaError, usageError } from '../../errors.js';
import { plainMessage, withPlainMessages } from './plain-message.js';

describe('a message for programs', () => {
  it.each([
    ['say how many groups to find by --components.', 'say how many groups to find by `components`.'],
    ['leave out --dry-run, or give --seed 3.', 'leave out `dryRun`, or give `seed` 3.'],
    [
      'train it with: mixtura train --resume runs/x; or leave out --out.',
      'train it with: mixtura train --resume runs/x; or leave out `out`.',
    ],
    ['a value of -1 -- or less', 'a value of -1 -- or less'],
  ])('%s', (message, plain) => {
    expect(plainMessage(message)).toBe(plain);
  });

  it('keeps exit code and cause, and leaves other errors as they are', async () => {
    const refused = usageError('give --batch 5.');
    const error = await withPlainMessages(() => Promise.reject(refused)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(MixturaError);
    expect(error).toMatchObject({ message: 'give `batch` 5.', exitCode: ExitCode.usage, cause: refused });
    const other = new TypeError('--batch');
    await expect(withPlainMessages(() => Promise.reject(other))).rejects.toBe(other);
  });
});
