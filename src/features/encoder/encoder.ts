/** @file Encoders: ONNX files that make a row of features of every image or row of a table. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MixturaError, usageError } from '../../errors.js';
import type { Matrix } from '../../math/matrix.js';
import { CONVENTION_KEY } from '../feature-network.js';
import type { FeatureOptions } from '../feature-options.js';
import { formatConvention, type InputConvention, parseConvention } from '../input-convention.js';
import { onnxMetadata } from '../onnx-metadata.js';
import { loadModel, networkInput } from '../onnx-network.js';
import type { SampleSource } from '../sample-source.js';
import { conventionBeside } from './convention-file.js';
import { encoderOutput } from './encoder-output.js';
import { EncoderSession } from './encoder-session.js';

/** A network whose features groups are looked for in. */
export interface Encoder {
  /** The name of its file. */
  readonly name: string;
  /** SHA-256 (hex) of the file, of weights beside it, and of the convention. */
  readonly fingerprint: string;
  /** The convention in force, as text. */
  readonly convention: string;
  /** Where the convention comes from, in words: `preprocessor_config.json`. */
  readonly from: string;
  /** Height and width at which a folder of images is best read: before the crop. */
  readonly imageSize?: readonly [height: number, width: number];
  /** Name of the output that the features come from. */
  readonly output: string;
  /** Features of all samples, [count, features]. @throws a usage error where the samples do not fit the network. */
  encode(samples: SampleSource, options?: FeatureOptions): Promise<Matrix>;
  /** Frees the network. */
  close(): Promise<void>;
}

/** How {@link openEncoder} opens a file. */
export interface OpenEncoderOptions {
  /** How the network reads its input, as {@link parseConvention} reads it; overrides what lies beside the file, key by key. */
  readonly convention?: string | undefined;
  /** Threads inside an operator (default 2). */
  readonly threads?: number | undefined;
}

/**
 * Opens an ONNX file as an encoder.
 *
 * Its input convention comes from `options`, then key by key from `net.json` beside `net.onnx`, else from
 * `preprocessor_config.json` beside it or above its folder `onnx/`, else from its own metadata (key `input`).
 *
 * @throws MixturaError if it cannot be read or run, ONNX Runtime is not installed, or nothing says how it reads images.
 */
export async function openEncoder(path: string, options: OpenEncoderOptions = {}): Promise<Encoder> {
  const given = parseConvention(options.convention ?? '');
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw usageError(`${path} is no file; give the path of an encoder, such as --features net.onnx.`);
  }
  const session = await loadModel(path, path, options.threads ?? 2);
  try {
    const input = networkInput(session, path);
    const images = input.dims.length === 4;
    const { convention: found, from } = declared(path);
    const convention: InputConvention = { ...(images ? found : { range: 'as-is', ...found }), ...given };
    if (images) requireConvention(path, convention);
    const output = encoderOutput(session, path, convention);
    const text = formatConvention(convention);
    const own = new EncoderSession(session, input, convention, output);
    const imageSize = images ? sizeToRead(convention, input.dims) : undefined;
    return {
      name: basename(path),
      fingerprint: fingerprintOf(path, text),
      convention: text,
      from: Object.keys(given).length > 0 ? (from === '' ? 'the options' : `the options and ${from}`) : from,
      ...(imageSize && { imageSize }),
      output: output.name,
      encode: (samples, how) => own.encode(samples, how),
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Metadata are read from files of at most this size; larger ones are not ours. */
const MOST_METADATA_BYTES = 2 ** 28;

function declared(path: string): { convention: InputConvention; from: string } {
  const beside = conventionBeside(path);
  if (beside) return beside;
  if (statSync(path).size > MOST_METADATA_BYTES) return { convention: {}, from: '' };
  const text = onnxMetadata(readFileSync(path)).get(CONVENTION_KEY);
  return text === undefined
    ? { convention: {}, from: '' }
    : { convention: parseConvention(text), from: 'the metadata of the file' };
}

/** Refuses images without a stated interval: any guess would give features that look right and are not. */
function requireConvention(path: string, { range }: InputConvention): void {
  if (range !== undefined) return;
  throw new MixturaError(
    `Nothing says how ${path} reads images: put its preprocessor_config.json beside it, or declare it by --input range=0..1,shortest=256,crop=224,resize=bicubic,mean=0.485/0.456/0.406,std=0.229/0.224/0.225.`,
  );
}

function sizeToRead(
  { size, shortest, crop, layout }: InputConvention,
  dims: readonly (number | undefined)[],
): readonly [number, number] | undefined {
  if (size) return size;
  if (shortest !== undefined) return [shortest, shortest];
  if (crop) return crop;
  const [height, width] = layout === 'nhwc' ? [dims[1], dims[2]] : [dims[2], dims[3]];
  return height === undefined || width === undefined ? undefined : [height, width];
}

/** Names of files in which exporters put weights that do not fit into the model. */
const WEIGHTS_BESIDE = ['.data', '_data'];
const PIECE = 1 << 24;

function fingerprintOf(path: string, convention: string): string {
  const hash = createHash('sha256');
  const piece = new Uint8Array(PIECE);
  for (const file of [path, ...WEIGHTS_BESIDE.map((end) => path + end).filter((name) => existsSync(name))]) {
    const fd = openSync(file, 'r');
    try {
      for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece))
        hash.update(piece.subarray(0, read));
    } finally {
      closeSync(fd);
    }
  }
  return hash.update(`\n${convention}`).digest('hex');
}
