/** @file The probes that a run keeps, so that it goes on with the same bits: `probes.safetensors`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { MixturaError } from '../../errors.js';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.js';
import type { RunProbes } from './probes.js';

/** Raised when the names or meaning of the tensors change. */
const FORMAT = 'mixtura-probes-1';

const schema = z.object({
  tensors: z.object({
    values: z.object({ data: z.instanceof(Float32Array) }),
    component: z.object({ data: z.instanceof(Int32Array) }),
  }),
  metadata: z.object({ format: z.literal(FORMAT), groups: z.string(), source: z.string() }),
});

function fileIn(folder: string): string {
  return path.join(folder, 'probes.safetensors');
}

/**
 * Writes probes into a run folder, whole or not at all.
 * @param beforeRename may throw when they are not to be put in place
 * @throws a MixturaError where the disk refuses
 */
export function writeProbes(
  folder: string,
  { values, component, groups, source }: RunProbes,
  beforeRename?: () => void,
): void {
  const n = component.length;
  const tensors = {
    values: { shape: [n, values.length / n], data: values },
    component: { shape: [n], data: component },
  };
  const metadata = { format: FORMAT, groups: JSON.stringify(groups), source };
  writeSafetensors(fileIn(folder), { tensors, metadata }, beforeRename);
}

/** The probes of a run folder; nothing where it has none. @throws a MixturaError where the file is damaged */
export function readProbes(folder: string): RunProbes | undefined {
  const file = fileIn(folder);
  if (!existsSync(file)) return undefined;
  const content = schema.safeParse(readSafetensors(file));
  if (!content.success) {
    throw new MixturaError(`${file} is damaged: it holds no probes; restore it, or train again.`, {
      cause: content.error,
    });
  }
  const { tensors, metadata } = content.data;
  return {
    values: tensors.values.data,
    component: tensors.component.data,
    groups: z.array(z.string()).parse(JSON.parse(metadata.groups)),
    source: metadata.source,
  };
}
