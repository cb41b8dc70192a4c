/** @file The run folder: what lies where, who may write, and how its log is read back. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { removeUnfinished, writeError, writeFileAtomic, writeFully } from '../atomic-file.js';
import { isResolvedRun, type ResolvedRun } from '../config/schema.js';
import { MixturaError, usageError } from '../errors.js';
import { folderTarget } from '../write-target.js';
import { checkpointFile, checkpointSteps } from './formats/checkpoint.js';
import type { MetricsLine } from './formats/metrics-line.js';
import { FolderLock } from './lock/lock.js';
import type { SavedScores } from './saved-scores.js';
import { StageFiles } from './stages/stage-files.js';

export type { MetricsLine };

/**
 * The folder of a run: the names of all files in it, and the lock of the process that writes it. Methods that write
 * throw a MixturaError when the disk refuses.
 */
export class RunFolder {
  /** Folder of the checkpoints. */
  readonly checkpoints: string;
  /** Folder of the sample sheets of the steps. */
  readonly samples: string;
  /** Folder of what was learned before the steps: `stages`. */
  readonly stages: string;
  /** The settings: `config.json`. */
  readonly configFile: string;
  /** The log, a line for every evaluation: `metrics.jsonl`. */
  readonly metricsFile: string;
  /** The scores of the last evaluation: `metrics.json`. */
  readonly scoresFile: string;
  /** The labels that training sees, where they were asked for: `labels.csv`. */
  readonly labelsFile: string;
  /** The groups by their numbers, with names that people may edit: `groups.json`. */
  readonly groupsFile: string;
  /** The last sample sheet: `samples.png`. */
  readonly samplesFile: string;
  /** The report: `report.html`. */
  readonly reportFile: string;
  /** Folder of the exported networks, unless they go elsewhere: `export`. */
  readonly exported: string;
  readonly #lockFile: string;
  #lock: FolderLock | undefined;
  /** Whether the folder itself is new. */
  #made = false;

  private constructor(readonly path: string) {
    this.checkpoints = join(path, 'checkpoints');
    this.samples = join(path, 'samples');
    this.stages = join(path, 'stages');
    this.configFile = join(path, 'config.json');
    this.metricsFile = join(path, 'metrics.jsonl');
    this.scoresFile = join(path, 'metrics.json');
    this.labelsFile = join(path, 'labels.csv');
    this.groupsFile = join(path, 'groups.json');
    this.samplesFile = join(path, 'samples.png');
    this.reportFile = join(path, 'report.html');
    this.exported = join(path, 'export');
    this.#lockFile = join(path, '.lock');
  }

  /** A new, empty run folder, locked for this process. @throws a usage error if it exists and is not empty. */
  static create(folder: string): RunFolder {
    RunFolder.requireFree(folder);
    const run = new RunFolder(folder);
    run.#made = !existsSync(folder);
    try {
      mkdirSync(folderTarget(folder), { recursive: true });
      run.lock();
    } catch (cause) {
      run.#removeEmptyFolders([folder]);
      throw writeError(folder, cause);
    }
    try {
      for (const part of [run.checkpoints, run.samples]) mkdirSync(part, { recursive: true });
    } catch (cause) {
      run.discardIfUnused();
      throw writeError(folder, cause);
    }
    return run;
  }

  /** @throws a MixturaError where a run cannot have this folder: it is a file, holds something, or cannot be made. */
  static requireFree(folder: string): void {
    // An empty text would be joined to names in the folder that the program runs in, whatever that holds.
    if (folder === '') throw usageError('The output folder is an empty text; give the name of a folder.');
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw usageError(`The output folder ${folder} is a file; choose another --out.`);
    }
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw usageError(
        `The output folder ${folder} exists and is not empty; choose another --out, or go on with that run by --resume ${folder}.`,
      );
    }
    let above = resolve(folder);
    while (!existsSync(above)) above = dirname(above);
    try {
      // With a name after it, what is no folder is refused.
      accessSync(`${above}${sep}.`, constants.W_OK);
    } catch (cause) {
      throw writeError(folder, cause);
    }
  }

  /** Empties a new run that failed before it left anything to keep: no log, no checkpoint. */
  discardIfUnused(): void {
    if (!this.#holds() || existsSync(this.metricsFile) || this.stageFiles().any) return;
    if (checkpointSteps(this.checkpoints).length > 0) return;
    for (const name of readdirSync(this.path)) {
      const file = join(this.path, name);
      if (file !== this.#lockFile) rmSync(file, { recursive: true, force: true });
    }
    this.unlock();
    this.#removeEmptyFolders([this.checkpoints, this.samples, this.path]);
  }

  /** The files of what was learned before the steps. */
  stageFiles(): StageFiles {
    return new StageFiles(this.stages, this);
  }

  #removeEmptyFolders(folders: readonly string[]): void {
    for (const folder of folders) {
      if (folder === this.path && !this.#made) continue;
      try {
        rmdirSync(folder);
      } catch {
        // It holds something, or was never made.
      }
    }
  }

  /** A run folder that is there. @throws a MixturaError if there is none. */
  static open(folder: string): RunFolder {
    const run = new RunFolder(folder);
    if (!existsSync(run.configFile)) {
      throw new MixturaError(
        `${folder} is not a run: it has no config.json; give the folder that 'train' wrote.`,
      );
    }
    return run;
  }

  /** Takes the folder for this process. @throws a MixturaError while another process writes it. */
  lock(): void {
    this.#lock = FolderLock.take(this.#lockFile, this.path);
    // Nobody else writes there, so what is unfinished was left by a process that was killed.
    for (const part of [this.checkpoints, this.samples, this.stages]) removeUnfinished(part);
  }

  /** Gives the folder back, if this process holds it. */
  unlock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** Gives a sign of life while the run goes on. @throws a LockLost if another process has taken the folder over. */
  renewLock(): void {
    this.#lock?.renew();
  }

  /** Looks whether the folder may still be written. @throws a LockLost if another process has taken it over. */
  requireLock(): void {
    this.#lock?.check();
  }

  #holds(): boolean {
    if (!this.#lock) return false;
    try {
      this.#lock.check();
      return true;
    } catch {
      return false;
    }
  }

  /** The sample sheet of a step. */
  sheetFile(step: number): string {
    return join(this.samples, `step-${String(step).padStart(8, '0')}.png`);
  }

  /** Writes `config.json`, whole or not at all. */
  writeConfig(run: ResolvedRun): void {
    this.#write(this.configFile, `${JSON.stringify(run, null, 2)}\n`);
  }

  /** Writes `labels.csv`, whole or not at all. */
  writeLabels(text: string): void {
    this.#write(this.labelsFile, text);
  }

  /** Writes `metrics.json`, whole or not at all. */
  writeScores(scores: SavedScores): void {
    this.#write(this.scoresFile, `${JSON.stringify(scores, null, 2)}\n`);
  }

  #write(file: string, text: string): void {
    writeFileAtomic(file, text, () => this.requireLock());
  }

  /** @throws a MixturaError when the file is damaged. */
  readConfig(): ResolvedRun {
    let config: unknown;
    try {
      config = JSON.parse(readFileSync(this.configFile, 'utf8'));
    } catch (cause) {
      throw new MixturaError(`${this.configFile} is damaged: it is not JSON; the run cannot be read.`, {
        cause,
      });
    }
    if (isResolvedRun(config)) return config;
    throw new MixturaError(
      `${this.configFile} is damaged: it does not describe a run; restore it, or train again.`,
    );
  }

  /** The last checkpoint and its step; undefined if there is none. */
  lastCheckpoint(): { readonly file: string; readonly step: number } | undefined {
    const step = checkpointSteps(this.checkpoints).at(-1);
    return step === undefined ? undefined : { file: checkpointFile(this.checkpoints, step), step };
  }

  /** The file of the last checkpoint. @throws a MixturaError if there is none. */
  latestCheckpoint(): string {
    const last = this.lastCheckpoint();
    if (last) return last.file;
    throw new MixturaError(
      `The run ${this.path} has no checkpoint yet; train it with: mixtura train --resume ${this.path}.`,
    );
  }

  /** Adds a line to `metrics.jsonl`. */
  appendMetrics(line: MetricsLine): void {
    this.requireLock();
    try {
      const fd = openSync(this.metricsFile, 'a');
      try {
        writeFully(fd, Buffer.from(`${JSON.stringify(line)}\n`));
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      throw writeError(this.metricsFile, cause);
    }
  }

  /** The lines of `metrics.jsonl` up to a step; a last line that was cut by a kill is left out. */
  readMetrics(upTo = Number.POSITIVE_INFINITY): MetricsLine[] {
    if (!existsSync(this.metricsFile)) return [];
    const lines: MetricsLine[] = [];
    for (const text of readFileSync(this.metricsFile, 'utf8').split('\n')) {
      if (text === '') continue;
      try {
        const line = JSON.parse(text) as MetricsLine;
        if (line.step <= upTo) lines.push(line);
      } catch {
        break;
      }
    }
    return lines;
  }

  /** Drops what was logged after the checkpoint that a run goes on from. */
  truncateMetrics(upTo: number): void {
    const kept = this.readMetrics(upTo).map((line) => `${JSON.stringify(line)}\n`);
    this.#write(this.metricsFile, kept.join(''));
  }

  /** Forces the log to disk, so that it is never behind a checkpoint. */
  syncMetrics(): void {
    this.requireLock();
    if (!existsSync(this.metricsFile)) return;
    const fd = openSync(this.metricsFile, 'r');
    fsyncSync(fd);
    closeSync(fd);
  }
}
