/** @file What must not be written over: the files that a run is made of, and those that it was made from. */
import { relative, resolve } from 'node:path';
import { requireOther } from '../../atomic-file.js';
import type { ResolvedRun } from '../../config/schema.js';
import { labelPaths } from '../../data/labels/spec.js';
import { usageError } from '../../errors.js';

/** Files and folders of a run that it cannot do without. */
const OWN =
  /^(config\.json|labels\.csv|groups\.json|metrics\.jsonl?|calibration\.json|[\w-]+\.safetensors|(checkpoints|stages)[\\/].*)$/;

/** A run and where it lies. */
interface RunInFolder {
  readonly run: ResolvedRun;
  readonly folder: { readonly path: string };
}

/**
 * @throws a usage error where a file to be written is one of the run's own, or one of its data, labels, probes or encoder
 */
export function requireNotOwn(out: string, { folder, run }: RunInFolder): void {
  const labels = run.labels === undefined ? [] : labelPaths(run.labels);
  for (const source of [run.data.name, ...labels, run.probes, run.encoder?.file]) {
    if (source !== undefined) requireOther(out, source);
  }
  if (OWN.test(relative(resolve(folder.path), resolve(out)))) {
    throw usageError(`--out is a file of the run ${folder.path}, which would be gone; give another file.`);
  }
}
