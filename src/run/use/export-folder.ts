/** @file A folder of exported files, which appear together or not at all. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { requireWritable, type StagedFile, stageFile, writeError } from '../../atomic-file.js';
import { usageError } from '../../errors.js';
import { folderTarget } from '../../write-target.js';

/** Writes a file of the folder under a temporary name, which it returns. */
export type WriteFile = (name: string, content: string | Uint8Array | readonly Uint8Array[]) => string;

/** Makes the files of a folder by `build`, and gives them their names when it is done; where it throws, none is left. */
export async function writeFolder<T>(folder: string, build: (write: WriteFile) => Promise<T>): Promise<T> {
  const made = makeFolder(folder);
  requireWritable(join(folder, 'mixture.json'));
  const staged: StagedFile[] = [];
  const write: WriteFile = (name, content) => {
    const file = stageFile(join(folder, name), content);
    staged.push(file);
    return file.temporary;
  };
  try {
    const result = await build(write);
    for (const file of staged) file.commit();
    return result;
  } catch (cause) {
    for (const file of staged) file.discard();
    if (made && readdirSync(folder).length === 0) rmdirSync(folder);
    throw cause;
  }
}

/** @throws a usage error, which names the option, unless the folder is new or empty. */
export function requireEmpty(folder: string, option: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw usageError(`The output folder ${folder} exists and is not empty; choose another ${option}.`);
  }
}

/** Makes the folder, before the work whose result goes there; whether it is new. */
function makeFolder(folder: string): boolean {
  try {
    return mkdirSync(folderTarget(folder), { recursive: true }) !== undefined;
  } catch (cause) {
    throw writeError(folder, cause);
  }
}
