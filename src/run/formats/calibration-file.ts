/** @file The calibration of a run's probabilities, beside its checkpoint: `calibration.json`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import type { Calibration } from '../../train/calibration.js';

const schema = z.object({
  /** Steps of the model that it was fitted to. */
  step: z.number(),
  prior: z.number(),
  sharpness: z.number().positive(),
});

function fileIn(folder: string): string {
  return path.join(folder, 'calibration.json');
}

/**
 * Writes the calibration of the model of a step, whole or not at all.
 * @param beforeRename may throw when it is not to be put in place
 * @throws a MixturaError where the disk refuses
 */
export function writeCalibration(
  folder: string,
  step: number,
  { prior, sharpness }: Calibration,
  beforeRename?: () => void,
): void {
  writeFileAtomic(fileIn(folder), `${JSON.stringify({ step, prior, sharpness }, null, 2)}\n`, beforeRename);
}

/**
 * The calibration of the model of a step; nothing where the folder has none, or that of another step.
 * @throws a MixturaError where the file is damaged
 */
export function readCalibration(folder: string, step: number): Calibration | undefined {
  const file = fileIn(folder);
  if (!existsSync(file)) return undefined;
  const { step: own, ...calibration } = parsed(file);
  return own === step ? calibration : undefined;
}

function parsed(file: string): z.output<typeof schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new MixturaError(
      `${file} is damaged: it is no calibration; delete it, and the probabilities are the method's own.`,
      { cause },
    );
  }
}
