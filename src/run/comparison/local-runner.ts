/** @file Who trains the cells of a comparison: the interface, and the runner that trains them here, one after another. */
import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.js';
import { MixturaError } from '../../errors.js';
import type { OnProgress } from '../../evaluate/progress.js';
import type { FollowOptions } from '../complete.js';
import { reopenData } from '../data/run-data.js';
import { LockLost } from '../lock/lock.js';
import { resumeRun } from '../resume.js';
import { evaluateRun } from '../score.js';
import { isBegun, isComplete } from '../seeds/seed-runs.js';
import { StageInterrupted } from '../stages/stage-files.js';
import { startRun } from '../start.js';
import { withTrained } from '../trained.js';
import { type Cell, cellName, type Scoring } from './plan.js';
import { type CellRecord, Clock, readRecord, writeRecord } from './record.js';
import { stageScores } from './stage-scores.js';

/** How a cell is followed while it is trained and scored. */
export interface CellFollow extends Pick<FollowOptions, 'signal' | 'onEvent'> {
  readonly onScoring?: OnProgress | undefined;
}

/** Trains cells somewhere; each is an ordinary run in the end. */
export interface CellRunner {
  /** Path of the run folder of a cell. */
  pathOf(cell: Cell): string;
  /** What is known of a cell without doing anything; nothing for one that has not begun. */
  state(cell: Cell): CellRecord | undefined;
  /**
   * Trains a cell to its end, from wherever it is, and scores it; one that is interrupted stays begun, and one that fails
   * says why.
   */
  train(cell: Cell, follow: CellFollow): Promise<CellRecord>;
}

/** Notes that are kept of a run. */
const MOST_NOTES = 6;

/** Trains cells in this process, each in a run folder below `runs`; what is known of them lies below `cells`. */
export class LocalRunner implements CellRunner {
  constructor(
    private readonly folder: string,
    private readonly scoring: Scoring,
  ) {}

  pathOf(cell: Cell): string {
    return join(this.folder, 'runs', cellName(cell));
  }

  state(cell: Cell): CellRecord | undefined {
    return readRecord<CellRecord>(this.#recordOf(cell));
  }

  async train(cell: Cell, follow: CellFollow): Promise<CellRecord> {
    const clock = new Clock(this.state(cell));
    const kept = (record: CellRecord) => {
      writeRecord(this.#recordOf(cell), record);
      return record;
    };
    const begun = () => kept({ state: 'begun', ...clock.spent() });
    try {
      if (!(await this.#trained(cell, follow, begun))) return begun();
      // What scoring takes is the same for all.
      const spent = clock.spent();
      kept({ state: 'begun', ...spent });
      return kept({ state: 'done', ...spent, ...(await this.#scored(cell, follow)) });
    } catch (cause) {
      if (cause instanceof StageInterrupted) return begun();
      if (!(cause instanceof MixturaError) || cause instanceof LockLost) throw cause;
      return kept({ state: 'failed', ...clock.spent(), sentence: cause.message });
    }
  }

  /** Trains the run that is left to train. @returns whether it has reached its end */
  async #trained(cell: Cell, { signal, onEvent }: CellFollow, onSaved: () => void): Promise<boolean> {
    const path = this.pathOf(cell);
    if (isComplete(path)) return true;
    const follow: FollowOptions = {
      signal,
      onEvent(event) {
        if (event.kind === 'checkpoint') onSaved();
        onEvent?.(event);
      },
    };
    const { finished } = isBegun(path)
      ? await resumeRun(path, {}, follow)
      : await startRun({ ...cell.row.request, seed: cell.seed }, { ...follow, folder: path });
    return finished;
  }

  #scored(cell: Cell, { onScoring }: CellFollow) {
    const { samples, features, convention } = this.scoring;
    return withTrained(this.pathOf(cell), async (trained) => {
      const dataset: Dataset = await reopenData(trained.run);
      const opened = { ...trained, dataset };
      const options = { samples, features, convention, onProgress: onScoring };
      const { step, scores, warnings, notes } = await evaluateRun(opened, options);
      const told = trained.folder.readMetrics(step).flatMap((line) => line.notes ?? []);
      // What interventions did before single steps is in the report of the run.
      const lasting = told.filter((note) => !/^Before step \d/.test(note)).slice(0, MOST_NOTES);
      return {
        step,
        scores,
        stages: await stageScores(opened, dataset),
        notes: [...new Set([...notes, ...warnings, ...lasting])],
      };
    });
  }

  #recordOf(cell: Cell): string {
    return join(this.folder, 'cells', `${cellName(cell)}.json`);
  }
}
