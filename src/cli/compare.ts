/** @file `mixtura compare`: methods or presets side by side on one data set, with several seeds. */
import { RUN_DEFAULTS } from '../config/schema.js';
import { didYouMean } from '../did-you-mean.js';
import { ExitCode, usageError } from '../errors.js';
import { LEAST_SAMPLES } from '../evaluate/generation.js';
import { methodNames } from '../methods/index.js';
import { estimateRow, type RowEstimate } from '../run/comparison/estimate.js';
import {
  ALL,
  BESIDE,
  type Beside,
  type ComparisonRequest,
  planComparison,
} from '../run/comparison/make-plan.js';
import {
  type ComparisonResult,
  freeComparison,
  resumeComparison,
  startComparison,
} from '../run/comparison/run-comparison.js';
import { DEFAULT_SAMPLES } from '../run/score.js';
import { dataLines } from './data-lines.js';
import { IMAGE_OPTIONS } from './image-options.js';
import { comparedLines } from './screen/compared-lines.js';
import { comparisonProgress, estimateLine, planLine, totalLine } from './screen/comparison-progress.js';
import { note, print, printJson } from './screen/output.js';
import { TABLE_OPTIONS } from './table-options.js';
import { requestOf } from './train-request.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `compare`. */
export const compareVerb: Verb = {
  name: 'compare',
  summary: 'Train methods side by side on one data set, with several seeds: one table, and a page.',
  usage: '[DATA]',
  arity: [0, 1],
  options: {
    methods: {
      value: 'A,B',
      summary: `methods, or ${ALL} (default): ${methodNames().join(', ')}`,
    },
    presets: {
      value: 'A,B',
      summary: 'presets of train, beside the methods, or instead of them where --methods is left out',
    },
    seeds: { value: 'N,N', summary: 'seeds that each is trained with (default 0)' },
    without: {
      value: 'A,B',
      summary:
        'what is left out: baselines (k-means, Gaussian mixture, spectral clustering), model (on groups that are found first)',
    },
    components: { value: 'K', summary: 'number of groups (default: number of classes, where known)' },
    steps: { value: 'N', summary: 'steps of every run (default: those of the preset)' },
    batch: { value: 'N', summary: 'batch size of every run (default: that of the preset)' },
    classes: { value: 'A,B', summary: 'classes to keep' },
    ratio: { value: 'A:B', summary: 'sizes of the kept classes' },
    groups: { value: 'A;B,C', summary: 'classes merged into groups' },
    ...TABLE_OPTIONS,
    ...IMAGE_OPTIONS,
    set: {
      value: 'KEY=VALUE',
      summary: 'a setting for all methods that have it, any number of times',
      repeated: true,
    },
    threads: { value: 'N', summary: `threads (default ${RUN_DEFAULTS.threads})` },
    samples: {
      value: 'N',
      summary: `real and generated samples that are compared (default ${DEFAULT_SAMPLES}, or all that there are)`,
    },
    features: { value: 'NAME', summary: 'the feature network of FID and ICFID, as of evaluate' },
    input: { value: 'KEY=VALUE,...', summary: 'how an ONNX file of --features reads images' },
    out: {
      value: 'FOLDER',
      summary: 'folder of the comparison and its runs (default: runs/compare-DATA, numbered)',
    },
    resume: { value: 'FOLDER', summary: 'go on with that comparison: what is done stays' },
    'dry-run': { summary: 'tell how many runs there are and how long they take, and stop' },
  },
  examples: [
    'mixtura compare digits --steps 2000 --seeds 0,1,2',
    'mixtura compare mnist-2 --methods slogan,clustergan --steps 4000 --dry-run',
    'mixtura compare table.csv --label kind --without model',
    'mixtura compare --resume runs/compare-digits-001',
  ],
  extraHelp: () =>
    [
      'All methods have the data, the networks, the batch and the steps of one preset: that of the data.',
      'Labels only score, but for methods that learn from them (acgan, gmgan-supervised): their rows say so, and are never marked as the best.',
      'The folder gets comparison.html, .json and .csv; each run in it is one that sample, evaluate and report take.',
      'A run that fails is a row with its reason, and the exit status is 1. After an interruption --resume goes on.',
    ].join('\n'),
  run: runCompare,
};

/** Signals that end the run that goes on after its current step, saved. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

async function runCompare(args: Arguments): Promise<number> {
  if (args.flag('dry-run')) return dryRun(args);
  const abort = new AbortController();
  const onSignal = () => abort.abort();
  const progress = comparisonProgress(() => {
    for (const signal of SIGNALS) process.once(signal, onSignal);
    process.on('SIGHUP', onSignal);
  });
  try {
    const result = await compared(args, { ...dataLines(), ...progress.follow, signal: abort.signal });
    progress.end();
    return shown(args, result);
  } catch (cause) {
    progress.end();
    if (!abort.signal.aborted || cause !== abort.signal.reason) throw cause;
    return ExitCode.interrupted;
  } finally {
    for (const signal of [...SIGNALS, 'SIGHUP']) process.off(signal, onSignal);
  }
}

async function compared(
  args: Arguments,
  follow: Parameters<typeof resumeComparison>[1],
): Promise<ComparisonResult> {
  const [folder, out] = [args.text('resume'), args.text('out')];
  if (folder === undefined) return startComparison(await comparisonOf(args), { ...follow, folder: out });
  const given = Object.keys(compareVerb.options).find((name) => name !== 'resume' && args.flag(name));
  if (given !== undefined || args.positionals.length > 0) {
    throw usageError(
      `--resume goes on with the comparison in ${folder} as it was begun; leave out ${given === undefined ? args.positionals[0] : `--${given}`}.`,
    );
  }
  return resumeComparison(folder, follow);
}

/** Prints the table; a run that failed is a failure, also where others are done. */
function shown(args: Arguments, { folder, finished, table, files }: ComparisonResult): number {
  if (args.flag('json')) printJson({ folder, finished, ...table, files });
  else for (const line of comparedLines(table)) print(line);
  if (!args.flag('json')) print(`\n  page: ${files.page}`);
  if (!finished) {
    note(`Go on with: mixtura compare --resume ${folder}`);
    return ExitCode.interrupted;
  }
  return table.cells.failed > 0 ? ExitCode.failed : ExitCode.done;
}

/** What is planned, and what it takes: every method is built, and a few steps of it are measured. */
async function dryRun(args: Arguments): Promise<number> {
  if (args.text('resume') !== undefined) {
    throw usageError('--dry-run plans a new comparison; leave out --resume, or --dry-run to go on.');
  }
  const { plan, dataset } = await planComparison(await comparisonOf(args), dataLines());
  const folder = args.text('out') ?? freeComparison(plan.data);
  const json = args.flag('json');
  if (!json) print(planLine(plan, folder));
  const rows: RowEstimate[] = [];
  for (const row of plan.rows) {
    rows.push(await estimateRow(row, dataset));
    if (!json) print(estimateLine(rows.at(-1)!));
  }
  if (json) printJson({ folder, plan, rows });
  else print(totalLine(rows, plan.seeds.length));
  return ExitCode.done;
}

/** @throws a usage error for a value that is none */
async function comparisonOf(args: Arguments): Promise<ComparisonRequest> {
  if (args.positionals.length === 0 && args.text('presets') === undefined) {
    throw usageError(
      'No data are given; use it as: mixtura compare DATA, or mixtura compare --resume FOLDER.',
    );
  }
  // Here --features names what generated samples are scored by, and no encoder of the data.
  const { encoder: _, ...common } = await requestOf(args);
  if (common.auto) {
    throw usageError('Methods are compared with one number of groups; give --components K instead of auto.');
  }
  return {
    common,
    methods: args.text('methods')?.split(','),
    presets: args.text('presets')?.split(','),
    seeds: (args.text('seeds') ?? '0').split(',').map(seedOf),
    without: args.text('without')?.split(',').map(besideOf),
    scoring: {
      samples: args.integer('samples', LEAST_SAMPLES),
      features: args.text('features'),
      convention: args.text('input'),
    },
  };
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw usageError(`--seeds has '${text}'; give whole numbers with commas between, such as 0,1,2.`);
}

function besideOf(text: string): Beside {
  const known = BESIDE.find((name) => name === text);
  if (known) return known;
  throw usageError(`--without has '${text}'${didYouMean(text, BESIDE)}; give ${BESIDE.join(' or ')}.`);
}
