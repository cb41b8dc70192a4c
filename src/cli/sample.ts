/** @file `mixtura sample`: draws new samples of one group, or of all. */
import { requireWritable } from '../atomic-file.js';
import { ExitCode, usageError } from '../errors.js';
import { withTrained } from '../run/trained.js';
import { drawSamples } from '../run/use/draw.js';
import { writeSampleFile } from '../run/use/sample-file.js';
import { print, printJson } from './output.js';
import type { Arguments, Verb } from './verb.js';

const DEFAULT_COUNT = 100;

/** The verb `sample`. */
export const sampleVerb: Verb = {
  name: 'sample',
  summary: 'Draw new samples of one group, or of all in their learned proportions.',
  usage: 'RUN',
  arity: [1, 1],
  options: {
    component: {
      value: 'C',
      summary: 'component 0..K-1: group 1 is component 0 (default: the whole mixture)',
    },
    count: { value: 'N', summary: `number of samples (default ${DEFAULT_COUNT})` },
    out: {
      value: 'FILE',
      summary: '.png (images, points), .npy, or .csv (points, tables); replaced if it is there',
    },
    seed: { value: 'N', summary: 'the same seed gives the same samples (default 0)' },
  },
  examples: [
    'mixtura sample runs/digits-slogan-001 --component 1 --count 50 --out sevens.png',
    'mixtura sample runs/ring-slogan-001 --count 10000 --out new.csv',
  ],
  run: runSample,
};

async function runSample(args: Arguments): Promise<number> {
  const out = args.text('out');
  if (out === undefined)
    throw usageError("Where the samples go is not said; give --out, such as '--out x.png'.");
  requireWritable(out);
  const component = args.integer('component');
  const count = args.integer('count', 1) ?? DEFAULT_COUNT;
  const seed = args.integer('seed') ?? 0;
  return withTrained(args.positionals[0]!, async (trained) => {
    const drawn = await drawSamples(trained, { component, count, seed });
    writeSampleFile(out, trained.run.dataset, drawn);
    const result = {
      run: trained.folder.path,
      ...(component !== undefined && { component }),
      count,
      seed,
      file: out,
    };
    const of = component === undefined ? 'all groups' : `group ${component + 1} (component ${component})`;
    if (args.flag('json')) printJson(result);
    else print(`${count} samples of ${of} in ${out}`);
    return ExitCode.done;
  });
}
