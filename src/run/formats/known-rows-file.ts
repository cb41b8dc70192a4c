/** @file Rows that a run was trained on, kept so that it can tell what is unlike them: `known-rows.safetensors`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { KnownRows } from '../../cluster/unlike.js';
import { MixturaError } from '../../errors.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

/** Raised when the names or meaning of the tensors change. */
const FORMAT = 'mixtura-known-rows-1';

const schema = z.object({
  tensors: z.object({
    mean: z.object({ data: z.instanceof(Float64Array) }),
    directions: z.object({ data: z.instanceof(Float32Array) }),
    rows: z.object({ data: z.instanceof(Float32Array) }),
    spacing: z.object({ data: z.instanceof(Float32Array) }),
  }),
  metadata: z.object({ format: z.literal(FORMAT), usual: z.coerce.number().positive() }),
});

function fileIn(folder: string): string {
  return path.join(folder, 'known-rows.safetensors');
}

/**
 * Writes known rows into a run folder, whole or not at all.
 * @param beforeRename may throw when they are not to be put in place
 * @throws a MixturaError where the disk refuses
 */
export function writeKnownRows(
  folder: string,
  { mean, directions, rows, spacing, usual }: KnownRows,
  beforeRename?: () => void,
): void {
  const [d, n] = [mean.length, spacing.length];
  const k = directions.length / d;
  const tensors = {
    mean: { shape: [d], data: mean },
    directions: { shape: [k, d], data: directions },
    rows: { shape: [n, k], data: rows },
    spacing: { shape: [n], data: spacing },
  };
  writeSafetensors(
    fileIn(folder),
    { tensors, metadata: { format: FORMAT, usual: String(usual) } },
    beforeRename,
  );
}

/** The known rows of a run folder; nothing where it has none. @throws a MixturaError where the file is damaged */
export function readKnownRows(folder: string): KnownRows | undefined {
  const file = fileIn(folder);
  if (!existsSync(file)) return undefined;
  const content = schema.safeParse(readSafetensors(file));
  if (!content.success) {
    throw new MixturaError(
      `${file} is damaged: it holds no known rows; delete it, and the rest of the run can be used.`,
      { cause: content.error },
    );
  }
  const { tensors, metadata } = content.data;
  const { mean, directions, rows, spacing } = tensors;
  return {
    mean: mean.data,
    directions: directions.data,
    rows: rows.data,
    spacing: spacing.data,
    usual: metadata.usual,
  };
}
