/** @file What a run leaves for people: sample sheets while it trains, the report and `samples.png` at the end. */
import { writeFileAtomic } from '../atomic-file.js';
import type { ResolvedRun } from '../config/schema.js';
import type { Dataset } from '../data/dataset.js';
import { sampleSize } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import { Stream } from '../math/random.js';
import type { MethodDefinition } from '../method/method.js';
import { describeMetric, metricName } from '../metrics/metric.js';
import { imageGridPng } from '../report/image-grid.js';
import { componentColor } from '../report/palette.js';
import { renderReport } from '../report/report.js';
import type { ReportCurve, ReportData, ReportGroup, ReportView, SampleForm } from '../report/report-data.js';
import { scatterBounds, scatterPng } from '../report/scatter.js';
import type { Inference } from '../train/inference.js';
import { VERSION } from '../version.js';
import { commandLine } from './command-line.js';
import type { MetricsLine, RunFolder } from './folder.js';
import { LockLost } from './lock.js';
import type { RunOutcome } from './recorder.js';
import { savedScores, withPublished } from './saved-scores.js';

const PER_ROW = 10;
const PER_SHEET = 30;
const POINTS_PER_GROUP = 500;
const VIEW_POINTS = 2000;

/** What {@link writeReport} needs of a run that has ended. */
export interface RunReport {
  readonly folder: RunFolder;
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  readonly dataset: Dataset;
  readonly inference: Inference;
  readonly outcome: RunOutcome;
}

/** Writes the sample sheet of a step: the same latents at every step, a row a group; nothing for tables. */
export async function writeSheet(
  folder: RunFolder,
  run: ResolvedRun,
  inference: Inference,
  step: number,
): Promise<void> {
  const png = await sheet(run, inference);
  if (png) writeFileAtomic(folder.sheetFile(step), png, () => folder.requireLock());
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
export async function writeReport(report: RunReport): Promise<WrittenReport> {
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
  attempt(() => folder.writeScores(savedScores(step, scores, [])));
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

async function sheet(run: ResolvedRun, inference: Inference): Promise<Uint8Array | undefined> {
  const { components, mixing } = inference.prior;
  const { shape, kind, range } = run.dataset;
  const size = sampleSize(shape);
  if (kind === 'image') {
    const samples = new Float32Array(components * PER_ROW * size);
    for (let c = 0; c < components; c++) {
      samples.set(await inference.sampleComponent(c, PER_ROW, 'sheet'), c * PER_ROW * size);
    }
    const gutter = Array.from(mixing, (share, c) => ({
      color: componentColor(c),
      label: `${Math.round(100 * share)}%`,
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
  const { points, components: groups } = await generatedPoints(inference);
  return scatterPng({ title: 'samples', points, groups, bounds: scatterBounds(points) });
}

/** Points of each component, as many as its share of a fixed number. */
async function generatedPoints(
  inference: Inference,
): Promise<{ points: Float32Array; components: Int32Array }> {
  const { components, mixing } = inference.prior;
  const parts: Float32Array[] = [];
  const groups: number[] = [];
  for (let c = 0; c < components; c++) {
    const n = Math.max(1, Math.round(mixing[c]! * components * POINTS_PER_GROUP));
    parts.push(await inference.sampleComponent(c, n, 'points'));
    for (let i = 0; i < n; i++) groups.push(c);
  }
  const points = new Float32Array(2 * groups.length);
  let at = 0;
  for (const part of parts) {
    points.set(part, at);
    at += part.length;
  }
  return { points, components: Int32Array.from(groups) };
}

async function reportData(report: RunReport): Promise<ReportData> {
  const { folder, run, method, dataset, inference, outcome } = report;
  const lines = folder.readMetrics();
  const { components } = inference.prior;
  const { nmi } = outcome.evaluation.summary;
  const view = await viewOf(report);
  return {
    run: {
      folder: folder.path,
      method: method.title,
      dataset: { name: dataset.name, source: dataset.source, count: dataset.count },
      seed: run.seed,
      steps: outcome.step,
      seconds: outcome.seconds,
      command: commandLine(run),
      version: VERSION,
      ...(!outcome.finished && { unfinished: { plannedSteps: run.steps } }),
    },
    groups: await groupsOf(report),
    form: formOf(run),
    metrics: outcome.evaluation.scores.map((score) => ({
      name: metricName(score),
      value: score.value,
      meaning: describeMetric(score),
    })),
    ...(nmi !== undefined && { nmi }),
    curves: curvesOf(lines),
    ...(lines.length > 1 && {
      sizes: {
        steps: lines.map(({ step }) => step),
        sizes: Array.from({ length: components }, (_, c) => lines.map(({ sizes }) => sizes[c]!)),
      },
    }),
    ...(view && { view }),
    notes: lines.flatMap(({ notes = [] }) => notes),
    settings: Object.fromEntries(
      Object.entries({ ...run.settings, batch: run.batch, horizon: run.horizon }).map(([key, value]) => [
        key,
        typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean),
      ]),
    ),
  };
}

async function groupsOf({ inference, outcome }: RunReport): Promise<ReportGroup[]> {
  const groups: ReportGroup[] = [];
  for (const group of outcome.evaluation.groups) {
    groups.push({ ...group, samples: await inference.sampleComponent(group.component, PER_SHEET, 'sheet') });
  }
  return groups;
}

function formOf(run: ResolvedRun): SampleForm {
  const { shape, kind, range } = run.dataset;
  if (kind === 'image') return { kind, shape, range: range === 'signed' ? 'signed' : 'unit' };
  if (sampleSize(shape) === 2) return { kind: 'points' };
  return { kind: 'table', columns: Array.from({ length: sampleSize(shape) }, (_, i) => `column ${i + 1}`) };
}

/** Data of two dimensions as it is, else encodings; coloured by group probability. */
async function viewOf({ dataset, inference }: RunReport): Promise<ReportView | undefined> {
  if (!inference.assigns) return undefined;
  const count = Math.min(VIEW_POINTS, dataset.count);
  const indices = Stream.root(0).fork('view').choice(dataset.count, count);
  const responsibilities = await inference.assign(dataset, indices);
  if (sampleSize(dataset.shape) === 2) {
    const points = new Float32Array(2 * count);
    dataset.read(indices, points);
    return {
      kind: 'data',
      points,
      dimensions: 2,
      responsibilities,
      generated: await generatedPoints(inference),
    };
  }
  const points = await inference.features(dataset, indices);
  return { kind: 'latent', points, dimensions: points.length / count, responsibilities };
}

function curvesOf(lines: readonly MetricsLine[]): ReportCurve[] {
  if (lines.length < 2) return [];
  const chart = (
    title: string,
    pick: (line: MetricsLine) => Readonly<Record<string, number>>,
  ): ReportCurve => {
    const names = [...new Set(lines.flatMap((line) => Object.keys(pick(line))))];
    const series = names.map((label) => {
      const kept = lines.filter((line) => pick(line)[label] !== undefined);
      return { label, steps: kept.map(({ step }) => step), values: kept.map((line) => pick(line)[label]!) };
    });
    return { title, series };
  };
  const metrics = chart('Agreement with the labels', (line) => line.metrics ?? {});
  const clusters = { ...metrics, series: metrics.series.filter(({ steps }) => steps.length > 1) };
  const curves = [chart('Losses', (line) => line.losses)];
  return clusters.series.length > 0 ? [{ ...clusters, domain: [0, 1] as const }, ...curves] : curves;
}
