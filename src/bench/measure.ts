/** @file Measures the steps of a training loop: wall and processor time, parts, memory. */
import { batchSchedule } from '../data/batches.js';
import { type Dataset, withoutLabels } from '../data/dataset.js';
import { Inference } from '../train/inference.js';
import type { Session } from '../train/session.js';
import { type StepEvent, train } from '../train/trainer.js';

/** The memory of the process at a step. */
export interface MemoryReading {
  readonly step: number;
  /** Resident size of the process. */
  readonly bytes: number;
}

/** What the steps of a benchmark took. */
export interface Measured {
  /** Wall milliseconds of each step. */
  readonly wall: number[];
  /** Milliseconds of each part over all steps. */
  readonly parts: Record<string, number>;
  readonly memory: MemoryReading[];
  /** Processor milliseconds over all steps. */
  cpuMs: number;
  firstStepMs: number;
  peakBytes: number;
}

/** How far a benchmark goes. */
export interface MeasureOptions {
  readonly steps: number;
  /** Steps before those that count. */
  readonly warmup: number;
  readonly onMemory?: ((reading: MemoryReading) => void) | undefined;
}

/** Trains the steps of a benchmark and measures those after the warm-up. */
export async function measure(
  session: Session,
  dataset: Dataset,
  { steps, warmup, onMemory }: MeasureOptions,
): Promise<Measured> {
  const measured: Measured = { wall: [], parts: {}, memory: [], cpuMs: 0, firstStepMs: 0, peakBytes: 0 };
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
  let cpu = process.cpuUsage();
  for await (const event of loop) {
    if (event.step === 1) measured.firstStepMs = performance.now();
    if (event.step === warmup) cpu = process.cpuUsage();
    const step = event.step - warmup;
    if (step > 0) book(measured, event, performance.now() - before);
    if (step === 100 || (step > 0 && step % 1000 === 0) || step === steps) {
      const reading = { step, bytes: process.memoryUsage.rss() };
      measured.memory.push(reading);
      onMemory?.(reading);
    }
    before = performance.now();
  }
  const { user, system } = process.cpuUsage(cpu);
  measured.cpuMs = (user + system) / 1000;
  measured.peakBytes = process.resourceUsage().maxRSS * 1024;
  return measured;
}

function book({ wall, parts }: Measured, { milliseconds }: StepEvent, elapsed: number): void {
  wall.push(elapsed);
  for (const [part, ms] of Object.entries(milliseconds)) parts[part] = (parts[part] ?? 0) + ms;
}
