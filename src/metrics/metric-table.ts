/** @file The table of metrics: title, direction and meaning of each. */

/** What every metric declares; one row a metric. */
export interface MetricRow {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly summary: string;
  /** What the number of samples in the name counts, for metrics of generated samples (default: each of both sides). */
  readonly counts?: 'generated' | 'components' | 'classes';
}

/** Metrics that compare groups with true classes or modes, and generated samples with real ones. */
export const metrics = {
  nmi: {
    title: 'NMI',
    better: 'higher',
    summary: 'normalised mutual information, arithmetic mean of entropies',
    counts: 'components',
  },
  ari: { title: 'ARI', better: 'higher', summary: 'adjusted Rand index' },
  acc: {
    title: 'ACC',
    better: 'higher',
    summary:
      'accuracy under the best one-to-one naming of the clusters; by the names of classes of a model that was told them',
  },
  purity: {
    title: 'Purity',
    better: 'higher',
    summary: 'fraction in the most frequent class of its cluster',
  },
  'size-error': { title: 'Size error', better: 'lower', summary: 'largest error of a learned group size' },
  ent: {
    title: 'ENT',
    better: 'lower',
    summary: 'mean entropy (nats) of the classes in each group and of the groups in each class',
    counts: 'components',
  },
  rmse: {
    title: 'RMSE',
    better: 'lower',
    summary: 'root mean square error of the learned group sizes',
    counts: 'components',
  },
  ece: {
    title: 'Calibration error',
    better: 'lower',
    summary:
      'expected calibration error, mean difference of probability and accuracy over 15 bins of the probability',
    counts: 'generated',
  },
  recognised: {
    title: 'Recognised',
    better: 'higher',
    summary: 'fraction of generated samples that are assigned to the component that they were drawn from',
    counts: 'generated',
  },
  taught: {
    title: 'As taught',
    better: 'higher',
    summary: 'fraction of rows that the model leaves in the group which was found before its training',
  },
  modes: { title: 'Modes', better: 'higher', summary: 'true modes that are the majority of a component' },
  'in-mode': {
    title: 'In mode',
    better: 'higher',
    summary: 'fraction of generated samples within 4 deviations of a mode',
  },
  perfect: {
    title: 'Perfect',
    better: 'higher',
    summary: '1 if every component has a mode of its own with purity of at least 0.99',
  },
  fd: { title: 'FD', better: 'lower', summary: 'Frechet distance of two normal distributions' },
  icfid: {
    title: 'ICFID',
    better: 'lower',
    summary: 'mean Frechet distance of classes and components, matched greedily class by class',
    counts: 'classes',
  },
  'optimal-icfid': {
    title: 'ICFID, optimal',
    better: 'lower',
    summary: 'mean Frechet distance of classes and components, under the matching that makes it least',
    counts: 'classes',
  },
  kid: { title: 'KID', better: 'lower', summary: 'kernel distance (cubic kernel), mean over subsets' },
  precision: {
    title: 'Precision',
    better: 'higher',
    summary: 'fraction of generated samples within the neighbourhoods of the real ones',
  },
  recall: {
    title: 'Recall',
    better: 'higher',
    summary: 'fraction of real samples within the neighbourhoods of the generated ones',
  },
  density: {
    title: 'Density',
    better: 'higher',
    summary: 'mean number of real neighbourhoods around a generated sample, over k',
  },
  coverage: {
    title: 'Coverage',
    better: 'higher',
    summary: 'fraction of real samples with a generated one in their neighbourhood',
  },
  'two-sample-auc': {
    title: 'Two-sample AUC',
    better: 'lower',
    summary:
      'area under the ROC curve of boosted trees that tell generated rows from real ones, mean over 5 folds; 0.5 is best',
  },
  is: {
    title: 'IS',
    better: 'higher',
    summary: 'inception-style score: certainty and variety of predicted classes, mean over 10 parts',
    counts: 'generated',
  },
  quality: {
    title: 'Quality',
    better: 'higher',
    summary: "mean certainty of the classifier's answer",
    counts: 'generated',
  },
  diversity: {
    title: 'Diversity',
    better: 'higher',
    summary: 'mean distance of the features of two samples of one component',
    counts: 'generated',
  },
  'gold-real-marginal': {
    title: 'GOLD, real, marginal',
    better: 'lower',
    summary: "mean of the critic's log density ratio of data and model, over real samples",
  },
  'gold-real-conditional': {
    title: 'GOLD, real, conditional',
    better: 'lower',
    summary: "mean of minus the logarithm of the probability of a sample's class, over real samples",
  },
  'gold-generated-marginal': {
    title: 'GOLD, generated, marginal',
    better: 'higher',
    summary: "mean of the critic's log density ratio of data and model, over generated samples",
    counts: 'generated',
  },
  'gold-generated-conditional': {
    title: 'GOLD, generated, conditional',
    better: 'higher',
    summary: "mean logarithm of the probability of a sample's class, over generated samples",
    counts: 'generated',
  },
  'fitting-capacity': {
    title: 'Fitting capacity',
    better: 'higher',
    summary: 'accuracy on real data of a classifier that was trained on generated samples only',
    counts: 'generated',
  },
} as const satisfies Record<string, MetricRow>;
