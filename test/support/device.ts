/** @file Devices that a test may break: its own nodes where it may make some, never those of the machine. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Minor numbers of the memory devices (major number 1) of Linux. */
const MINOR = { null: 3, full: 7 } as const;

/**
 * A device in a folder. Undefined where none can be made: only root makes devices, and only root could break those of
 * the machine.
 */
export function ownDevice(folder: string, kind: keyof typeof MINOR): string | undefined {
  const path = join(folder, `${kind}-device`);
  try {
    if (spawnSync('mknod', ['-m', '666', path, 'c', '1', String(MINOR[kind])]).status !== 0) return undefined;
    closeSync(openSync(path, 'w'));
    return path;
  } catch {
    rmSync(path, { force: true });
    return undefined;
  }
}
