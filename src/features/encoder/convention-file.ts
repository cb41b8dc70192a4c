/** @file The JSON beside an encoder that says how it reads images: `net.json`, or `preprocessor_config.json`. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { MixturaError } from '../../errors.js';
import { type InputConvention, parseConvention } from '../input-convention.js';
import { preprocessorConvention } from './preprocessor.js';

/** A convention, and the name of the file that it was read from. */
export interface FoundConvention {
  readonly convention: InputConvention;
  readonly from: string;
}

const PREPROCESSOR = 'preprocessor_config.json';
const ownSchema = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.number())]));

/**
 * The convention in `net.json` beside `net.onnx`, else in `preprocessor_config.json` beside it, or above it where its
 * folder is named `onnx`; undefined where there is none.
 * @throws a MixturaError where the file is not understood.
 */
export function conventionBeside(path: string): FoundConvention | undefined {
  const own = `${path.replace(/\.onnx$/i, '')}.json`;
  if (existsSync(own)) return { convention: ownConvention(json(own), own), from: basename(own) };
  const folder = dirname(path);
  const places = [folder, ...(basename(folder) === 'onnx' ? [dirname(folder)] : [])];
  const found = places.map((place) => join(place, PREPROCESSOR)).find((file) => existsSync(file));
  if (found === undefined) return undefined;
  return { convention: preprocessorConvention(json(found), found), from: PREPROCESSOR };
}

/** The keys of the text form; lists may be arrays: `{"range": "0..1", "size": 224, "mean": [0.5, 0.5, 0.5]}`. */
function ownConvention(content: unknown, path: string): InputConvention {
  const read = ownSchema.safeParse(content);
  if (!read.success) {
    throw new MixturaError(
      `${path} is no input convention; write an object of words, numbers and lists of numbers, such as {"range": "0..1", "size": 224}.`,
    );
  }
  const text = Object.entries(read.data).map(
    ([key, value]) =>
      `${key}=${Array.isArray(value) ? value.join(key === 'size' || key === 'crop' ? 'x' : '/') : value}`,
  );
  return parseConvention(text.join(','));
}

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new MixturaError(
      `${path} cannot be read as JSON (${(cause as Error).message}); mend or remove it.`,
      {
        cause,
      },
    );
  }
}
