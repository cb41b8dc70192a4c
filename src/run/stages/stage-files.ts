/** @file What a run keeps of its stages, and who may write it. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, MixturaError } from '../../errors.js';

/** Raised where what comes before the steps was interrupted; what has been learned is saved. */
export class StageInterrupted extends MixturaError {
  /** @param during what was interrupted, and how far it was */
  constructor(
    readonly during: string,
    cause?: unknown,
  ) {
    super(`Interrupted while ${during}.`, { cause, exitCode: ExitCode.interrupted });
  }
}

/** Who may write the files of stages. */
export interface StageOwner {
  /** Called before anything is written; throws where another process has taken over. */
  requireLock(): void;
  /** Called often: gives a sign of life. */
  renewLock(): void;
}

/** The folder of a run's stages, a folder for each. */
export class StageFiles {
  constructor(
    /** Path of the folder. */
    readonly path: string,
    /** Whose it is. */
    readonly owner: StageOwner,
  ) {}

  /** The file of the groups that were found. */
  get groups(): string {
    return join(this.path, 'groups.safetensors');
  }

  /** The folder of a stage's checkpoints, made if it is not there. */
  checkpoints(stage: string): string {
    this.owner.requireLock();
    const folder = join(this.path, stage);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Makes the folder itself. */
  make(): void {
    this.owner.requireLock();
    mkdirSync(this.path, { recursive: true });
  }

  /** Whether anything of a stage has been saved. */
  get any(): boolean {
    if (!existsSync(this.path)) return false;
    return readdirSync(this.path, { recursive: true }).some((file) => String(file).endsWith('.safetensors'));
  }
}
