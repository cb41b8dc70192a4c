/** @file The report of a run made again from its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { requireWritable, writeFileAtomic } from '../atomic-file.js';
import type { ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { DATASET_NAMES } from '../data/sets/open.js';
import { MixturaError, usageError } from '../errors.js';
import { type Evaluation, evaluateModel } from '../evaluate/labels.js';
import { endedCalm } from '../evaluate/settling.js';
import { methodNamed } from '../methods/index.js';
import { parseMetricName } from '../metrics/metric.js';
import { renderReport } from '../report/report.js';
import type { ReportData } from '../report/report-data.js';
import { requireNotOwn } from './data/own-files.js';
import { absoluteName, type DataListeners, reopenData } from './data/run-data.js';
import { openGold } from './gold/open.js';
import { withGold } from './gold/report.js';
import { readGroups, writeGroups } from './groups.js';
import { withProbeNames } from './labels/probes.js';
import { readProbes } from './labels/probes-file.js';
import { labelsOfRun, withLabelNames } from './labels/run-labels.js';
import { reportData } from './report-data.js';
import type { SavedScores } from './saved-scores.js';
import { type TrainedRun, withTrained } from './trained.js';

/** How the report of a run is made again; everything has a default. */
export interface ReportOptions extends DataListeners {
  /** Where it is written (default: `report.html` in the run folder, replaced). */
  readonly out?: string | undefined;
  /** Where the run's data are now: their file or folder (default: where they were), or none. */
  readonly data?: string | false | undefined;
  /** Whether GOLD is shown: what the model misses and what it makes too much of, group by group (default no). */
  readonly gold?: boolean | undefined;
}

/**
 * Makes the report of a run again, from its last checkpoint, its own data and the scores that were recorded.
 *
 * A report in the run folder needs the folder's lock; one elsewhere leaves the folder untouched.
 *
 * @param path the run folder
 * @returns the file of the report
 * @throws a MixturaError if it is no run or has no checkpoint, if the data are gone or have changed, if another process
 * writes the run, or if the report cannot be written
 */
export async function reportRun(path: string, options: ReportOptions = {}): Promise<string> {
  const { out } = options;
  if (out !== undefined) requireWritable(out);
  return withTrained(path, async (trained) => {
    const { folder } = trained;
    if (out === undefined) lock(trained);
    else requireNotOwn(out, trained);
    try {
      const dataset = options.data === false ? undefined : await dataOf(trained.run, options);
      const estimator = options.gold ? await openGold(trained) : undefined;
      const report = await reported(trained, dataset);
      const shown = await reportData(report);
      const page = renderReport(estimator ? await withGold(shown, { ...report, estimator }) : shown);
      const file = out ?? folder.reportFile;
      writeFileAtomic(file, page, () => folder.requireLock());
      if (out === undefined && dataset) keepGroups(trained, dataset, report.outcome.evaluation.groups);
      return file;
    } finally {
      folder.unlock();
    }
  });
}

/** What the report of a run shows, from its last checkpoint, its own data and the scores that were recorded. */
export function recordedReport(path: string): Promise<ReportData> {
  return withTrained(path, async (trained) => {
    const dataset = await dataOf(trained.run, {});
    return reportData(await reported(trained, dataset));
  });
}

/** Writes `groups.json` as the data are now; names that people gave stay. */
function keepGroups(
  { run, folder, inference }: TrainedRun,
  dataset: Dataset,
  found: Evaluation['groups'],
): void {
  const former = readGroups(folder, inference.prior.mixing);
  const labels = labelsOfRun({ run, method: methodNamed(run.method), folder }, dataset);
  const named = withLabelNames(found, labels, inference.graphs.labelClasses);
  const classNames = [...(dataset.classNames ?? []), ...(labels?.classNames ?? [])];
  writeGroups(folder, withProbeNames(named, readProbes(folder.path)), { former, classNames });
}

function lock({ folder }: TrainedRun): void {
  try {
    folder.lock();
  } catch (cause) {
    if (!(cause instanceof MixturaError)) throw cause;
    const message = cause.message.replace(/\.$/, '');
    throw new MixturaError(`${message}; or write the report elsewhere by --out FILE.`, {
      cause,
      exitCode: cause.exitCode,
    });
  }
}

/** The run's own data, where they were or where they are now. */
async function dataOf(run: ResolvedRun, { data, ...listeners }: ReportOptions): Promise<Dataset> {
  const name = typeof data === 'string' ? absoluteName(data) : run.data.name;
  if (!DATASET_NAMES.includes(name) && !existsSync(name)) {
    const where = typeof data === 'string' ? name : `The data of the run, ${name},`;
    throw usageError(
      `${where} ${typeof data === 'string' ? 'is' : 'are'} not there; say where they are by --data, or leave them out by --no-data.`,
    );
  }
  return reopenData({ ...run, data: { ...run.data, name } }, listeners);
}

/** The run as its report shows it: groups matched with the labels of the data, scores as they were recorded. */
async function reported({ folder, run, step, inference }: TrainedRun, dataset: Dataset | undefined) {
  const matched: Evaluation = dataset
    ? await evaluateModel(inference, dataset, {
        ...{ split: 'train', kmeans: false },
        classNames: run.dataset.classNames,
      })
    : { summary: {}, scores: [], groups: [] };
  const lines = folder.readMetrics(step);
  return {
    ...{ folder, run, dataset, inference },
    method: methodNamed(run.method),
    outcome: {
      step,
      finished: step >= run.steps || endedCalm(run, lines, step),
      seconds: lines.at(-1)?.seconds ?? 0,
      evaluation: { ...matched, ...scoresOf(folder.scoresFile, folder.path) },
    },
  };
}

/** The scores that were last written; none where there are none. */
function scoresOf(file: string, run: string): Pick<Evaluation, 'scores' | 'reliability'> {
  if (!existsSync(file)) return { scores: [] };
  try {
    const { metrics, reliability } = JSON.parse(readFileSync(file, 'utf8')) as SavedScores;
    return {
      scores: Object.entries(metrics).map(([name, value]) => ({ ...parseMetricName(name), value })),
      ...(reliability && { reliability }),
    };
  } catch (cause) {
    throw new MixturaError(`${file} is damaged; write it again by: mixtura evaluate ${run}.`, { cause });
  }
}
