/** @file `mixtura bench`: what a training step costs on this machine. */

import { type BenchResult, bench } from '../bench/bench.js';
import { BENCH_NAMES } from '../bench/cases.js';
import type { MemoryReading } from '../bench/measure.js';
import { ExitCode } from '../errors.js';
import { note, percent, print, printJson } from './screen/output.js';
import type { Arguments, Verb } from './verb.js';

/** The verb `bench`. */
export const benchVerb: Verb = {
  name: 'bench',
  summary: 'Measure a training step: time by part, arithmetic beside what the machine can do, memory.',
  usage: `[${BENCH_NAMES.join('|')}]`,
  arity: [0, 1],
  options: {
    steps: {
      value: 'N',
      summary: 'measured steps, after a warm-up (default: 20 of convolutions, else 200 or 500)',
    },
    threads: { value: 'N', summary: 'threads (default 2)' },
    profile: { summary: 'the time of every operator too, by kind and shape' },
    batch: { value: 'B', summary: 'another batch size' },
    components: { value: 'K', summary: 'another number of groups' },
    latent: { value: 'D', summary: 'another dimension of the latents' },
    side: { value: 'N', summary: 'random square images of another side' },
  },
  examples: [
    'mixtura bench mnist',
    'mixtura bench digits --profile',
    'mixtura bench digits --steps 5000 --json',
  ],
  run: runBench,
};

async function runBench(args: Arguments): Promise<number> {
  const result = await bench({
    name: args.positionals[0] ?? BENCH_NAMES[0]!,
    steps: args.integer('steps', 1),
    threads: args.integer('threads', 1),
    profile: args.flag('profile'),
    sizes: {
      batch: args.integer('batch', 2),
      components: args.integer('components', 1),
      latent: args.integer('latent', 1),
      side: args.integer('side', 1),
    },
    onMemory: (reading) => note(memoryText(reading)),
  });
  if (args.flag('json')) printJson(result);
  else for (const line of [...table(result), ...profileTable(result)]) print(line);
  return ExitCode.done;
}

function memoryText({ step, bytes }: MemoryReading): string {
  return `step ${step}: ${(bytes / 2 ** 20).toFixed(1)} MiB resident`;
}

function table(result: BenchResult): string[] {
  const { msPerStep, parts, hiddenMs, gflopPerStep, gflopPerSecond, gemmGflopPerSecond } = result;
  const row = (name: string, ...cells: string[]) =>
    `  ${name.padEnd(22)}${cells.map((cell) => cell.padStart(10)).join('')}`.trimEnd();
  return [
    `${result.method} on ${result.data}${result.randomPixels ? ' (random values)' : ''}, ` +
      `batch ${result.batch}, ${result.threads} threads, ${result.steps} steps after ${result.warmup}`,
    '',
    row('part', 'ms', 'share', 'GFLOP', 'GFLOP/s'),
    ...parts.map(({ name, ms, share, gflop }) =>
      row(
        name,
        ms.toFixed(3),
        percent(share),
        ...(gflop === undefined ? [] : [gflop.toPrecision(3), ((1000 * gflop) / ms).toFixed(1)]),
      ),
    ),
    row('step (mean)', msPerStep.mean.toFixed(3), percent(1)),
    row(
      'step (median)',
      msPerStep.median.toFixed(3),
      '',
      gflopPerStep.toPrecision(3),
      gflopPerSecond.toFixed(1),
    ),
    '',
    ...(hiddenMs > 0
      ? [
          `  ${hiddenMs.toFixed(3)} ms of prior and data overlap the engine's work, so shares sum to more than 100 %.`,
        ]
      : []),
    `  1024^3 matrix product: ${gemmGflopPerSecond.toFixed(0)} GFLOP/s; the step runs at ${percent(result.shareOfGemm)} of that rate.`,
    `  first step ${(result.firstStepMs / 1000).toFixed(2)} s after the start of the process; processor time ${result.cpuMsPerStep.toFixed(3)} ms a step.`,
    `  optimizer: touches ${mebibytes(result.optimizer.bytes)}; a memory copy of as much takes ${result.optimizer.copyMs.toFixed(3)} ms.`,
    ...memoryTable(result),
    `  resident memory: ${result.memory.map(({ step, bytes }) => `${mebibytes(bytes)} at step ${step}`).join(', ')}`,
  ];
}

function memoryTable({ peakBytes, surroundings: { runtime, data }, floor }: BenchResult): string[] {
  const { state, activations, live } = floor;
  const rest = peakBytes - runtime - data - state - live;
  const needed = state + activations;
  const times = (bytes: number) => (bytes / needed).toFixed(2);
  return [
    `  peak memory: ${mebibytes(peakBytes)} = ${mebibytes(runtime)} Node.js and ONNX Runtime before any model + ${mebibytes(data)} data ` +
      `+ ${mebibytes(state)} parameters, gradients and moments + ${mebibytes(live)} activations alive at a time + ${mebibytes(rest)} rest`,
    `  parameters, gradients, moments and the two largest activations (${mebibytes(activations)}) are ${mebibytes(needed)}: ` +
      `the peak is ${times(peakBytes)} times that, without Node.js and ONNX Runtime ${times(peakBytes - runtime)}, without data too ${times(peakBytes - runtime - data)}`,
  ];
}

/** Operators that take less than this share of a phase are summed. */
const LEAST_SHARE = 0.01;

function profileTable({ profile = [] }: BenchResult): string[] {
  return profile.flatMap(({ name, ms, operators, overheadMs }) => {
    const row = (time: number, nodes: number | string, what: string, gflop?: number) =>
      `  ${time.toFixed(3).padStart(9)}${percent(time / ms).padStart(9)}${String(nodes).padStart(7)}` +
      `${(gflop === undefined ? '' : ((1000 * gflop) / time).toFixed(0)).padStart(9)}  ${what}`;
    const large = operators.filter((operator) => operator.ms >= LEAST_SHARE * ms);
    const rest = operators.slice(large.length);
    const sumOf = (key: (operator: (typeof rest)[number]) => number) => rest.reduce((n, o) => n + key(o), 0);
    return [
      '',
      `  ${name}: ${ms.toFixed(3)} ms`,
      '         ms    share  nodes  GFLOP/s  operator and shapes',
      ...large.map((o) => row(o.ms, o.nodes, `${o.operator} ${o.shapes}`, o.gflop)),
      row(
        sumOf((o) => o.ms),
        sumOf((o) => o.nodes),
        'all smaller ones',
      ),
      row(overheadMs, '', 'beside the operators'),
    ];
  });
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
