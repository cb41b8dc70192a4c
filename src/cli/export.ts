/** @file `mixtura export`: writes the trained networks as ONNX files, checked. */
import { dirname, join } from 'node:path';
import { ExitCode } from '../errors.js';
import { withTrained } from '../run/trained.js';
import { exportRun } from '../run/use/export.js';
import { print, printJson } from './output.js';
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
  },
  examples: ['mixtura export runs/digits-slogan-001', 'mixtura export runs/digits-slogan-001 --out model'],
  run: runExport,
};

async function runExport(args: Arguments): Promise<number> {
  return withTrained(args.positionals[0]!, async (trained) => {
    const files = await exportRun(trained, args.text('out'));
    const mixture = join(dirname(files[0]!.file), 'mixture.json');
    if (args.flag('json')) {
      printJson({ run: trained.folder.path, files, mixture });
      return ExitCode.done;
    }
    for (const { file, input, output, difference } of files) {
      const checked =
        difference === undefined
          ? 'not checked: ONNX Runtime is absent'
          : `largest difference ${difference.toExponential(1)}`;
      print(`  ${file}   ${input} -> ${output}   ${checked}`);
    }
    print(`  ${mixture}   means, covariances, sizes, data`);
    return ExitCode.done;
  });
}
