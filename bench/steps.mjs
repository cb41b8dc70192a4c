// What a training step costs, and how that compares with PyTorch (docs/performance.md says how to read it):
//   node bench/steps.mjs [--threads 2] [--steps N] [--only ring,mnist] [--peer] [--compile] [--rounds 3] [--json out.json]
//   node bench/steps.mjs --only 10x --components 64 --peer    (also --batch, --latent, --side)
// Every measurement is a process of its own. With --peer they alternate: Mixtura, PyTorch, Mixtura, PyTorch, ...
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchNamed } from '../dist/bench/cases.js';
import {
  childJson,
  EXPORT,
  givenSizes,
  markdown,
  measureMixtura,
  measurePeer,
  mebibytes,
  median,
  PEER,
  PYTHON,
  peerAbsence,
  SIZE_OPTIONS,
  sizeFlags,
} from './support.mjs';

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    steps: { type: 'string' },
    only: { type: 'string' },
    peer: { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'string' },
    ...SIZE_OPTIONS,
  },
});
const sizes = givenSizes(options);
const threads = Number(options.threads);
const names = options.only?.split(',') ?? ['ring-64', 'ring', 'digits', 'mnist', '10x', 'cifar'];
for (const name of names) benchNamed(name);
const absence = options.peer ? peerAbsence() : undefined;
const withPeer = options.peer && !absence;
const rounds = Number(options.rounds ?? (withPeer ? 3 : 1));
const folder = mkdtempSync(join(tmpdir(), 'mixtura-bench-'));
const note = (text) => process.stderr.write(`${text}\n`);

/** Writes one step as a file and lets PyTorch repeat it. @returns relative errors, the largest first. */
async function exportAndCheck(name, file) {
  const { status, stderr } = spawnSync(process.execPath, [EXPORT, name, file, ...sizeFlags(sizes)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} could not be exported: ${stderr.trim().split('\n').at(-1)}`);
  const variant = variantsOf(name).some(({ products }) => products) ? ['--products'] : [];
  const args = [PEER, file, '--check', '--threads', String(threads)];
  const checks = [await childJson(PYTHON, args)];
  if (variant.length > 0) checks.push(await childJson(PYTHON, [...args, ...variant]));
  const ok = checks.every((one) => one.ok);
  const { value } = checks.find((one) => !one.ok) ?? checks[0];
  const [[worst, error]] = Object.entries(value.errors);
  note(
    `${name}: ${ok ? 'the same step' : 'NOT THE SAME STEP'} in PyTorch; largest error ${error.toExponential(1)} (${worst})`,
  );
  return { ok, errors: value.errors };
}

/** The ways to write the step in PyTorch. */
function variantsOf(name) {
  const plain = { name: 'contiguous', layout: 'contiguous' };
  const convolutions = benchNamed(name).config.settings.network === 'dcgan';
  const others = [
    { name: 'channels-last', layout: 'channels_last' },
    { name: 'products', layout: 'contiguous', products: true },
  ];
  const compiled = { name: 'compiled', layout: 'contiguous', compile: true };
  return [plain, ...(convolutions ? others : []), ...(options.compile ? [compiled] : [])];
}

/** One round of PyTorch, each variant in a process of its own. */
async function peerRound(name, file, { steps, warmup }) {
  const runs = [];
  for (const variant of variantsOf(name)) {
    const run = await measurePeer(file, { threads, steps, warmup, ...variant });
    runs.push({ variant: variant.name, ...run });
  }
  return runs;
}

/** The least of the eager variants: of both layouts, or of those that are written as products by hand. */
const best = (runs, key) => Math.min(...runs.filter(isLayout).map(key));
const bestByHand = (runs, key) => Math.min(...runs.filter(({ variant }) => variant === 'products').map(key));
const isLayout = ({ compiled, variant }) => !compiled && variant !== 'products';
const wall = (run) => run.msPerStep.median;
const cpu = (run) => run.cpuMsPerStep;

async function measureCase(name) {
  const file = join(folder, `${name}.safetensors`);
  const check = withPeer ? await exportAndCheck(name, file) : undefined;
  const [mixtura, pytorch] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const mine = await measureMixtura(name, { threads, steps: options.steps, sizes });
    mixtura.push(mine);
    const theirs = withPeer ? await peerRound(name, file, mine) : [];
    pytorch.push(theirs);
    const told = [{ variant: 'Mixtura', ...mine }, ...theirs];
    const figures = told.map((run) => `${run.variant} ${wall(run).toFixed(2)} (CPU ${cpu(run).toFixed(2)})`);
    note(`${name} round ${round + 1}, ms: ${figures.join(', ')}`);
  }
  const ratios = (key, of = best) => mixtura.map((mine, i) => key(mine) / of(pytorch[i], key));
  const byHand = withPeer && variantsOf(name).some(({ products }) => products);
  const spread = (list) => ({ median: median(list), least: Math.min(...list), most: Math.max(...list) });
  return {
    name,
    title: benchNamed(name).title,
    mixtura,
    pytorch,
    check,
    ...(withPeer && {
      ratio: spread(ratios(wall)),
      cpuRatio: spread(ratios(cpu)),
    }),
    ...(byHand && { handRatio: spread(ratios(wall, bestByHand)) }),
  };
}

function row({ name, mixtura, pytorch, ratio, cpuRatio, handRatio, check }) {
  const of = (key) => median(mixtura.map(key));
  const peer = withPeer ? median(pytorch.map((runs) => best(runs, wall))) : 0;
  const range = ({ median: m, least, most }) => `${m.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
  return [
    name,
    `${mixtura[0].batch}`,
    of(wall).toFixed(2),
    of(cpu).toFixed(2),
    of((r) => r.gflopPerStep).toPrecision(3),
    of((r) => r.gflopPerSecond).toFixed(1),
    `${(100 * of((r) => r.shareOfGemm)).toFixed(1)} %`,
    mebibytes(of((r) => r.peakBytes)),
    (of((r) => r.firstStepMs) / 1000).toFixed(2),
    ...(withPeer
      ? [
          peer.toFixed(2),
          range(ratio),
          range(cpuRatio),
          handRatio ? range(handRatio) : '',
          check.ok ? 'yes' : 'NO',
        ]
      : []),
  ];
}

const header = [
  'step',
  'batch',
  'ms',
  'CPU ms',
  'GFLOP',
  'GFLOP/s',
  'of GEMM',
  'peak MiB',
  'first step s',
].concat(withPeer ? ['PyTorch ms', 'ratio', 'CPU ratio', 'by hand', 'same step'] : []);
const cases = [];
for (const name of names) {
  try {
    cases.push(await measureCase(name));
  } catch (error) {
    cases.push({ name, failed: error.message });
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${cpus()[0].model}, ${cpus().length} cores; ${threads} threads; ${rounds} rounds\n`);
const failures = cases.filter(({ failed }) => failed);
const measured = cases.filter(({ failed }) => !failed);
if (measured.length > 0) console.log(markdown(header, measured.map(row)));
for (const { name, failed } of failures) console.log(`\n${name} was not measured: ${failed}`);
if (absence) console.log(`\n${absence}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify({ threads, rounds, cases }, null, 1)}\n`);
process.exitCode = cases.some(({ failed, check }) => failed || check?.ok === false) ? 1 : 0;
