/** @file What a run keeps of its stages, and who may write it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, MixturaError } from '../../errors.js';

/** Raised where what comes before the steps was interrupted; what has been learned is saved. */
export class StageInterrupted extends MixturaError {
  constructor(message: string, cause?: unknown) {
    super(message, { cause, exitCode: ExitCode.interrupted });
  }
}

/** The folder of a run's stages, a folder for each. */
export class StageFiles {
  constructor(
    /** Path of the folder. */
    readonly path: string,
    /** Called before anything is written; throws where another process has taken over. */
    readonly requireLock: () => void,
    /** Called often: gives a sign of life. */
    readonly renewLock: () => void,
  ) {}

  /** The file of the groups that were found. */
  get groups(): string {
    return join(this.path, 'groups.safetensors');
  }

  /** The folder of a stage's checkpoints, made if it is not there. */
  checkpoints(stage: string): string {
    this.requireLock();
    const folder = join(this.path, stage);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Makes the folder itself. */
  make(): void {
    this.requireLock();
    mkdirSync(this.path, { recursive: true });
  }

  /** Whether anything has been begun. */
  get any(): boolean {
    return existsSync(this.path);
  }
}
