/** @file What each metric means to someone who has never met it, in a plain sentence with its best and worst values. */
import type { MetricKind } from './metric.js';

const explanations: Readonly<Record<MetricKind, string>> = {
  nmi: 'How well the groups agree with the true classes: 1 if each group is one class, 0 if they have nothing to do with each other.',
  ari: 'Of pairs of data, how often groups and true classes agree on whether they belong together: 1 always, 0 as often as by chance.',
  acc: 'The share of the data in the right group, each group standing for one class: 1 is all of them.',
  purity:
    'The share of the data whose class is the most frequent one in its group: 1 if no group mixes classes.',
  'size-error':
    'The largest difference between the size that the model gives a group and the true share of its class: 0 is exact, 0.1 is ten percentage points.',
  ent: 'How mixed the groups and classes are: 0 if each group is one class and each class one group; larger is more mixed.',
  rmse: 'The typical difference between learned and true group sizes: 0 is exact.',
  ece: 'How far the probabilities of groups are from how often they are right: 0 is exact, 0.1 is ten percentage points.',
  recognised:
    'The share of the new samples of a group that the model itself puts into that group: 1 is all of them.',
  taught:
    'The share of the data that stay in the group that was found before the training: 1 is all of them, and no label is needed to know it.',
  modes: 'How many of the true clusters have a group of their own; all of them is best.',
  'in-mode':
    'The share of new samples that lie in a true cluster rather than between clusters: 1 is all of them.',
  perfect: 'Whether every group stands for a true cluster of its own: 1 yes, 0 no.',
  fd: 'How far new samples as a whole are from real data: 0 if they cannot be told apart; only values of the same features and counts can be compared.',
  icfid:
    'How far the new samples of each group are from the real data of its class: 0 if they cannot be told apart.',
  'optimal-icfid':
    'How far the new samples of each group are from the real data of a class, paired so that this is least: 0 if they cannot be told apart.',
  kid: 'How far new samples as a whole are from real data: about 0 if they cannot be told apart.',
  precision: 'The share of new samples that look like real data: 1 is all of them, 0 is none.',
  recall:
    'The share of the real data that the new samples come near to: 1 if the model can make all kinds, 0 if none.',
  density:
    'How closely new samples lie among real data: about 1 as real data do themselves, near 0 if they lie apart.',
  coverage: 'The share of the real data that have a new sample near them: 1 is all of them, 0 is none.',
  'two-sample-auc':
    'How well a classifier tells new rows from real ones: 0.5 if they cannot be told apart, 1 if they always can.',
  is: 'How clear and how varied the new samples are to a classifier: 1 is the worst, the number of classes the best.',
  quality: 'How sure a classifier is of what the new samples show: 1 is completely.',
  diversity: 'How different two new samples of one group are: 0 if all are the same.',
  'gold-real-marginal':
    'How much rarer the model makes what the data have, by its critic: 0 is best, larger is rarer; only critics of one loss can be compared.',
  'gold-real-conditional':
    'How unsure the model is of the class of real data: 0 if it is sure of each, log K if it cannot tell any.',
  'gold-generated-marginal':
    'How much the model makes that the data have rarely, by its critic: 0 is best, further below 0 is worse.',
  'gold-generated-conditional':
    'How unsure the model is of the class of its own samples: 0 if it is sure of each, further below 0 is less sure.',
  'fitting-capacity':
    'How often a classifier that has seen only new samples is right on real data: 1 is always.',
};

/**
 * A metric in a plain sentence: what it says, and what its values mean.
 *
 * @example
 * explainMetric('coverage'); // => 'The share of the real data that have a new sample near them: 1 is all of them, 0 is none.'
 */
export function explainMetric(metric: MetricKind): string {
  return explanations[metric];
}
