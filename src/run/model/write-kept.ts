/** @file What a model keeps for its use besides the checkpoint: its calibration, and rows that it knows. */
import type { KnownRows } from '../../cluster/unlike.js';
import type { Dataset, Samples } from '../../data/dataset.js';
import type { Inference } from '../../train/inference.js';
import { knownRowsOf } from '../../train/known-data.js';
import type { RunFolder } from '../folder.js';
import { writeCalibration } from '../formats/calibration-file.js';
import { readKnownRows, writeKnownRows } from '../formats/known-rows-file.js';
import type { RunProbes } from '../labels/probes.js';
import { readProbes, writeProbes } from '../labels/probes-file.js';

/** The data that a model was trained on, the component of each row, where they are known, and marked examples. */
export interface TrainedOn {
  readonly dataset: Dataset;
  readonly components: Int32Array | undefined;
  readonly probes?: RunProbes | undefined;
}

/** A model, and where its training rows are: in memory, or as a folder keeps them. */
export interface KeptModel {
  readonly step: number;
  readonly inference: Inference;
  readonly dataset?: Samples | undefined;
  readonly from?: RunFolder | undefined;
  /** Marked examples that it learned from. */
  readonly probes?: RunProbes | undefined;
}

/** Rows that a model knows: of its training data, or as its folder keeps them. */
export function knownRowsOfModel({
  inference,
  dataset,
  from,
}: Pick<KeptModel, 'inference' | 'dataset' | 'from'>): KnownRows | undefined {
  return dataset ? knownRowsOf(dataset, inference.stream) : from && readKnownRows(from.path);
}

/** Writes what a run folder holds of it. @throws a MixturaError if the disk refuses */
export function writeKept(folder: RunFolder, model: KeptModel): void {
  const { step, inference } = model;
  const { assigns, calibration } = inference;
  const probes = model.probes ?? (model.from && readProbes(model.from.path));
  if (probes) writeProbes(folder.path, probes);
  if (calibration) writeCalibration(folder.path, step, calibration);
  if (!assigns) return;
  const known = knownRowsOfModel(model);
  if (known) writeKnownRows(folder.path, known);
}
