/** @file `mixtura export`: writes the trained networks as ONNX files, checked; or a folder for Hugging Face. */
import { dirname, join } from 'node:path';
import { ExitCode, usageError } from '../errors.js';
import { withTrained } from '../run/trained.js';
import { type ExportedFile, exportRun } from '../run/use/export.js';
import { roundedTimes } from '../run/use/export-description.js';
import { exportHub } from '../run/use/export-hub.js';
import { note, print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `export`. */
export const exportVerb: Verb = {
  name: 'export',
  summary:
    'Write generator, encoder and assignment as ONNX files for any batch size, and the mixture as JSON.',
  usage: 'RUN',
  arity: [1, 1],
  options: {
    out: { value: 'FOLDER', summary: 'a new or empty folder (default: RUN/export, replaced)' },
    hub: {
      value: 'FOLDER',
      summary: 'a new or empty folder, made for Hugging Face: with card, weights and settings',
    },
  },
  examples: [
    'mixtura export runs/digits-slogan-001',
    'mixtura export runs/digits-slogan-001 --out model',
    'mixtura export runs/digits-slogan-001 --hub published',
  ],
  run: runExport,
};

/** What lies beside the networks in a folder for Hugging Face. */
const HUB_FILES = { card: 'README.md', weights: 'model.safetensors', config: 'config.json' } as const;

async function runExport(args: Arguments): Promise<number> {
  const [out, hub] = [args.text('out'), args.text('hub')];
  if (out !== undefined && hub !== undefined) {
    throw usageError('--out and --hub both say where the files go; give one of them.');
  }
  return withTrained(args.positionals[0]!, async (trained) => {
    const files = hub === undefined ? await exportRun(trained, out) : await exportHub(trained, hub);
    const folder = dirname(files[0]!.file);
    const mixture = join(folder, 'mixture.json');
    const named = Object.entries(HUB_FILES).map(([key, name]) => [key, join(folder, name)] as const);
    const more = hub === undefined ? {} : Object.fromEntries(named);
    if (args.flag('json')) {
      printJson({ run: trained.folder.path, files, mixture, ...more });
      return ExitCode.done;
    }
    printFiles(files);
    const rounded = roundedTimes(trained.run.dataset);
    if (rounded !== '')
      note(`In assign.onnx and encoder.onnx ${rounded}; 'mixtura cluster' reads them whole.`);
    print(`  ${mixture}   means, covariances, sizes, data`);
    for (const file of Object.values(more)) print(`  ${file}`);
    return ExitCode.done;
  });
}

function printFiles(files: readonly ExportedFile[]): void {
  for (const { file, input, output, difference } of files) {
    const checked =
      difference === undefined
        ? 'not checked: ONNX Runtime is absent'
        : `largest difference ${difference.toExponential(1)}`;
    print(`  ${file}   ${input} -> ${output}   ${checked}`);
  }
}
