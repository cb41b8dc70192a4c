/** @file One stage trained: from the values of the stages before, with checkpoints, so that it can be interrupted. */
import { rmSync } from 'node:fs';
import type { NearestRows } from '../../cluster/nearest-rows.js';
import { batchSchedule } from '../../data/batches.js';
import { type Dataset, sampleSize, withoutLabels } from '../../data/dataset.js';
import type { DeviceName } from '../../engine/devices.js';
import { OrtEngine } from '../../engine/ort/engine.js';
import { MixturaError } from '../../errors.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import type { BuildContext } from '../../method/method.js';
import type { Stage, StageModel } from '../../method/stage.js';
import { isOptimizerState, Session } from '../../train/session.js';
import type { StoredTensor } from '../../train/stored-tensor.js';
import { train } from '../../train/trainer.js';
import { checkpointFile, checkpointSteps, readCheckpoint, writeCheckpoint } from '../formats/checkpoint.js';
import type { FinishedStages } from './finished.js';
import { type StageFiles, StageInterrupted } from './stage-files.js';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, StoredTensor>>;

/** Steps between two checkpoints. */
const CHECKPOINT_EVERY = 250;
/** Rows that go through a network at a time. */
const ROWS = 250;

/** What a stage is trained with. */
export interface StageOptions {
  readonly stage: Stage;
  readonly dataset: Dataset;
  /** What the stage depends on. */
  readonly key: string;
  readonly context: Pick<BuildContext, 'components' | 'data' | 'teaching'>;
  readonly seed: number;
  readonly threads: number;
  readonly device: DeviceName;
  /** Values of the stages before. */
  readonly start: Tensors;
  /** The nearest rows of every row; asked for only where the stage is trained, and learns from them. */
  readonly neighbours?: (() => Promise<NearestRows>) | undefined;
  readonly files: StageFiles;
  /** Stages of former runs, which are taken where they are of the same key. */
  readonly reuse?: FinishedStages | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a sentence on what has ended. */
  readonly onNote?: ((sentence: string) => void) | undefined;
  /** Called after every step with the share of the steps that are done. */
  readonly onStep?: ((done: number) => void) | undefined;
}

/** What a stage leaves. */
export interface StageResult {
  /** The values of its networks. */
  readonly tensors: Tensors;
  /** Features of all rows, [n, f], where they are asked for and the stage has any. */
  readonly features?: Float32Array | undefined;
}

/**
 * Trains a stage to its end, from its last checkpoint if there is one; a stage that has ended is not trained again.
 *
 * @param features whether features of all rows are computed
 * @throws a {@link StageInterrupted} after the signal, once all is saved
 */
export async function trainStage(options: StageOptions, features: boolean): Promise<StageResult> {
  const { stage, key, files, dataset, seed, start, reuse } = options;
  const folder = files.checkpoints(stage.name);
  const { step: done, tensors: saved } = takenCheckpoint(options, folder);
  if (saved && done >= stage.steps && !features) return { tensors: values(saved) };
  const engine = new OrtEngine({ device: options.device, threads: options.threads });
  try {
    const batch = Math.min(stage.batch, dataset.count);
    const neighbours = done < stage.steps ? await options.neighbours?.() : undefined;
    const context = { ...options.context, batch, horizon: stage.steps, threads: options.threads, neighbours };
    const session = await Session.openBuilt(engine, (own) => stage.build(own), {
      context,
      seed,
      ...(saved ? { state: saved } : { start }),
    });
    if (done < stage.steps) {
      await steps(session, options, { folder, from: done });
      reuse?.keep(key, checkpointFile(folder, stage.steps));
    }
    const tensors = values(await session.save());
    return { tensors, features: features ? await featuresOf(session, dataset) : undefined };
  } finally {
    await engine.close();
  }
}

/** The last checkpoint, or where there is none that of a former run. */
function takenCheckpoint(
  { stage, key, files, reuse, onNote }: StageOptions,
  folder: string,
): ReturnType<typeof lastCheckpoint> {
  const own = lastCheckpoint(folder, key);
  if (own.step > 0 || !reuse?.take(key, checkpointFile(folder, stage.steps), files.owner)) return own;
  const taken = lastCheckpoint(folder, key);
  if (taken.step > 0) onNote?.(takenSentence(stage.title));
  return taken;
}

/** What is said where the work of a former run is taken. */
export function takenSentence(what: string): string {
  return `Not done again, but taken from an earlier run of the same data, settings and seed: ${what} (MIXTURA_REUSE=0 does it anew).`;
}

/** The last checkpoint of this key; what is of another one, or cannot be read, is removed. */
function lastCheckpoint(folder: string, key: string): { step: number; tensors?: Tensors } {
  for (const step of checkpointSteps(folder).reverse()) {
    const file = checkpointFile(folder, step);
    try {
      const { tensors, key: own } = readCheckpoint(file);
      if (own === key) return { step, tensors };
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
    }
    rmSync(file, { force: true });
  }
  return { step: 0 };
}

/** The steps that are left, with a checkpoint now and then. */
async function steps(
  session: Session<StageModel>,
  { stage, key, dataset, seed, files: { owner }, signal, onStep }: StageOptions,
  { folder, from }: { readonly folder: string; readonly from: number },
): Promise<void> {
  const schedule = batchSchedule(Stream.root(seed).fork('stage', stage.name, 'batches'), {
    count: dataset.count,
    batchSize: session.context.batch,
  });
  const loop = train(session, { samples: withoutLabels(dataset), schedule, from, to: stage.steps });
  for await (const { step } of loop) {
    owner.renewLock();
    onStep?.(step / stage.steps);
    const ended = step === stage.steps;
    if (step % CHECKPOINT_EVERY === 0 || ended || signal?.aborted) {
      writeCheckpoint(folder, { step, tensors: await session.save(), key }, 1, () => owner.requireLock());
    }
    if (signal?.aborted && !ended) {
      throw new StageInterrupted(`${stage.title} (${step} of ${stage.steps} steps)`);
    }
  }
}

/** What a checkpoint holds besides the memory of the optimizers. */
function values(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !isOptimizerState(name)));
}

/** Features of all rows, [n, f]. */
async function featuresOf(
  { engine, model, context }: Session<StageModel>,
  dataset: Dataset,
): Promise<Float32Array | undefined> {
  if (!model.features) return undefined;
  const program = 'stage: features';
  const samples = input('samples', [ROWS, ...context.data.shape]);
  await engine.compile({ name: program, outputs: { features: model.features(samples) } });
  const size = sampleSize(context.data.shape);
  let all = new Float32Array();
  for (let from = 0; from < dataset.count; from += ROWS) {
    const rows = Uint32Array.from({ length: Math.min(ROWS, dataset.count - from) }, (_, i) => from + i);
    const block = new Float32Array(ROWS * size);
    dataset.read(rows, block.subarray(0, rows.length * size));
    const { outputs } = await engine.run(program, { samples: block });
    const width = outputs.features!.length / ROWS;
    if (from === 0) all = new Float32Array(dataset.count * width);
    all.set(outputs.features!.subarray(0, rows.length * width), from * width);
  }
  return all;
}
