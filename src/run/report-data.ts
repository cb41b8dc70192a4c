/** @file All that the report of a run shows: its groups and what their data are, scores, curves, and how it was made. */
import { groupNumbers, groupOrder } from '../cluster/group-order.js';
import type { ResolvedRun } from '../config/schema.js';
import { type Dataset, sampleSize } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import type { FoundGroup } from '../evaluate/labels.js';
import type { MethodDefinition } from '../method/method.js';
import { describeMetric, metricName, type Score } from '../metrics/metric.js';
import { explainMetric } from '../metrics/metric-explanations.js';
import { columnsOf } from '../report/real-rows.js';
import type { ReportCurve, ReportData, ReportGroup, ReportView, SampleForm } from '../report/report-data.js';
import { type ChosenMembers, chooseMembers } from '../report/typical.js';
import type { Inference } from '../train/inference.js';
import { VERSION } from '../version.js';
import { commandLine } from './command-line.js';
import type { MetricsLine, RunFolder } from './folder.js';
import { readGroups, runSizeWarnings, sizesWord } from './groups.js';
import { lessonsOf } from './learn.js';
import type { RunOutcome } from './recorder.js';
import { foldNotes, namelessNote, probesOf } from './report-notes.js';
import {
  countsOf,
  generatedRows,
  type LookedAt,
  lookAt,
  lookedAtSentence,
  membersOf,
  profileOf,
  reliabilityOf,
  viewOf,
} from './report-rows.js';
import { withTaught } from './stages/taught.js';
import { transformedImages } from './stages/transformed-images.js';

/** What the report of a run is made of. */
export interface RunReport {
  readonly folder: RunFolder;
  readonly run: ResolvedRun;
  readonly method: MethodDefinition;
  /** Absent for a report without real data. */
  readonly dataset?: Dataset | undefined;
  readonly inference: Inference;
  readonly outcome: Pick<RunOutcome, 'step' | 'finished' | 'seconds' | 'evaluation'>;
}

/** New samples of each group on the page, and members of each kind, at most. */
const MOST_SAMPLES = 30;
const MOST_IMAGES = 6;
const MOST_ROWS = 4;
/** Bytes of all pictures of real data, and of new ones, about: a page stays a few megabytes. */
const PICTURE_BYTES = 2e6;
/** Longest side of a picture that is not reduced. */
const PICTURE_SIDE = 64;

const POINTS_PER_GROUP = 500;

/** Points of each group, as many as its share of a fixed number. */
export async function generatedPoints(
  inference: Inference,
  order: readonly number[],
): Promise<{ points: Float32Array; groups: Int32Array }> {
  const { mixing } = inference.prior;
  const parts: Float32Array[] = [];
  const groups: number[] = [];
  for (const [group, component] of order.entries()) {
    const n = Math.max(1, Math.round(mixing[component]! * order.length * POINTS_PER_GROUP));
    parts.push(await inference.sampleComponent(component, n, 'points'));
    for (let i = 0; i < n; i++) groups.push(group);
  }
  const points = new Float32Array(2 * groups.length);
  let at = 0;
  for (const part of parts) {
    points.set(part, at);
    at += part.length;
  }
  return { points, groups: Int32Array.from(groups) };
}

/** Puts together what the report shows. */
export async function reportData(report: RunReport): Promise<ReportData> {
  const { folder, run, dataset, inference, outcome } = report;
  const lines = folder.readMetrics(outcome.step);
  const order = groupOrder(inference.prior.mixing);
  const looked = dataset && (await lookAt(inference, dataset, order, !outcome.finished));
  const chosen = looked && chooseMembers(looked.probabilities, looked.groups, mostMembers(run, order.length));
  const groups = await groupsOf(report, order, looked, chosen);
  const notes = foldNotes(
    lines.flatMap((line) => line.notes ?? []),
    checksOf(inference, outcome.step),
    groupNumbers(inference.prior.mixing),
  );
  const known = withNames(run, dataset);
  const form = formOf(known);
  const { nmi } = outcome.evaluation.summary;
  const lookedAt = looked && lookedAtSentence(looked);
  const view = await shownView(report, order, looked, chosen);
  const { transformations } = lessonsOf(report) ?? {};
  const probes = await probesOf(folder.path, inference);
  return {
    run: factsOf(report),
    groups,
    ...(sizesWord(run) === 'fixed' && { fixedSizes: true }),
    form,
    ...(lookedAt !== undefined && { lookedAt }),
    ...(looked && isTable(known) && { profile: profileOf(looked) }),
    metrics: metricsOf(outcome.evaluation.scores),
    ...(outcome.evaluation.reliability && { reliability: reliabilityOf(outcome.evaluation.reliability) }),
    ...(nmi !== undefined && { nmi }),
    curves: curvesOf(lines),
    ...(lines.length > 1 &&
      sizesWord(run) === 'learned' && {
        sizes: {
          steps: lines.map(({ step }) => step),
          sizes: order.map((component) => lines.map(({ sizes }) => sizes[component]!)),
        },
      }),
    ...(view && { view }),
    ...(transformations && dataset && { transformed: transformedImages(transformations, dataset, run.seed) }),
    warnings: runSizeWarnings(
      groups.map(({ size, assigned }, at) => ({
        component: order[at]!,
        size,
        ...(assigned && { assigned: assigned.share }),
      })),
      lines,
      outcome.step,
      run,
      inference.graphs.labelClasses,
    ),
    ...notes,
    notes: [...(probes ? [probes.sentence] : []), ...notes.notes, ...namelessNote(known, dataset)],
    ...(probes && { probes: { count: probes.count } }),
    settings: settingsOf(run),
  };
}

function factsOf({ folder, run, method, outcome }: RunReport): ReportData['run'] {
  const { name, source, count } = run.dataset;
  return {
    folder: folder.path,
    method: method.title,
    dataset: { name, source, count },
    seed: run.seed,
    steps: outcome.step,
    seconds: outcome.seconds,
    command: commandLine(run),
    version: VERSION,
    changes: run.changes,
    ...(run.auto && { countFound: true as const }),
    ...(method.supervision && { supervised: true as const }),
    ...(!outcome.finished && { unfinished: { plannedSteps: run.steps } }),
  };
}

/** Real members first, then new samples; groups in their order. */
async function groupsOf(
  { folder, run, inference, outcome }: RunReport,
  order: readonly number[],
  looked: LookedAt | undefined,
  chosen: readonly ChosenMembers[] | undefined,
): Promise<ReportGroup[]> {
  const found = withTaught(folder.stageFiles(), outcome.evaluation.groups);
  const names = namesOf(folder, inference);
  const counts = looked && countsOf(looked);
  const members = looked && chosen && membersOf(looked, chosen);
  const drawn = run.dataset.kind === 'table' ? 0 : mostSamples(run, order.length);
  const groups: ReportGroup[] = [];
  for (const [at, component] of order.entries()) {
    const { trueSize, trueName, taught }: Partial<FoundGroup> =
      found.find((one) => one.component === component) ?? {};
    const name = names.get(component) ?? trueName;
    const { typical, borderline, least } = members?.[at] ?? {};
    const generated = typical && (await generatedRows(inference, run.dataset, component, MOST_ROWS));
    groups.push({
      number: at + 1,
      size: inference.prior.mixing[component]!,
      ...(name !== undefined && { name }),
      ...(taught !== undefined && { taught }),
      ...(trueSize !== undefined && { trueSize }),
      ...(trueName !== undefined && { trueName }),
      ...(counts && { assigned: { count: counts[at]!, share: counts[at]! / looked.rows.length } }),
      ...(typical && { typical }),
      ...(borderline && { borderline }),
      ...(least && { least }),
      ...(generated && { generated }),
      ...(drawn > 0 && { samples: await inference.sampleComponent(component, drawn, 'sheet') }),
    });
  }
  return groups;
}

/** Names by component. A list that cannot be read names nobody: the groups have their numbers. */
function namesOf(folder: RunFolder, { prior }: Inference): Map<number, string | undefined> {
  try {
    return new Map(readGroups(folder, prior.mixing).map(({ component, name }) => [component, name]));
  } catch (cause) {
    if (cause instanceof MixturaError) return new Map();
    throw cause;
  }
}

/** Values of one picture, after those that are large are reduced. */
function pictureSize({ dataset }: ResolvedRun): number {
  const [channels = 1, height = 1, width = 1] = dataset.shape;
  const factor = Math.ceil(Math.max(height, width) / PICTURE_SIDE);
  return channels * Math.ceil(height / factor) * Math.ceil(width / factor);
}

/** Members of each kind: of images as many as the page bears, with three kinds on it and one kind twice. */
function mostMembers(run: ResolvedRun, groups: number): number {
  if (run.dataset.kind !== 'image') return MOST_ROWS;
  const fitting = Math.floor(PICTURE_BYTES / (4 * groups * pictureSize(run)));
  return Math.max(1, Math.min(MOST_IMAGES, fitting));
}

function mostSamples(run: ResolvedRun, groups: number): number {
  if (run.dataset.kind !== 'image') return MOST_SAMPLES;
  return Math.max(1, Math.min(MOST_SAMPLES, Math.floor(PICTURE_BYTES / (groups * pictureSize(run)))));
}

async function shownView(
  { run, inference }: RunReport,
  order: readonly number[],
  looked: LookedAt | undefined,
  chosen: readonly ChosenMembers[] | undefined,
): Promise<ReportView | undefined> {
  if (!looked || !chosen) return undefined;
  const view = await viewOf(looked, inference, chosen);
  if (sampleSize(run.dataset.shape) !== 2) return view;
  return { ...view, generated: await generatedPoints(inference, order) };
}

/** Rows of a table, and points whose coordinates have names. */
function isTable({ dataset }: ResolvedRun): boolean {
  return dataset.kind === 'table' || (dataset.kind === 'points' && dataset.columns !== undefined);
}

/** The run with the names of its columns; one of version 0.1.0 kept none, and its data may have them. */
function withNames(run: ResolvedRun, opened: Dataset | undefined): ResolvedRun {
  const { columns, shape } = run.dataset;
  const names = columns ?? opened?.columns;
  if (names === undefined || names === columns || names.length !== sampleSize(shape)) return run;
  return { ...run, dataset: { ...run.dataset, columns: names } };
}

function formOf({ dataset }: ResolvedRun): SampleForm {
  const { shape, kind, range } = dataset;
  if (kind === 'image') return { kind, shape, range: range === 'signed' ? 'signed' : 'unit' };
  return { kind: sampleSize(shape) === 2 ? 'points' : 'table', columns: columnsOf(dataset) };
}

function metricsOf(scores: readonly Score[]): ReportData['metrics'] {
  return scores.map((score) => ({
    name: metricName(score),
    value: score.value,
    explanation: explainMetric(score.metric),
    protocol: describeMetric(score),
  }));
}

/** How often the model's intervention looked before a step, where it has one only. */
function checksOf({ session }: Inference, steps: number): number | undefined {
  const { interventions = [] } = session.model;
  if (interventions.length !== 1) return undefined;
  let checks = 0;
  for (let step = 0; step < steps; step++) if (interventions[0]!.due(step)) checks++;
  return checks;
}

function settingsOf(run: ResolvedRun): NonNullable<ReportData['settings']> {
  return Object.fromEntries(
    Object.entries({ ...run.settings, batch: run.batch, horizon: run.horizon }).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean),
    ]),
  );
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
  const losses = { ...chart('Losses', (line) => line.losses), folded: true };
  return clusters.series.length > 0 ? [{ ...clusters, domain: [0, 1] as const }, losses] : [losses];
}
