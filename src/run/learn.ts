/** @file What a run learns before its own steps, where its method has lessons. */
import { deviceOf, type ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { isImageFolder } from '../data/sets/open.js';
import { MixturaError } from '../errors.js';
import { type Encoder, openEncoder } from '../features/encoder/encoder.js';
import type { Lessons } from '../method/stage.js';
import { IN_MEMORY, openSized } from './data/run-data.js';
import type { RunFolder } from './folder.js';
import type { PreparedRun } from './prepare.js';
import type { RunEvent } from './recorder.js';
import { encodedData } from './stages/encoded.js';
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
  { run, method, dataset }: PreparedRun,
  files: StageFiles,
  {
    signal,
    onEvent,
    onEncoder,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onEvent?: ((event: RunEvent) => void) | undefined;
    /** Called with the run that holds which encoder it is, before that is used. */
    readonly onEncoder?: ((run: ResolvedRun) => void) | undefined;
  },
): Promise<LearnedRun> {
  const lessons = lessonsOf({ run, method });
  if (!lessons) return { run };
  const onNote = (note: string) => onEvent?.({ kind: 'note', note });
  const encoder = run.encoder && (await openRunEncoder(run));
  try {
    const known = encoder ? withEncoder(run, encoder) : run;
    if (known !== run) onEncoder?.(known);
    const learned = await learn({
      ...{ lessons, dataset, files, signal, data: run.dataset, seed: run.seed, threads: run.threads },
      encoded: encoder && {
        fingerprint: encoder.fingerprint,
        name: encoder.name,
        rows: () => encodedRows(encoder, { run, dataset, onNote }),
      },
      device: deviceOf(run),
      groups: run.auto ? 'auto' : run.components,
      reuse: FinishedStages.of(),
      onProgress: (what, done) => onEvent?.({ kind: 'learning', what, done }),
      onNote,
    });
    return { run: { ...known, components: learned.teacher?.groups ?? known.components }, learned };
  } finally {
    await encoder?.close();
  }
}

/** The run with the fingerprint of its encoder. @throws a MixturaError where it is another than the run began with */
function withEncoder(run: ResolvedRun, { fingerprint }: Encoder): ResolvedRun {
  const { encoder: before } = run.dataset;
  if (before === fingerprint) return run;
  if (before === undefined) return { ...run, dataset: { ...run.dataset, encoder: fingerprint } };
  throw new MixturaError(
    `The encoder ${run.encoder!.file} has changed since the run began; put the old file back, or train a new run.`,
  );
}

function openRunEncoder({ encoder, threads }: ResolvedRun): Promise<Encoder> {
  return openEncoder(encoder!.file, { convention: encoder!.input, threads });
}

/** What the encoder sees of all rows; images of a folder are read in the size that it wants, and not in that of the run. */
async function encodedRows(
  encoder: Encoder,
  { run, dataset, onNote }: Pick<PreparedRun, 'run' | 'dataset'> & { onNote(note: string): void },
): Promise<Dataset> {
  const folder = run.data.name !== IN_MEMORY && isImageFolder(run.data.name);
  const open = async (size: string | undefined) =>
    folder && size !== undefined ? openSized(run, size, { onNotice: onNote }) : dataset;
  return (await encodedData(encoder, open, { note: onNote })).features;
}

/** The lessons of a run in its folder, which then says how many groups were found. */
export async function learnInFolder(
  started: PreparedRun & { readonly folder: RunFolder },
  follow: Parameters<typeof learnRun>[2],
): Promise<LearnedRun> {
  const { folder, run } = started;
  const onEncoder = (known: ResolvedRun) => folder.writeConfig(known);
  const result = await learnRun(started, folder.stageFiles(), { ...follow, onEncoder }).catch(
    (cause: unknown) => {
      if (!(cause instanceof StageInterrupted)) throw cause;
      throw new StageInterrupted(
        `${cause.during}; what was done before is saved: go on with mixtura train --resume ${folder.path}`,
        cause,
      );
    },
  );
  if (result.run.components !== run.components) folder.writeConfig(result.run);
  return result;
}
