/** @file Stages that have ended, kept on disk for later runs of the same data, settings and seed. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeLeftovers, writeFileAtomic } from '../../atomic-file.js';
import { cacheFolder, type Environment } from '../../cache-folder.js';
import { VERSION } from '../../version.js';
import type { StageOwner } from './stage-files.js';

/** Bytes that are kept: the pretext and the student of images of 28 a side take 6 million. */
const MOST_BYTES = 256 * 2 ** 20;
const ENDING = '.safetensors';

/**
 * Files of stages that have ended, by keys of all that they depend on. What is kept, taken or removed by several runs at
 * once is whole for each of them. A folder that cannot be read or written costs time and nothing else.
 */
export class FinishedStages {
  constructor(
    /** Where they are kept. */
    readonly folder: string,
    /** Most bytes of all; those that were not taken for longest are removed. */
    readonly most = MOST_BYTES,
  ) {}

  /** Those of this environment: `stages` in the cache folder; none where `MIXTURA_REUSE` is 0. */
  static of(environment: Environment = process.env): FinishedStages | undefined {
    if (environment.MIXTURA_REUSE === '0') return undefined;
    return new FinishedStages(join(cacheFolder(environment), 'stages'));
  }

  /** Writes what is kept under a key to a file; tells whether there was a copy. */
  take(key: string, to: string, owner: StageOwner): boolean {
    const file = this.#file(key);
    const content = attempt(() => readFileSync(file));
    if (!content) return false;
    const now = new Date();
    attempt(() => utimesSync(file, now, now));
    writeFileAtomic(to, content, () => owner.requireLock());
    return true;
  }

  /** Keeps a copy of a file under a key. */
  keep(key: string, from: string): void {
    attempt(() => {
      const content = readFileSync(from);
      if (content.length > this.most) return;
      mkdirSync(this.folder, { recursive: true });
      writeFileAtomic(this.#file(key), content);
      this.#removeOldest();
    });
  }

  #file(key: string): string {
    const own = createHash('sha256').update(`${key} ${ownCode()}`).digest('hex');
    return join(this.folder, `${own}${ENDING}`);
  }

  #removeOldest(): void {
    const kept = readdirSync(this.folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => ({
        file: join(this.folder, name),
        stats: attempt(() => statSync(join(this.folder, name))),
      }))
      .filter((one): one is { file: string; stats: Stats } => one.stats !== undefined)
      .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
    let bytes = 0;
    for (const { file, stats } of kept) {
      bytes += stats.size;
      if (bytes > this.most) rmSync(file, { force: true });
    }
    for (const { file } of kept) removeLeftovers(file);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined; // What cannot be kept or taken is made anew.
  }
}

let code: string | undefined;

/** A digest of this package's own code where it lies as it was built, so that a change of it takes nothing that was kept. */
function ownCode(): string {
  if (code !== undefined) return code;
  const folder = fileURLToPath(new URL('../../', import.meta.url));
  const hash = createHash('sha256').update(VERSION);
  if (existsSync(join(folder, 'version.js')) || existsSync(join(folder, 'version.ts'))) {
    const names = readdirSync(folder, { recursive: true }).map(String);
    for (const name of names.filter((one) => /(?<!\.d|\.test)\.(js|ts|wasm)$/.test(one)).sort()) {
      hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  code = hash.digest('hex');
  return code;
}
