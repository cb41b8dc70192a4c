/** @file A trained run as a folder for the model hub of Hugging Face. */
import { basename, isAbsolute } from 'node:path';
import type { ResolvedRun } from '../../config/schema.js';
import { isOptimizerState } from '../../train/session.js';
import { encodeSafetensors } from '../formats/safetensors.js';
import type { TrainedRun } from '../trained.js';
import { type ExportedFile, writeNetworks } from './export.js';
import { modelCard } from './export-card.js';
import { metadataOf } from './export-description.js';
import { requireEmpty, writeFolder } from './export-folder.js';

/**
 * Writes a folder for Hugging Face: README.md (the card), config.json, model.safetensors (parameters, running statistics
 * and the mixture, without the optimizers' moments), the ONNX files of {@link exportRun} and mixture.json. No path of this
 * machine is in it.
 *
 * @param folder a new or empty folder
 * @throws a MixturaError if a file does not compute what the engine does, in which case none is left
 */
export async function exportHub(trained: TrainedRun, folder: string): Promise<ExportedFile[]> {
  requireEmpty(folder, '--hub');
  const run = withoutPath(trained.run);
  const published: TrainedRun = { ...trained, run };
  return writeFolder(folder, async (write) => {
    const files = await writeNetworks(published, folder, write);
    const saved = Object.entries(await trained.inference.session.save());
    const tensors = Object.fromEntries(saved.filter(([name]) => !isOptimizerState(name)));
    write('model.safetensors', encodeSafetensors({ tensors, metadata: metadataOf(published) }));
    write('config.json', `${JSON.stringify({ model_type: 'mixtura', ...run }, null, 1)}\n`);
    write('README.md', modelCard(published));
    return files;
  });
}

/** The run with the names of its files or folders instead of the paths. */
function withoutPath(given: ResolvedRun): ResolvedRun {
  const run = given.probes === undefined ? given : { ...given, probes: basename(given.probes) };
  const { data, dataset } = run;
  if (!isAbsolute(data.name)) return run;
  const name = basename(data.name);
  const source = `${dataset.count} samples of shape ${dataset.shape.join(' x ')} from ${name}.`;
  return { ...run, data: { ...data, name }, dataset: { ...dataset, source } };
}
