/**
 * @file TensorBoard event files: records of length, masked CRC-32C and a protobuf `Event`
 * (TensorFlow `record_writer.h`, `event.proto`, `summary.proto`). Only scalars and PNG images are written.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { writeError, writeFully } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import { maskedCrc32c } from './crc32c.js';

const PREFIX = 'events.out.tfevents.';
const FILE_VERSION = 'brain.Event:2';
/** Field numbers of the protobuf messages. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const VALUE = { tag: 1, simple: 2, image: 4 } as const;
const IMAGE = { height: 1, width: 2, colorspace: 3, encoded: 4 } as const;
const SESSION_START = 1;

/** Options of {@link EventWriter}. */
export interface EventWriterOptions {
  /**
   * The first step that a resumed run takes: TensorBoard then drops what an earlier file says of it and later ones.
   */
  readonly resumeStep?: number;
  /** Wall clock in seconds since 1970, for tests. */
  readonly now?: () => number;
}

/**
 * Appends scalars and images to one new TensorBoard event file in a run folder; a resumed run opens another
 * file beside the first, which sorts after it by name, as TensorBoard expects.
 *
 * @throws MixturaError (all methods) when the file cannot be written
 */
export class EventWriter {
  readonly path: string;
  readonly #now: () => number;
  #fd: number | undefined;

  constructor(folder: string, options: EventWriterOptions = {}) {
    this.#now = options.now ?? (() => Date.now() / 1000);
    this.path = newEventFile(folder, Math.floor(this.#now()));
    try {
      this.#fd = fs.openSync(this.path, 'ax');
    } catch (cause) {
      throw writeError(this.path, cause);
    }
    this.#append(0, (event) => event.writeStringField(EVENT.fileVersion, FILE_VERSION));
    const { resumeStep } = options;
    if (resumeStep !== undefined) {
      this.#append(resumeStep, (event) =>
        event.writeMessage(EVENT.sessionLog, (_, log) => log.writeVarintField(1, SESSION_START), undefined),
      );
    }
  }

  /** Writes one value for each tag, such as `{ 'loss/critic': 0.7 }`, at a step. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#summary(step, (summary) => {
      for (const [tag, value] of Object.entries(values)) {
        summary.writeMessage(1, writeScalar, { tag, value });
      }
    });
  }

  /**
   * Writes a PNG file's bytes as an image at a step.
   *
   * @throws MixturaError when the bytes are not a PNG
   */
  image(step: number, tag: string, png: Uint8Array): void {
    const size = pngHeader(png);
    this.#summary(step, (summary) => summary.writeMessage(1, writeImage, { tag, png, ...size }));
  }

  /** Makes everything so far survive a power cut. */
  flush(): void {
    if (this.#fd !== undefined) fs.fsyncSync(this.#fd);
  }

  /** Closes the file; a second call does nothing. */
  close(): void {
    if (this.#fd === undefined) return;
    fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #summary(step: number, write: (summary: PbfWriter) => void): void {
    this.#append(step, (event) =>
      event.writeMessage(EVENT.summary, (_, summary) => write(summary), undefined),
    );
  }

  #append(step: number, write: (event: PbfWriter) => void): void {
    if (this.#fd === undefined) throw new MixturaError(`The event file ${this.path} is closed.`);
    const event = new PbfWriter();
    event.writeDoubleField(EVENT.wallTime, this.#now());
    event.writeVarintField(EVENT.step, step);
    write(event);
    try {
      writeFully(this.#fd, frameRecord(event.finish()));
    } catch (cause) {
      throw writeError(this.path, cause);
    }
  }
}

/** A record: length (8 bytes), masked CRC of the length, data, masked CRC of the data; all little endian. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

interface PngSize {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA: what `summary.proto` calls the colorspace. */
  readonly colorspace: number;
}

function writeScalar({ tag, value }: { tag: string; value: number }, pbf: PbfWriter): void {
  pbf.writeStringField(VALUE.tag, tag);
  pbf.writeFloatField(VALUE.simple, value);
}

function writeImage(image: { tag: string; png: Uint8Array } & PngSize, pbf: PbfWriter): void {
  pbf.writeStringField(VALUE.tag, image.tag);
  pbf.writeMessage(
    VALUE.image,
    (_, field) => {
      field.writeVarintField(IMAGE.height, image.height);
      field.writeVarintField(IMAGE.width, image.width);
      field.writeVarintField(IMAGE.colorspace, image.colorspace);
      field.writeBytesField(IMAGE.encoded, image.png);
    },
    undefined,
  );
}

/** Size and colour type from a PNG's first chunk (IHDR), which the format puts at a fixed place. */
function pngHeader(png: Uint8Array): PngSize {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 26 || view.getUint32(0) !== 0x89504e47) {
    throw new MixturaError('An image for TensorBoard must be the bytes of a PNG file.');
  }
  const colorspaces: Record<number, number> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };
  return { width: view.getUint32(16), height: view.getUint32(20), colorspace: colorspaces[png[25]!] ?? 3 };
}

/**
 * A name that sorts after every event file already there, also when a run is resumed within the same second.
 */
function newEventFile(folder: string, seconds: number): string {
  let names: string[];
  try {
    names = fs.readdirSync(folder);
  } catch (cause) {
    throw writeError(join(folder, `${PREFIX}${seconds}.mixtura`), cause);
  }
  const earlier = names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => Number.parseInt(name.slice(PREFIX.length), 10))
    .filter(Number.isFinite);
  const stamp = Math.max(seconds, ...earlier.map((time) => time + 1));
  return join(folder, `${PREFIX}${String(stamp).padStart(10, '0')}.mixtura`);
}
