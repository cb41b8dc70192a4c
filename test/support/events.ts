/** @file TensorBoard event files read back. */
import { readFileSync } from 'node:fs';
import { PbfReader } from 'pbf';
import { expect } from 'vitest';
import { maskedCrc32c } from '../../src/run/formats/crc32c.js';

export interface SeenEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  scalars: Record<string, number>;
  images: Record<string, { height: number; width: number; colorspace: number; png: Uint8Array }>;
}

/** A reader written from the format's description, apart from the writer. */
export function readEvents(path: string): SeenEvent[] {
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  const events: SeenEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(maskedCrc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(maskedCrc32c(data));
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

function readEvent(data: Uint8Array): SeenEvent {
  const seen: SeenEvent = { wallTime: 0, step: -1, scalars: {}, images: {} };
  return new PbfReader(data).readFields((tag, event: SeenEvent, pbf) => {
    if (tag === 1) event.wallTime = pbf.readDouble();
    else if (tag === 2) event.step = pbf.readVarint(true);
    else if (tag === 3) event.fileVersion = pbf.readString();
    else if (tag === 5) pbf.readMessage((t, _, p) => t === 1 && readValue(event, p), undefined);
    else if (tag === 7) {
      pbf.readMessage((t, _, p) => {
        if (t === 1) event.sessionStatus = p.readVarint();
      }, undefined);
    }
  }, seen);
}

function readValue(event: SeenEvent, pbf: PbfReader): void {
  let name = '';
  pbf.readMessage((tag, _, value) => {
    if (tag === 1) name = value.readString();
    else if (tag === 2) event.scalars[name] = value.readFloat();
    else if (tag === 4) {
      const image = { height: 0, width: 0, colorspace: 0, png: new Uint8Array() };
      event.images[name] = image;
      value.readMessage((t, _, p) => {
        if (t === 1) image.height = p.readVarint();
        else if (t === 2) image.width = p.readVarint();
        else if (t === 3) image.colorspace = p.readVarint();
        else if (t === 4) image.png = Uint8Array.from(p.readBytes());
      }, undefined);
    }
  }, undefined);
}
