/** @file What a run leaves for people: sample sheets while it trains, the report and `samples.png` at the end. */
import { writeFileAtomic } from '../atomic-file.js';
import { groupOrder } from '../cluster/group-order.js';
import type { ResolvedRun } from '../config/schema.js';
import { type Dataset, sampleSize } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import { imageGridPng } from '../report/image-grid.js';
import { groupColor } from '../report/palette.js';
import { renderReport } from '../report/report.js';
import { scatterBounds, scatterPng } from '../report/scatter.js';
import type { Inference } from '../train/inference.js';
import type { RunFolder } from './folder.js';
import { LockLost } from './lock/lock.js';
import { generatedPoints, type RunReport, reportData } from './report-data.js';
import { savedScores, withPublished } from './saved-scores.js';

const PER_ROW = 10;

/**
 * Writes and gives the sample sheet of a step: the same latents at every step, a row a group, the largest of that step first;
 * nothing for tables.
 */
export async function writeSheet(
  folder: RunFolder,
  run: ResolvedRun,
  inference: Inference,
  step: number,
): Promise<Uint8Array | undefined> {
  const png = await sheet(run, inference);
  if (png) writeFileAtomic(folder.sheetFile(step), png, () => folder.requireLock());
  return png;
}

/** A run that has just ended, with its data. */
export interface TrainedReport extends RunReport {
  readonly dataset: Dataset;
}

/** What {@link writeReport} wrote, and the sentences about what it could not write. */
export interface WrittenReport {
  readonly report?: string;
  readonly samples?: string;
  readonly unwritten: readonly string[];
}

/**
 * Writes samples.png (not for tables), report.html and metrics.json. One that cannot be written keeps neither the others
 * nor the result of the training from being there.
 *
 * @throws a MixturaError if the lock of the run is lost
 */
export async function writeReport(report: TrainedReport): Promise<WrittenReport> {
  const { folder, run, inference } = report;
  const unwritten: string[] = [];
  const attempt = (write: () => void): boolean => {
    folder.requireLock();
    try {
      write();
      return true;
    } catch (cause) {
      if (!(cause instanceof MixturaError) || cause instanceof LockLost) throw cause;
      unwritten.push(cause.message);
      return false;
    }
  };
  const { step, evaluation } = report.outcome;
  const scores = withPublished(run, report.dataset, evaluation.scores);
  attempt(() => folder.writeScores(savedScores(step, scores, [], evaluation.reliability)));
  const png = await sheet(run, inference);
  const drawn = png !== undefined && attempt(() => writeFileAtomic(folder.samplesFile, png));
  const page = renderReport(await reportData(report));
  const told = attempt(() => writeFileAtomic(folder.reportFile, page));
  return {
    ...(told && { report: folder.reportFile }),
    ...(drawn && { samples: folder.samplesFile }),
    unwritten,
  };
}

/** A row of samples for each group, the largest first, with its share beside it. */
async function sheet(run: ResolvedRun, inference: Inference): Promise<Uint8Array | undefined> {
  const { mixing } = inference.prior;
  const order = groupOrder(mixing);
  const { shape, kind, range } = run.dataset;
  const size = sampleSize(shape);
  if (kind === 'image') {
    const samples = new Float32Array(order.length * PER_ROW * size);
    for (const [row, component] of order.entries()) {
      samples.set(await inference.sampleComponent(component, PER_ROW, 'sheet'), row * PER_ROW * size);
    }
    const gutter = order.map((component, row) => ({
      color: groupColor(row),
      label: `${(100 * mixing[component]!).toFixed(1)}%`,
    }));
    return imageGridPng({
      samples,
      shape,
      range: range === 'signed' ? 'signed' : 'unit',
      columns: PER_ROW,
      gutter,
    });
  }
  if (size !== 2) return undefined;
  const { points, groups } = await generatedPoints(inference, order);
  return scatterPng({ title: 'samples', points, groups, bounds: scatterBounds(points) });
}
