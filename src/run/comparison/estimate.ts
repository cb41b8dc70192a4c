/** @file What a step of each row of a comparison takes, measured before anything is trained, and what all will take. */
import { batchSchedule } from '../../data/batches.js';
import { type Dataset, withoutLabels } from '../../data/dataset.js';
import { rowLabels } from '../../data/labels/training-labels.js';
import { OrtEngine } from '../../engine/ort/engine.js';
import { MixturaError } from '../../errors.js';
import { Inference } from '../../train/inference.js';
import { train } from '../../train/trainer.js';
import { lessonsOf } from '../learn.js';
import { prepareWith, requireModel } from '../prepare.js';
import { openRunSession } from '../stages/open-session.js';
import type { PlannedRow } from './plan.js';

/** What is known of a row before it is trained. */
export interface RowEstimate {
  readonly name: string;
  readonly steps?: number;
  /** Milliseconds of a step; absent where the row cannot be trained, or learns from groups that have to be found first. */
  readonly msPerStep?: number;
  /** Why it cannot be trained. */
  readonly failed?: string;
}

/** Steps that are done to measure one, the first of which do not count: programs are compiled in them. */
const STEPS = { first: 2, all: 7 };

/** Measures a step of a row on its data: the mean of a few, after the first ones. Nothing is written. */
export async function estimateRow({ name, request }: PlannedRow, dataset: Dataset): Promise<RowEstimate> {
  try {
    const prepared = prepareWith(request, dataset);
    const { run, method, labels } = prepared;
    requireModel(prepared);
    if (lessonsOf(prepared)) return { name, steps: run.steps };
    const engine = new OrtEngine({ threads: run.threads });
    try {
      const session = await openRunSession(engine, { run, method, labels });
      const loop = train(session, {
        samples: withoutLabels(dataset),
        schedule: batchSchedule(session.stream.fork('batches'), {
          count: dataset.count,
          batchSize: run.batch,
        }),
        ...{ from: 0, to: STEPS.all, inference: await Inference.open(session) },
        ...rowLabels(labels),
      });
      let began = performance.now();
      for await (const { step } of loop) if (step === STEPS.first) began = performance.now();
      const msPerStep = (performance.now() - began) / (STEPS.all - STEPS.first);
      return { name, steps: run.steps, msPerStep };
    } finally {
      await engine.close();
    }
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    return { name, failed: cause.message };
  }
}

/** Seconds of the steps of all rows whose step is known, with so many seeds. */
export function estimatedSeconds(rows: readonly RowEstimate[], seeds: number): number {
  return rows.reduce((sum, { steps = 0, msPerStep = 0 }) => sum + (seeds * steps * msPerStep) / 1000, 0);
}
