/** @file The version of this package, from its own package.json. */
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Version of this package, such as `0.1.0`. */
export const VERSION = manifest.version;
