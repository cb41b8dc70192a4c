/** @file `mixtura bench`: what a training step costs on this machine. */
import { ExitCode } from '../errors.js';
import { BENCH_NAMES, type BenchResult, bench, type MemoryReading } from '../train/bench.js';
import { note, percent, print, printJson } from './output.js';
import type { Arguments, Verb } from './verb.js';

export const benchVerb: Verb = {
  name: 'bench',
  summary: 'Measure a training step: time by part, arithmetic beside what the machine can do, memory.',
  usage: `[${BENCH_NAMES.join('|')}]`,
  arity: [0, 1],
  options: {
    steps: { value: 'N', summary: 'measured steps, after a warm-up (default: 20 of mnist, else 500)' },
    threads: { value: 'N', summary: 'threads (default 2)' },
  },
  examples: ['mixtura bench mnist', 'mixtura bench digits --steps 5000 --json'],
  run: runBench,
};

async function runBench(args: Arguments): Promise<number> {
  const result = await bench({
    name: args.positionals[0] ?? BENCH_NAMES[0]!,
    steps: args.integer('steps', 1),
    threads: args.integer('threads', 1),
    onMemory: (reading) => note(memoryText(reading)),
  });
  if (args.flag('json')) printJson(result);
  else for (const line of table(result)) print(line);
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
    `${result.method} on ${result.data}${result.randomPixels ? ' (random pixels: the data are not here)' : ''}, ` +
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
    `  resident memory: ${result.memory.map(({ step, bytes }) => `${(bytes / 2 ** 20).toFixed(0)} MiB at step ${step}`).join(', ')}`,
  ];
}
