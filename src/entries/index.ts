/**
 * Runs, from a request to a trained model in use.
 * @module mixtura
 */

export { type Preset, presets } from '../config/presets.js';
export type { RunRequest } from '../config/resolve.js';
export type { ResolvedRun } from '../config/schema.js';
export { ExitCode, MixturaError, type MixturaErrorOptions } from '../errors.js';
export {
  type EvaluateOptions,
  type Evaluation,
  evaluateModel,
  type FoundGroup,
  type Summary,
} from '../evaluate/labels.js';
export type { EvaluationProgress, OnProgress } from '../evaluate/progress.js';
export type { Split } from '../metrics/metric.js';
export { type Aggregate, aggregate, type Comparison, compareRuns } from '../run/compare.js';
export type { FollowOptions, TrainResult } from '../run/complete.js';
export { type DataListeners, reopenData } from '../run/data/run-data.js';
export { type MetricsLine, RunFolder } from '../run/folder.js';
export { type RunGroup, readGroups } from '../run/groups.js';
export type { AssignedGroups, PredictOptions, SampledRows, SampleOptions } from '../run/model/answers.js';
export type { Data } from '../run/model/data.js';
export { type FitOptions, fit, load } from '../run/model/fit.js';
export type { FittedModel } from '../run/model/model.js';
export { resumeRun, startRun } from '../run/model/plain-runs.js';
export type { Rows } from '../run/model/rows.js';
export type { FitProgress } from '../run/model/train-model.js';
export { assign, draw, evaluate, exportRun, inspect } from '../run/model/verbs.js';
export { type PreparedRun, prepareRun } from '../run/prepare.js';
export type { RunEvent, RunOutcome } from '../run/recorder.js';
export { type ReportOptions, reportRun } from '../run/report-again.js';
export type { ResumeOptions, RunChanges } from '../run/resume.js';
export type { PublishedScore, SavedScores } from '../run/saved-scores.js';
export { type EvaluateRunOptions, evaluateRun, type RunScores } from '../run/score.js';
export type { StartOptions } from '../run/start.js';
export { type TrainedRun, withTrained } from '../run/trained.js';
export {
  type AssignedData,
  type AssignOptions,
  assignFile,
  groupCounts,
  openAs,
} from '../run/use/assign.js';
export { type AssignedRow, assignedRows, assignmentCsv } from '../run/use/assignment-csv.js';
export { type DrawnSamples, type DrawOptions, drawSamples } from '../run/use/draw.js';
export type { ExportedFile } from '../run/use/export.js';
export { exportHub } from '../run/use/export-hub.js';
export { writeSampleFile } from '../run/use/sample-file.js';
export { Inference, type TrainedOn } from '../train/inference.js';
export type { Drawn } from '../train/rejection.js';
export { VERSION } from '../version.js';
