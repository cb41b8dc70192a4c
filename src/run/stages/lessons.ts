/** @file The lessons of a run, in order: stages that need no groups, the groups, stages that learn them. */
import { existsSync } from 'node:fs';
import type { Dataset } from '../../data/dataset.js';
import type { BuildContext } from '../../method/method.js';
import type { Lessons, Stage } from '../../method/stage.js';
import type { StageFiles } from './stage-files.js';
import { type Teacher, teacherOf } from './teacher.js';
import { type StageOptions, type Tensors, trainStage } from './train-stage.js';

/** What lessons are given with. */
export interface LessonOptions extends Pick<StageOptions, 'seed' | 'threads' | 'device' | 'signal'> {
  readonly lessons: Lessons;
  readonly dataset: Dataset;
  readonly data: BuildContext['data'];
  /** Number of groups; `auto` finds it. */
  readonly groups: number | 'auto';
  readonly files: StageFiles;
  /** Called with what goes on and the share of it that is done. */
  readonly onProgress?: ((what: string, done: number) => void) | undefined;
  /** Called with a sentence on what has ended. */
  readonly onNote?: ((sentence: string) => void) | undefined;
}

/** What lessons leave. */
export interface Learned {
  readonly teacher: Teacher;
  /** What was found, in a sentence. */
  readonly sentence: string;
  /** Values from which the method's networks start. */
  readonly start: Tensors;
}

/** Gives all lessons, or goes on with them where they were interrupted. */
export async function learn(options: LessonOptions): Promise<Learned> {
  const { lessons, dataset, onProgress } = options;
  const untaught = lessons.stages.filter(({ taught }) => !taught);
  let start: Tensors = {};
  let features: Float32Array | undefined;
  for (const stage of untaught) {
    // Groups that are saved were found in these features, or not: they are not needed again.
    const last = stage === untaught.at(-1) && !existsSync(options.files.groups);
    ({ tensors: start, features } = await trainStage(stageOptions(options, stage, start), last));
  }
  const teacher = await teacherOf({
    ...options,
    ...{ dataset, features, teacher: lessons.teacher },
    onProgress: (done, what) => onProgress?.(`looking for groups (${what})`, done),
  });
  const sentence = teacherSentence(teacher);
  options.onNote?.(sentence);
  for (const stage of lessons.stages.filter(({ taught }) => taught)) {
    const known = stageOptions(options, stage, start, teacher);
    start = { ...start, ...(await trainStage(known, false)).tensors };
  }
  return { teacher, sentence, start };
}

function stageOptions(
  { data, onProgress, groups, ...options }: LessonOptions,
  stage: Stage,
  start: Tensors,
  teacher?: Teacher,
): StageOptions {
  const components = teacher?.groups ?? (groups === 'auto' ? 1 : groups);
  return {
    ...options,
    ...{ stage, start, context: { components, data, teaching: teacher?.teaching } },
    onStep: (done) => onProgress?.(stage.title, done),
  };
}

function teacherSentence({ groups, view, way, stability, headline, teaching }: Teacher): string {
  const shares = Array.from(teaching.shares, (share) => `${(100 * share).toFixed(1)} %`).join(', ');
  const agreement = stability.toFixed(2);
  return `Groups found without labels: ${groups} (${shares}) by ${way} in the view ${view}, agreement ${agreement} between subsamples. ${headline[0] ?? ''}`;
}
