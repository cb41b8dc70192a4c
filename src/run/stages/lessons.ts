/** @file The lessons of a run, in order: stages that need no groups, the groups, stages that learn them. */
import type { Dataset } from '../../data/dataset.js';
import type { BuildContext } from '../../method/method.js';
import type { Lessons, Stage } from '../../method/stage.js';
import { type LessonKeys, lessonKeys } from './keys.js';
import { neighboursOf } from './neighbours.js';
import type { StageFiles } from './stage-files.js';
import { findTeacher, savedTeacher, type Teacher } from './teacher.js';
import {
  type StageOptions,
  type StageResult,
  type Tensors,
  takenSentence,
  trainStage,
} from './train-stage.js';

/** What lessons are given with. */
export interface LessonOptions
  extends Pick<StageOptions, 'seed' | 'threads' | 'device' | 'signal' | 'reuse' | 'onNote'> {
  readonly lessons: Lessons;
  readonly dataset: Dataset;
  readonly data: BuildContext['data'];
  /** Number of groups; `auto` finds it. */
  readonly groups: number | 'auto';
  readonly files: StageFiles;
  /** A pretrained encoder: groups are looked for in its features, and in nothing else. */
  readonly encoded?: EncodedRows | undefined;
  /** Called with what goes on and the share of it that is done. */
  readonly onProgress?: ((what: string, done: number) => void) | undefined;
}

/** What a pretrained encoder sees. */
export interface EncodedRows {
  readonly name: string;
  readonly fingerprint: string;
  /** Its features of all rows of the data. */
  rows(): Promise<Dataset>;
}

/** What lessons leave. */
export interface Learned {
  /** Absent where the lessons need no groups. */
  readonly teacher?: Teacher | undefined;
  /** What was found, in a sentence. */
  readonly sentence?: string;
  /** Values from which the method's networks start. */
  readonly start: Tensors;
}

/** Gives all lessons, or goes on with them where they were interrupted. */
export async function learn(asked: LessonOptions): Promise<Learned> {
  const options = { ...asked, lessons: withinPasses(asked.lessons, asked.dataset.count) };
  const { lessons, onProgress, files, reuse } = options;
  const keys = lessonKeys(options);
  const finds = lessons.teacher !== 'none';
  const saved = finds ? (savedTeacher(files, keys.teacher) ?? keptTeacher(options, keys.teacher)) : undefined;
  // Features are for the search for groups alone.
  const { encoded } = options;
  const { start, features } = await untaughtStages(options, keys, finds && !saved && !encoded);
  if (!finds) return { start };
  const find = async () =>
    findTeacher({
      ...options,
      ...{ features, teacher: lessons.teacher, key: keys.teacher },
      encoded: encoded && { view: `features of ${encoded.name}`, rows: await encoded.rows() },
      onProgress: (done, what) => onProgress?.(`looking for groups (${what})`, done),
    });
  const teacher = saved ?? (await find());
  if (!saved) reuse?.keep(keys.teacher, files.groups);
  const sentence = teacherSentence(teacher);
  options.onNote?.(sentence);
  let taught = start;
  for (const stage of lessons.stages.filter((one) => one.taught)) {
    const known = stageOptions(options, keys.of(stage), stage, taught, teacher);
    taught = { ...taught, ...(await trainStage(known, false)).tensors };
  }
  return { teacher, sentence, start: taught };
}

/** Trains the stages that need no groups; `features` of the last one are given where they are asked for. */
async function untaughtStages(
  options: LessonOptions,
  keys: LessonKeys,
  features: boolean,
): Promise<{ readonly start: Tensors; readonly features?: Float32Array | undefined }> {
  const stages = options.lessons.stages.filter(({ taught }) => !taught);
  let result: StageResult = { tensors: {} };
  let before: StageOptions | undefined;
  for (const stage of stages) {
    const known = stageOptions(options, keys.of(stage), stage, result.tensors);
    const earlier = before;
    const neighbours =
      stage.neighbours === undefined
        ? undefined
        : () => neighboursOf(stage.neighbours!, options.dataset, earlier);
    result = await trainStage({ ...known, neighbours }, features && stage === stages.at(-1));
    before = known;
  }
  return { start: result.tensors, features: result.features };
}

/** Lessons whose stages make no more steps than their passes over so many rows. */
export function withinPasses(lessons: Lessons, rows: number): Lessons {
  const stages = lessons.stages.map((stage) => {
    const { passes = Number.POSITIVE_INFINITY, batch, steps } = stage;
    return { ...stage, steps: Math.min(steps, Math.ceil((passes * rows) / Math.min(batch, rows))) };
  });
  return { ...lessons, stages };
}

/** The groups that a former run has found, which are then this run's too. */
function keptTeacher({ files, reuse, onNote }: LessonOptions, key: string): Teacher | undefined {
  if (!reuse) return undefined;
  files.make();
  const teacher = reuse.take(key, files.groups, files.owner) ? savedTeacher(files, key) : undefined;
  if (teacher) onNote?.(takenSentence('looking for groups'));
  return teacher;
}

function stageOptions(
  { data, onProgress, groups, ...options }: LessonOptions,
  key: string,
  stage: Stage,
  start: Tensors,
  teacher?: Teacher,
): StageOptions {
  const components = teacher?.groups ?? (groups === 'auto' ? 1 : groups);
  return {
    ...options,
    ...{ stage, key, start, context: { components, data, teaching: teacher?.teaching } },
    onStep: (done) => onProgress?.(stage.title, done),
  };
}

function teacherSentence({ groups, view, way, stability, headline, teaching }: Teacher): string {
  const shares = Array.from(teaching.shares, (share) => `${(100 * share).toFixed(1)} %`).join(', ');
  const agreement = stability.toFixed(2);
  return `Groups found without labels: ${groups} (${shares}) by ${way} in the view ${view}, agreement ${agreement} between subsamples. ${headline.join(' ')}`;
}
