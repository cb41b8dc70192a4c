/** @file GOLD in the report of a run: of each group the rows that the model misses most, and what it makes too much of. */
import { groupOrder } from '../../cluster/group-order.js';
import type { ResolvedRun } from '../../config/schema.js';
import type { Dataset } from '../../data/dataset.js';
import { restoredRows } from '../../data/tables/restore.js';
import { realRows } from '../../evaluate/generated.js';
import { type GoldEstimator, type GoldTerms, goldByClass } from '../../evaluate/gold.js';
import { largestPlaces } from '../../evaluate/suggest.js';
import { rowName, valuesOfRows } from '../../report/real-rows.js';
import type { ReportData, ReportGold, ReportMembers } from '../../report/report-data.js';
import type { Inference } from '../../train/inference.js';

/** Rows that are looked at, at most. */
const MOST_ROWS = 20_000;
/** Images, or rows of a table, that are shown of each kind and group. */
const MOST_IMAGES = 6;
const MOST_SHOWN = 4;

/** What a report is made of, and the run's estimator; without data only generated samples are shown. */
export interface GoldReport {
  readonly run: ResolvedRun;
  readonly inference: Inference;
  readonly dataset?: Dataset | undefined;
  readonly estimator: GoldEstimator;
}

/** A report with GOLD in each of its groups. */
export async function withGold(data: ReportData, report: GoldReport): Promise<ReportData> {
  const { inference, dataset, estimator } = report;
  const { mixing } = inference.prior;
  const order = groupOrder(mixing);
  const rows =
    dataset && (realRows(dataset, MOST_ROWS) ?? Uint32Array.from({ length: dataset.count }, (_, i) => i));
  const real = dataset && rows && (await realTerms(report, dataset, rows));
  const [ofReal, ofGenerated] = [
    real && goldByClass(real, order.length),
    goldByClass(estimator.generated, order.length),
  ];
  const groups = [];
  for (const [at, group] of data.groups.entries()) {
    const component = order[at]!;
    const gold: ReportGold = {
      generated: ofGenerated[component]!,
      ...(ofReal && { real: ofReal[component]! }),
      ...(real && { missed: missedRows(dataset, rows!, real, component) }),
      overproduced: await overproduced(report, component),
    };
    groups.push({ ...group, gold });
  }
  return { ...data, groups, goldIsRatio: estimator.densityRatio };
}

async function realTerms(
  { inference, estimator }: GoldReport,
  dataset: Dataset,
  rows: Uint32Array,
): Promise<GoldTerms> {
  const probabilities = await inference.assign(dataset, rows, 'as the run');
  return estimator.ofData(dataset, rows, inference.mostProbable(probabilities));
}

/** Rows of a class with the largest d. */
function missedRows(dataset: Dataset, rows: Uint32Array, terms: GoldTerms, component: number): ReportMembers {
  const places = extremes(terms, component, mostOf(dataset), 1);
  const chosen = places.map((place) => rows[place]!);
  return {
    rows: chosen.map((row, i) => ({ id: rowName(dataset, row), probability: terms.values[places[i]!]! })),
    values: valuesOfRows(dataset, chosen),
  };
}

/** Generated samples of a component with the least d. */
async function overproduced({ run, estimator }: GoldReport, component: number): Promise<ReportMembers> {
  const { generated } = estimator;
  const places = extremes(generated, component, mostOf(run.dataset), -1);
  const samples = await estimator.generatedSamples(places);
  return {
    rows: places.map((place, i) => ({ id: `new ${i + 1}`, probability: generated.values[place]! })),
    values: run.dataset.kind === 'image' ? samples : restoredRows(samples, run.dataset, 'NaN'),
  };
}

/** Places of the samples of a class whose d is largest, or least for a sign of -1. */
function extremes({ classes, values }: GoldTerms, component: number, count: number, sign: 1 | -1): number[] {
  const own = [...classes.keys()].filter((place) => classes[place] === component);
  return largestPlaces(
    own.map((place) => sign * values[place]!),
    count,
  ).map((at) => own[at]!);
}

function mostOf({ kind }: Pick<Dataset, 'kind'>): number {
  return kind === 'image' ? MOST_IMAGES : MOST_SHOWN;
}
