/** @file What a training step costs: time by part, arithmetic, how near the machine's own limit, and memory. */
import { resolveRequest } from '../config/resolve.js';
import type { RunConfig } from '../config/schema.js';
import { batchSchedule } from '../data/batches.js';
import { arrayDataset, classCounts, type Dataset, withoutLabels } from '../data/dataset.js';
import { NAMED_SETS, namedSetPresence } from '../data/named.js';
import { openDataset } from '../data/open.js';
import { OrtEngine } from '../engine/ort.js';
import { usageError } from '../errors.js';
import { countFlops } from '../graph/flops.js';
import { Stream } from '../math/random.js';
import { methodNamed } from '../method/index.js';
import type { Phase } from '../method/method.js';
import { gemmRate } from './gemm-rate.js';
import { Inference } from './inference.js';
import { Session } from './session.js';
import { type StepEvent, train } from './trainer.js';

/** The presets that are measured, by the name of their data, with a sensible number of steps. */
const BENCHES: Readonly<Record<string, { preset: string; steps: number; warmup: number }>> = {
  mnist: { preset: 'mnist-2', steps: 20, warmup: 3 },
  digits: { preset: 'digits', steps: 500, warmup: 50 },
  ring: { preset: 'ring', steps: 500, warmup: 50 },
};

export const BENCH_NAMES: readonly string[] = Object.keys(BENCHES);

/** What {@link bench} measures. */
export interface BenchOptions {
  /** `mnist`, `digits` or `ring`. */
  readonly name: string;
  /** Measured steps, after a warm-up (default: 20 of mnist, 500 of the small ones). */
  readonly steps?: number | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
  /** Told at steps 100, 1000, 2000, ... and the last. */
  readonly onMemory?: (reading: MemoryReading) => void;
}

export interface MemoryReading {
  readonly step: number;
  /** Resident size of the process. */
  readonly bytes: number;
}

export interface BenchPart {
  readonly name: string;
  /** Mean milliseconds a step. */
  readonly ms: number;
  /** Share of the mean step. */
  readonly share: number;
  /** Billions of floating-point operations a step, for the parts that are graphs. */
  readonly gflop?: number;
}

/** Cost of a training step, from the measured steps after the warm-up. */
export interface BenchResult {
  readonly data: string;
  /** Whether the pixels are random because the data are not on this machine; the cost is the same. */
  readonly randomPixels: boolean;
  readonly method: string;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  /** Wall time of a step, milliseconds. */
  readonly msPerStep: { readonly median: number; readonly mean: number };
  /** Where the time goes, largest first. */
  readonly parts: readonly BenchPart[];
  /** Work on the main thread (prior, data) that was done while the engine computed, mean milliseconds a step. */
  readonly hiddenMs: number;
  /** Billions of floating-point operations of all phases (see {@link countFlops}). */
  readonly gflopPerStep: number;
  /** At the median step. */
  readonly gflopPerSecond: number;
  /** Rate of a 1024 x 1024 x 1024 matrix product on the same engine, just before. */
  readonly gemmGflopPerSecond: number;
  /** gflopPerSecond / gemmGflopPerSecond. */
  readonly shareOfGemm: number;
  readonly memory: readonly MemoryReading[];
}

/** Trains some steps of a preset and measures them. Nothing is written. @throws a usage error for an unknown name. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { preset, warmup, steps: usual } = benchNamed(options.name);
  const steps = options.steps ?? usual;
  const config = resolveRequest(
    { preset, ...(options.threads !== undefined && { threads: options.threads }) },
    (name) => methodNamed(name).settings,
  );
  const { dataset, random } = await benchData(config);
  const gemm = await gemmRate(config.threads);
  const engine = new OrtEngine({ threads: config.threads });
  try {
    const session = await openSession(engine, config, dataset);
    const measured = await measure(session, dataset, { ...options, steps, warmup });
    const gflop = gflopByPhase(session.model.phases);
    const gflopPerStep = sum(Object.values(gflop));
    const gflopPerSecond = (1000 * gflopPerStep) / median(measured.wall);
    return {
      data: config.data.name,
      randomPixels: random,
      method: config.method,
      batch: config.batch,
      threads: config.threads,
      steps,
      warmup,
      msPerStep: { median: median(measured.wall), mean: sum(measured.wall) / steps },
      ...partsOf(measured, gflop),
      gflopPerStep,
      gflopPerSecond,
      gemmGflopPerSecond: gemm,
      shareOfGemm: gflopPerSecond / gemm,
      memory: measured.memory,
    };
  } finally {
    await engine.close();
  }
}

function benchNamed(name: string) {
  const found = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!found) throw usageError(`There is no benchmark '${name}'; choose one of ${BENCH_NAMES.join(', ')}.`);
  return found;
}

/** The preset's data; random pixels of the same shape where they would have to be downloaded. */
async function benchData({ data }: RunConfig): Promise<{ dataset: Dataset; random: boolean }> {
  const absent = NAMED_SETS.includes(data.name) && namedSetPresence(data.name).missing.length > 0;
  if (!absent) return { dataset: await openDataset(data.name, data), random: false };
  const [count, shape] = [1000, [1, 28, 28]];
  const uniforms = Stream.root(0)
    .fork('pixels')
    .uniforms(new Float32Array(count * 28 * 28));
  const dataset = arrayDataset({
    name: data.name,
    kind: 'image',
    shape,
    range: 'unit',
    values: uniforms,
    labels: Int32Array.from({ length: count }, (_, i) => (i % 10 < 7 ? 0 : 1)),
    source: 'Random pixels.',
  });
  return { dataset, random: true };
}

function openSession(engine: OrtEngine, config: RunConfig, dataset: Dataset): Promise<Session> {
  return Session.open(engine, {
    method: methodNamed(config.method),
    settings: config.settings,
    context: {
      data: { shape: dataset.shape, range: dataset.range },
      components: config.components ?? classCounts(dataset)?.length ?? 2,
      batch: config.batch,
      horizon: config.horizon ?? config.steps,
    },
    seed: config.seed,
  });
}

interface Measured {
  /** Wall milliseconds of each step. */
  readonly wall: number[];
  /** Milliseconds of each part over all steps. */
  readonly parts: Record<string, number>;
  readonly memory: MemoryReading[];
}

async function measure(
  session: Session,
  dataset: Dataset,
  { steps, warmup, onMemory }: BenchOptions & { readonly steps: number; readonly warmup: number },
): Promise<Measured> {
  const measured: Measured = { wall: [], parts: {}, memory: [] };
  const loop = train(session, {
    samples: withoutLabels(dataset),
    schedule: batchSchedule(session.stream.fork('batches'), {
      count: dataset.count,
      batchSize: session.context.batch,
    }),
    from: 0,
    to: warmup + steps,
    inference: await Inference.open(session),
  });
  let before = performance.now();
  for await (const event of loop) {
    const step = event.step - warmup;
    if (step > 0) book(measured, event, performance.now() - before);
    if (step === 100 || (step > 0 && step % 1000 === 0) || step === steps) {
      const reading = { step, bytes: process.memoryUsage.rss() };
      measured.memory.push(reading);
      onMemory?.(reading);
    }
    before = performance.now();
  }
  return measured;
}

function book({ wall, parts }: Measured, { milliseconds }: StepEvent, elapsed: number): void {
  wall.push(elapsed);
  for (const [part, ms] of Object.entries(milliseconds)) parts[part] = (parts[part] ?? 0) + ms;
}

/** Mean parts of a step; what is left of it is messages between the threads and waiting. */
function partsOf(
  { wall, parts }: Measured,
  gflop: Readonly<Record<string, number>>,
): Pick<BenchResult, 'parts' | 'hiddenMs'> {
  const total = sum(wall);
  const booked = sum(Object.values(parts));
  const entries = [...Object.entries(parts), ['messages and waiting', Math.max(0, total - booked)] as const];
  return {
    parts: entries
      .map(([name, ms]) => ({
        name,
        ms: ms / wall.length,
        share: ms / total,
        ...(gflop[name] !== undefined && { gflop: gflop[name] }),
      }))
      .sort((a, b) => b.ms - a.ms),
    hiddenMs: Math.max(0, booked - total) / wall.length,
  };
}

function gflopByPhase(phases: readonly Phase[]): Record<string, number> {
  return Object.fromEntries(
    phases.map(({ name, program: { outputs, gradients, assignments } }) => {
      const all = [
        ...Object.values(outputs),
        ...(gradients?.values() ?? []),
        ...(assignments?.values() ?? []),
      ];
      return [name, countFlops(all) / 1e9];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
