/** @file What a run learns before its own steps, where its method has lessons. */
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import { Stream } from '../math/random.js';
import type { Lessons } from '../method/stage.js';
import type { RunFolder } from './folder.js';
import type { PreparedRun } from './prepare.js';
import type { RunEvent } from './recorder.js';
import { FinishedStages } from './stages/finished.js';
import { type Learned, learn } from './stages/lessons.js';
import { type StageFiles, StageInterrupted } from './stages/stage-files.js';

/** A run that has had its lessons: as many groups as were found. */
export interface LearnedRun {
  readonly run: ResolvedRun;
  /** Absent where the method has no lessons. */
  readonly learned?: Learned | undefined;
}

/** The lessons of a run's method by its settings, if it has any. */
export function lessonsOf({ run, method }: Pick<PreparedRun, 'run' | 'method'>): Lessons | undefined {
  return method.lessons?.(method.settings.parse(run.settings), run.dataset);
}

/** Gives a run its lessons, or goes on with them; `files` holds what they leave. */
export async function learnRun(
  { run, method, dataset, probes }: PreparedRun,
  files: StageFiles,
  {
    signal,
    onEvent,
  }: { signal?: AbortSignal | undefined; onEvent?: ((event: RunEvent) => void) | undefined },
): Promise<LearnedRun> {
  const lessons = lessonsOf({ run, method });
  if (!lessons) return { run };
  requireModel({ run, method, probes });
  const learned = await learn({
    ...{ lessons, dataset, files, signal, data: run.dataset, seed: run.seed, threads: run.threads },
    device: deviceOf(run),
    groups: run.auto ? 'auto' : run.components,
    reuse: FinishedStages.of(),
    onProgress: (what, done) => onEvent?.({ kind: 'learning', what, done }),
    onNote: (note) => onEvent?.({ kind: 'note', note }),
  });
  return { run: { ...run, components: learned.teacher?.groups ?? run.components }, learned };
}

/** @throws a MixturaError where the method cannot be built for the data, before anything is learned for it */
function requireModel({ run, method, probes }: Pick<PreparedRun, 'run' | 'method' | 'probes'>): void {
  method.build(method.settings.parse(run.settings), {
    data: run.dataset,
    components: Math.max(2, run.components),
    ...{ batch: run.batch, horizon: run.horizon, steps: run.steps },
    stream: Stream.root(run.seed),
    probes,
  });
}

/** The lessons of a run in its folder, which then says how many groups were found. */
export async function learnInFolder(
  started: PreparedRun & { readonly folder: RunFolder },
  follow: Parameters<typeof learnRun>[2],
): Promise<LearnedRun> {
  const { folder, run } = started;
  const result = await learnRun(started, folder.stageFiles(), follow).catch((cause: unknown) => {
    if (!(cause instanceof StageInterrupted)) throw cause;
    throw new StageInterrupted(
      `${cause.during}; what was done before is saved: go on with mixtura train --resume ${folder.path}`,
      cause,
    );
  });
  if (result.run.components !== run.components) folder.writeConfig(result.run);
  return result;
}
