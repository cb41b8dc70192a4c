/** @file What a run's steps before its training reached by themselves: the groups that were found, and the student. */
import type { Dataset } from '../../data/dataset.js';
import { OrtEngine } from '../../engine/ort/engine.js';
import { evaluateModel } from '../../evaluate/labels.js';
import { scoredDivision } from '../../groups/compare.js';
import { methodNamed } from '../../methods/index.js';
import { scoresOf } from '../../metrics/metric.js';
import { Inference } from '../../train/inference.js';
import { learnRun } from '../learn.js';
import { openRunSession } from '../stages/open-session.js';
import { savedTeacher } from '../stages/teacher.js';
import type { TrainedRun } from '../trained.js';
import type { StageScores } from './record.js';

/**
 * Scores of the groups that were found (the structure, which teaches) and of the model as it starts on them (the encoder
 * that has learned them, at step 0), on the training data; nothing for runs without a teacher, or data without labels.
 */
export async function stageScores(
  { folder, run: { ...run } }: TrainedRun,
  dataset: Dataset,
): Promise<StageScores[]> {
  const files = folder.stageFiles();
  const teacher = savedTeacher(files);
  if (!teacher || !dataset.labels) return [];
  const numbered = Int32Array.from(teacher.teaching.group, (group) => group + 1);
  const { nmi, ari, acc, sizeError } = scoredDivision('teacher', dataset.labels, numbered, 0);
  const found = scoresOf({ nmi, ari, acc, 'size-error': sizeError }, { protocol: 'found', split: 'train' });
  const method = methodNamed(run.method);
  // All of it is saved, so nothing is trained.
  const { learned } = await learnRun({ run, method, dataset }, files, {});
  const engine = new OrtEngine({ threads: run.threads });
  try {
    const session = await openRunSession(engine, { run, method, learned }, undefined, false);
    const inference = await Inference.open(session, run.dataset);
    inference.step = 0;
    const { scores } = await evaluateModel(inference, dataset, { split: 'train' });
    return [
      { name: 'teacher', scores: found },
      { name: 'student', scores: scores.filter(({ protocol }) => protocol !== 'nearest') },
    ];
  } finally {
    await engine.close();
  }
}
