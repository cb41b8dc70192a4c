/** @file A run that has its folder: trained to its end, scored, and reported. */
import type { ResolvedRun } from '../config/schema.js';
import { MixturaError } from '../errors.js';
import type { FoundGroup } from '../evaluate/labels.js';
import { lastMovement, type Movement } from '../evaluate/settling.js';
import { calibrationOf } from '../train/calibrate-model.js';
import type { Inference } from '../train/inference.js';
import { knownRowsOf } from '../train/known-data.js';
import { TooFewKept } from '../train/rejection.js';
import type { DataListeners } from './data/run-data.js';
import type { MetricsLine, RunFolder } from './folder.js';
import { writeCalibration } from './formats/calibration-file.js';
import { writeKnownRows } from './formats/known-rows-file.js';
import { readGroups, writeGroups } from './groups.js';
import { countProbes, type ProbeCount, withProbeNames } from './labels/probes.js';
import { withLabelNames } from './labels/run-labels.js';
import { learnInFolder } from './learn.js';
import { LockLost } from './lock/lock.js';
import { MlflowTracker } from './mlflow.js';
import type { PreparedRun } from './prepare.js';
import { type RunEvent, type RunOutcome, runTraining } from './recorder.js';
import { writeReport, writeSheet } from './report.js';
import { StageInterrupted } from './stages/stage-files.js';
import { teacherAgreement, withTaught } from './stages/taught.js';
import { runWarnings } from './warnings.js';

/** How a program follows a run, and ends it early. */
export interface FollowOptions extends DataListeners {
  /** Ends the run after the current step, saved. */
  readonly signal?: AbortSignal | undefined;
  /** Called with what happens, in order, while the run goes on. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Address of an MLflow server that the run is told to; a run that goes on is told to its own by default. */
  readonly mlflow?: string | undefined;
}

/** What a run found, and where it lies. */
export interface TrainResult extends Omit<RunOutcome, 'checkpoint'> {
  /** Path of the run folder. */
  readonly folder: string;
  /** The complete settings. */
  readonly run: ResolvedRun;
  /** The groups by their numbers, the largest first: learned sizes beside assigned and, where known, true ones. */
  readonly groups: readonly FoundGroup[];
  /** The name of each of them, where it has one, as `groups.json` has it. */
  readonly names: readonly (string | undefined)[];
  /** Share of the rows that stay in the group that was found before the training; absent without a teacher. */
  readonly taught?: number | undefined;
  /** How many of the rows had a label that training saw; absent for a method that learns without. */
  readonly labels?: { readonly rows: number; readonly of: number };
  /** The groups that probes marked, in the order of their names; absent without probes. */
  readonly probes?: { readonly source: string; readonly groups: readonly ProbeCount[] } | undefined;
  /** What moved between the last two evaluations; absent where there were not two. */
  readonly movement?: Movement | undefined;
  /** What should be known before their sizes are believed, a sentence each. */
  readonly warnings: readonly string[];
  /** Paths of the report, the last checkpoint and, unless the data are a table, the sample sheet. */
  readonly files: { readonly report?: string; readonly checkpoint: string; readonly samples?: string };
  /** A sentence for each of these that could not be written; the checkpoint is there all the same. */
  readonly unwritten: readonly string[];
}

/** A run whose folder is locked for this process and holds its settings. */
export interface StartedRun extends PreparedRun {
  readonly folder: RunFolder;
  /** The checkpoint to go on from, and its step; absent at the start. */
  readonly checkpoint?: { readonly file: string; readonly step: number } | undefined;
  /** What is to be recorded of how the run goes on. */
  readonly notes?: readonly string[];
}

/** Trains a run to its end or until the signal, scores it on its data, and writes the report. */
export async function completeRun(started: StartedRun, options: FollowOptions): Promise<TrainResult> {
  const { run, folder } = started;
  const warn = (note: string) => options.onEvent?.({ kind: 'note', note });
  const tracker = MlflowTracker.of({ url: options.mlflow, folder: folder.path, warn });
  tracker?.begin(run);
  try {
    const result = await trainAndReport(started, options, {
      onFound: (found) => tracker?.found(found),
      onLine: (line) => tracker?.line(line),
    });
    const { report, samples } = result.files;
    const files = [report, samples].filter((file) => file !== undefined);
    await tracker?.finish(result.finished ? 'FINISHED' : 'KILLED', files);
    return result;
  } catch (cause) {
    // A run that another process has taken over is that one's to tell.
    if (!(cause instanceof LockLost))
      await tracker?.finish(cause instanceof StageInterrupted ? 'KILLED' : 'FAILED');
    throw cause;
  }
}

async function trainAndReport(
  { checkpoint, ...prepared }: StartedRun,
  { signal, onEvent }: FollowOptions,
  { onFound, onLine }: { onFound: (run: ResolvedRun) => void; onLine: (line: MetricsLine) => void },
): Promise<TrainResult> {
  const { folder } = prepared;
  onEvent?.({ kind: 'started', run: prepared.run, folder: folder.path, from: checkpoint?.step ?? 0 });
  const taught = checkpoint ? {} : await learnInFolder(prepared, { signal, onEvent });
  const started = { ...prepared, ...taught };
  const { run } = started;
  onFound(run);
  return runTraining(
    {
      ...started,
      ...(signal && { signal }),
      ...(onEvent && { onEvent }),
      onLine,
      onSheet: (step, inference) =>
        writeSheet(folder, run, inference, step).catch((cause: unknown) => {
          // A network that is not trained yet may generate nothing that is kept.
          if (!(cause instanceof TooFewKept)) throw cause;
          onEvent?.({ kind: 'note', note: `There is no sample sheet of step ${step}. ${cause.message}` });
          return undefined;
        }),
      onTrained: (inference, step) => keepForUse(started, inference, step, onEvent),
      ...(checkpoint && { resumeFrom: checkpoint.file }),
    },
    async (inference, outcome) => {
      const { checkpoint: last, ...known } = outcome;
      const groups = withTaught(folder.stageFiles(), outcome.evaluation.groups);
      const kept = keepGroups(started, groups, inference.graphs.labelClasses);
      const taught = (await teacherAgreement(folder.stageFiles(), inference, started.dataset))?.value;
      const { labels } = started;
      const probes = started.probes && {
        source: started.probes.source,
        groups: await countProbes(started.probes, inference),
      };
      const { unwritten, ...written } = await writeReport({ ...started, inference, outcome });
      return {
        ...known,
        folder: folder.path,
        run,
        movement: lastMovement(folder.readMetrics()),
        groups,
        names: kept.names,
        ...(labels && { labels: { rows: labels.labelled, of: started.dataset.count } }),
        taught,
        probes,
        warnings: await runWarnings({
          ...{ folder, run, inference, dataset: started.dataset },
          ...{ step: outcome.step, groups, taught },
        }),
        files: { ...written, checkpoint: last },
        unwritten: [...kept.unwritten, ...unwritten],
      };
    },
  );
}

/**
 * Keeps what the use of the model needs besides the checkpoint: how its probabilities are calibrated, by its own samples,
 * and rows that it knows. A note says so where a file cannot be written.
 */
async function keepForUse(
  { folder, dataset }: Pick<StartedRun, 'folder' | 'dataset'>,
  inference: Inference,
  step: number,
  onEvent: FollowOptions['onEvent'],
): Promise<void> {
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (cause) {
      if (!(cause instanceof MixturaError) || cause instanceof LockLost) throw cause;
      onEvent?.({ kind: 'note', note: cause.message });
    }
  };
  const check = () => folder.requireLock();
  const calibration = await calibrationOf(inference);
  inference.calibrateBy(calibration);
  if (calibration) attempt(() => writeCalibration(folder.path, step, calibration, check));
  const known = inference.assigns ? knownRowsOf(dataset, inference.stream) : undefined;
  if (known) attempt(() => writeKnownRows(folder.path, known, check));
}

/** Writes `groups.json`, in which names that people gave stay; a sentence says so if it cannot be written. */
function keepGroups(
  { folder, dataset: { classNames = [] }, probes, labels }: StartedRun,
  found: readonly FoundGroup[],
  classes: ArrayLike<number> | undefined,
): Pick<TrainResult, 'names' | 'unwritten'> {
  const mixing = new Float64Array(found.length);
  for (const { component, size } of found) mixing[component] = size;
  try {
    const former = readGroups(folder, mixing);
    const named = withProbeNames(withLabelNames(found, labels, classes), probes);
    const known = [...classNames, ...(labels?.classNames ?? [])];
    const groups = writeGroups(folder, named, { former, classNames: known });
    return { names: groups.map(({ name }) => name), unwritten: [] };
  } catch (cause) {
    if (!(cause instanceof MixturaError) || cause instanceof LockLost) throw cause;
    return { names: found.map(({ trueName }) => trueName), unwritten: [cause.message] };
  }
}
