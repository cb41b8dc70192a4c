/** @file `mixtura features`: trains a feature network on labelled data and writes it as an ONNX file. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { requireWritable, writeFileAtomic } from '../atomic-file.js';
import { openDataset } from '../data/sets/open.js';
import { ExitCode, MixturaError, usageError } from '../errors.js';
import { type FeatureTrainingResult, networkName, trainFeatureNetwork } from '../features/train-network.js';
import { quoted } from '../run/command-line.js';
import { statOf } from '../write-target.js';
import { downloadLine } from './data-lines.js';
import { IMAGE_OPTIONS, imageOptions } from './image-options.js';
import { LiveLine } from './screen/live-line.js';
import { duration, note, percent, print, printJson } from './screen/output.js';
import { TABLE_OPTIONS, tableOptions } from './table-options.js';
import type { Arguments, Option, Verb } from './verb.js';

/** How files are read. */
const DATA_OPTIONS: Readonly<Record<string, Option>> = {
  ...TABLE_OPTIONS,
  label: { value: 'COLUMN', summary: 'table: column (NPZ, HDF5: array; AnnData: of obs) of the classes' },
  ...IMAGE_OPTIONS,
};

/** The verb `features`. */
export const featuresVerb: Verb = {
  name: 'features',
  summary:
    'Train a feature network (a classifier) on labelled data, for distances between real and generated.',
  usage: 'DATA',
  arity: [1, 1],
  options: {
    out: { value: 'FILE', summary: 'the ONNX file, a new one (default: lenet-DATA.onnx or mlp-DATA.onnx)' },
    steps: { value: 'N', summary: 'training steps (default: twelve passes over the data, at least 1,000)' },
    seed: { value: 'N', summary: 'seed of starting values, batches and validation part (default 0)' },
    threads: { value: 'N', summary: 'threads inside an operator (default 2)' },
    ...DATA_OPTIONS,
  },
  examples: [
    'mixtura features mnist',
    'mixtura features fashion-mnist --out fashion.onnx --seed 1 --json',
    'mixtura features measurements.csv --label species --steps 2000',
  ],
  run: runFeatures,
};

async function runFeatures(args: Arguments): Promise<number> {
  const [name] = args.positionals;
  const given = args.text('out');
  if (given !== undefined) requireNew(given);
  const dataset = await openDataset(name!, {
    ...tableOptions(args),
    ...imageOptions(args),
    progress: downloadLine(),
    notice: note,
  });
  const out = given ?? `${networkName(dataset)}.onnx`;
  requireNew(out);
  const line = new LiveLine();
  const began = performance.now();
  const result = await trainFeatureNetwork({
    dataset,
    steps: args.integer('steps', 1),
    seed: args.integer('seed'),
    threads: args.integer('threads', 1),
    words: [args.positionals[0]!, ...optionWords(args)].map(quoted).join(' '),
    progress: ({ step, steps, loss, secondsLeft }) =>
      line.show(
        () => `step ${step}/${steps} · ${duration(secondsLeft)} left · loss ${loss.toFixed(4)}`,
        step === steps,
      ),
  }).finally(() => line.clear());
  const seconds = (performance.now() - began) / 1000;
  const { file, refused } = keep(out, result.bytes);
  if (args.flag('json')) {
    const { bytes, ...rest } = result;
    printJson({ file, size: bytes.length, seconds, ...rest });
  } else show(file, result, seconds);
  if (refused === undefined) return ExitCode.done;
  note(`${refused} The network is in ${file} instead.`);
  return ExitCode.failed;
}

/** The options of the data as they were given, for the command that is written into the file. */
function optionWords(args: Arguments): string[] {
  return Object.entries(DATA_OPTIONS).flatMap(([option, { value }]) => {
    if (value === undefined) return args.flag(option) ? [`--${option}`] : [];
    const text = args.text(option);
    return text === undefined ? [] : [`--${option}`, text];
  });
}

/** Writes the network, where it is to be or, since training takes minutes, in the folder for temporary files. */
export function keep(out: string, bytes: Uint8Array): { readonly file: string; readonly refused?: string } {
  try {
    writeFileAtomic(out, bytes);
    return { file: out };
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    const file = join(mkdtempSync(join(tmpdir(), 'mixtura-')), basename(out));
    writeFileAtomic(file, bytes);
    return { file, refused: cause.message };
  }
}

/** Training takes minutes: so the file is refused before it, and not after. Pipes and devices may be there. */
function requireNew(out: string): void {
  const there = statOf(out);
  if (there?.isFile() || there?.isDirectory()) {
    throw usageError(`${out} exists; give another --out, or remove it first.`);
  }
  requireWritable(out);
}

function show(out: string, result: FeatureTrainingResult, seconds: number): void {
  const { bytes, columns, classes, steps, seed } = result;
  print(`  ${out}   ${Math.round(bytes.length / 1000)} kB, ${columns} features, ${classes} classes`);
  print(
    `  validation accuracy ${percent(result.validationAccuracy)} of ${result.validationCount} (training part)`,
  );
  if (result.testAccuracy !== undefined) {
    print(
      `  test accuracy       ${(100 * result.testAccuracy).toFixed(2)} % of ${result.testCount} (held out, read once)`,
    );
  }
  print(`  ${steps} steps with seed ${seed} in ${duration(seconds)}`);
}
