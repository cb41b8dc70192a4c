/** @file What a training step costs: time by part, arithmetic, how near the machine's own limit, and memory. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireThreads } from '../config/resolve.js';
import type { RunConfig } from '../config/schema.js';
import { classCounts, type Dataset } from '../data/dataset.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { methodNamed } from '../methods/index.js';
import { Session } from '../train/session.js';
import { type MemoryFloor, memoryFloor, usualPrograms } from '../train/step-memory.js';
import { builtFile } from '../wasm/built-file.js';
import { median, sum } from './averages.js';
import { type BenchSizes, benchData, benchNamed, resized } from './cases.js';
import { gemmRate } from './gemm-rate.js';
import { type Measured, type MemoryReading, measure } from './measure.js';
import { type ProgramProfile, readProfile } from './profile.js';
import { copyMs, gflopByPhase, optimizerBytes } from './work.js';

/** What {@link bench} measures. */
export interface BenchOptions {
  /** One of {@link BENCH_NAMES}. */
  readonly name: string;
  /** Measured steps, after a warm-up (default: 20 of the convolutions, 200 to 500 of the small ones). */
  readonly steps?: number | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
  /** Sizes other than the benchmark's own. */
  readonly sizes?: BenchSizes | undefined;
  /** Measure every operator too; that makes the step slower by some microseconds an operator. */
  readonly profile?: boolean | undefined;
  /** Called at steps 100, 1000, 2000, ... and the last. */
  readonly onMemory?: (reading: MemoryReading) => void;
}

/** Memory that a process takes whatever the model is, bytes. */
export interface Surroundings {
  /** Resident size of another process, which has loaded the same modules and computed a constant in ONNX Runtime. */
  readonly runtime: number;
  /** Bytes of the data in memory. */
  readonly data: number;
}

/** The time of one part of the step. */
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
  /** Whether the values are random because the data are made up or not on this machine; the cost is the same. */
  readonly randomPixels: boolean;
  readonly method: string;
  readonly batch: number;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
  /** Wall time of a step, milliseconds. */
  readonly msPerStep: { readonly median: number; readonly mean: number; readonly least: number };
  /** Processor time of a step in all threads, mean milliseconds: what other programs on the machine change least. */
  readonly cpuMsPerStep: number;
  /** From the start of the process until the first step was done, milliseconds. */
  readonly firstStepMs: number;
  /** Where the time goes, largest first. */
  readonly parts: readonly BenchPart[];
  /** Work on the main thread (prior, data) that was done while the engine computed, mean milliseconds a step. */
  readonly hiddenMs: number;
  /** Billions of floating-point operations of all phases (see {@link countFlops}). */
  readonly gflopPerStep: number;
  /** At the median step. */
  readonly gflopPerSecond: number;
  /** Rate of a 1024 x 1024 x 1024 matrix product on the same engine, just after. */
  readonly gemmGflopPerSecond: number;
  /** gflopPerSecond / gemmGflopPerSecond. */
  readonly shareOfGemm: number;
  readonly memory: readonly MemoryReading[];
  /** Largest resident size of the process, bytes. */
  readonly peakBytes: number;
  /** What of it is not the step's: Node.js with ONNX Runtime, and the data. */
  readonly surroundings: Surroundings;
  /** Least memory that a step needs, bytes (see {@link MemoryFloor}). */
  readonly floor: MemoryFloor;
  /** Bytes that the optimizers touch in a step, and the milliseconds of a memory copy that touches as many. */
  readonly optimizer: { readonly bytes: number; readonly copyMs: number };
  /** The operators of each phase, if they were asked for. */
  readonly profile?: readonly ProgramProfile[];
}

/**
 * Trains some steps of a benchmark and measures them. Nothing is left on the disk.
 * @throws a usage error for an unknown name, or sizes that do not suit it.
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const folder = options.profile ? mkdtempSync(join(tmpdir(), 'mixtura-profile-')) : undefined;
  try {
    const { steps = benchNamed(options.name).steps } = options;
    const opened = await openBench({ ...options, folder });
    const { warmup, session, dataset } = opened;
    const measured = await measure(session, dataset, { ...options, steps, warmup }).finally(() =>
      session.engine.close(),
    );
    const result = await resultOf(opened, measured);
    if (folder === undefined) return result;
    const profile = [...usualPrograms(session.model).values()].map(({ name }) =>
      readProfile(folder, name, warmup),
    );
    return { ...result, profile };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function resultOf(
  { config, random, warmup, dataBytes, session: { model } }: OpenBench,
  measured: Measured,
): Promise<BenchResult> {
  const { wall, memory, cpuMs, firstStepMs, peakBytes } = measured;
  const steps = wall.length;
  const gflop = gflopByPhase(model);
  const gflopPerStep = sum(Object.values(gflop));
  const gflopPerSecond = (1000 * gflopPerStep) / median(wall);
  const gemm = await gemmRate(config.threads);
  const bytes = optimizerBytes(model);
  return {
    data: config.data.name,
    randomPixels: random,
    method: config.method,
    batch: config.batch,
    threads: config.threads,
    steps,
    warmup,
    msPerStep: { median: median(wall), mean: sum(wall) / steps, least: Math.min(...wall) },
    cpuMsPerStep: cpuMs / steps,
    firstStepMs,
    ...partsOf(measured, gflop),
    gflopPerStep,
    gflopPerSecond,
    gemmGflopPerSecond: gemm,
    shareOfGemm: gflopPerSecond / gemm,
    memory,
    peakBytes,
    surroundings: { runtime: await runtimeBytes(), data: dataBytes },
    floor: memoryFloor(model),
    optimizer: { bytes, copyMs: copyMs(bytes) },
  };
}

/** A benchmark's session, with its data; its opener closes `session.engine`. */
export interface OpenBench {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  readonly random: boolean;
  readonly warmup: number;
  readonly session: Session;
  /** Bytes of the data, as they are held. */
  readonly dataBytes: number;
}

/** Opens a benchmark's data, engine and session; the engine leaves profiles in `folder`, if there is one. */
export async function openBench({
  name,
  threads,
  sizes,
  folder,
}: Pick<BenchOptions, 'name' | 'threads' | 'sizes'> & {
  readonly folder?: string | undefined;
}): Promise<OpenBench> {
  const found = resized(benchNamed(name), sizes);
  const config = { ...found.config, ...(threads !== undefined && { threads }) };
  requireThreads(config.threads);
  const engine = new OrtEngine({ threads: config.threads, profile: folder });
  try {
    const before = process.memoryUsage().arrayBuffers;
    const { dataset, random } = await benchData(found);
    const dataBytes = process.memoryUsage().arrayBuffers - before;
    const session = await openSession(engine, config, dataset);
    return { config, dataset, random, warmup: found.warmup, session, dataBytes };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Resident size of a process that has no model (see runtime-size.ts). */
async function runtimeBytes(): Promise<number> {
  const script = fileURLToPath(builtFile('bench/runtime-size.js'));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  return Number(stdout);
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
      threads: config.threads,
    },
    seed: config.seed,
  });
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
