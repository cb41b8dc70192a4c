/** @file Where this package keeps what it downloads and computes for later runs. */

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of downloaded data sets, decoded images and features: `$MIXTURA_CACHE`, else `mixtura` in the system's
 * cache folder (`$XDG_CACHE_HOME`, `%LOCALAPPDATA%` on Windows, `~/.cache`).
 */
export function cacheFolder(environment: Environment = process.env): string {
  if (environment.MIXTURA_CACHE) return environment.MIXTURA_CACHE;
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'mixtura');
  if (process.platform === 'win32' && environment.LOCALAPPDATA)
    return join(environment.LOCALAPPDATA, 'mixtura');
  return join(environment.HOME ?? homedir(), '.cache', 'mixtura');
}
