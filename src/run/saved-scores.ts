/** @file The scores of a run as they are saved and printed: by name, beside what the papers report. */
import type { ResolvedRun } from '../config/schema.js';
import { classCounts, type Dataset } from '../data/dataset.js';
import { publishedBase } from '../data/sets/constructed.js';
import type { GoldByClass } from '../evaluate/gold-scores.js';
import type { ReliabilityCurves } from '../evaluate/reliability.js';
import { metricName, namedScores, type Score } from '../metrics/metric.js';
import { type PublishedCell, publishedCell } from '../metrics/published.js';

/** A score of a run, beside what a paper reports for the same data, method and metric. */
export interface PublishedScore extends Score {
  /** Absent where no paper reports it. */
  readonly published?: PublishedCell;
}

/** The content of `metrics.json`. */
export interface SavedScores {
  /** Steps that the model was trained for. */
  readonly step: number;
  /** Every score under the name that carries its protocol. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What a paper reports for the same data, method and metric, by the name of ours. */
  readonly published: Readonly<Record<string, PublishedCell>>;
  /** What a reader of the figures should know. */
  readonly notes: readonly string[];
  /** How often groups are right, by their probability: of new samples, and of parts of the data with labels. */
  readonly reliability?: ReliabilityCurves;
  /** Means of the terms of GOLD in each class, by groups, where they were asked for. */
  readonly gold?: GoldByClass;
}

/** Scores as they are saved, by name. */
export function savedScores(
  step: number,
  scores: readonly PublishedScore[],
  notes: readonly string[],
  reliability: ReliabilityCurves = {},
  gold?: GoldByClass,
): SavedScores {
  return {
    step,
    metrics: namedScores(scores),
    published: publishedByName(scores),
    notes,
    ...(Object.keys(reliability).length > 0 && { reliability }),
    ...(gold && { gold }),
  };
}

/** The published cells of those scores that have one, by the name of the score. */
export function publishedByName(
  scores: readonly Pick<PublishedScore, Exclude<keyof PublishedScore, 'value'>>[],
): Record<string, PublishedCell> {
  return Object.fromEntries(
    scores.flatMap((score) => (score.published ? [[metricName(score), score.published]] : [])),
  );
}

/**
 * Adds what the papers report: to the held-out score where there is one of the same metric and protocol, as they
 * evaluate, else to that of the training data.
 */
export function withPublished(
  run: ResolvedRun,
  train: Dataset,
  scores: readonly Score[],
): readonly PublishedScore[] {
  const counts = classCounts(train);
  if (!counts) return scores;
  const query = {
    base: publishedBase(run.data.name),
    classNames: train.classNames ?? [],
    classCounts: counts,
    method: run.method,
    settings: run.settings,
  };
  return scores.map((score) => {
    const heldOut = scores.some(
      ({ metric, protocol, split }) =>
        split === 'test' && metric === score.metric && protocol === score.protocol,
    );
    const published = score.split === 'train' && heldOut ? undefined : publishedCell(query, score);
    return published ? { ...score, published } : score;
  });
}
