import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvents } from '../../../test/support/events.js';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { EventWriter, frameRecord } from './tensorboard.js';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'mixtura-tensorboard-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe('crc32c', () => {
  it('gives the check values of the standard (RFC 3720 B.4)', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  it('masks by rotation and a constant', () => {
    // rotr(0xe3069283, 15) = 0x2507c60d; + 0xa282ead8 = 0xc78ab0e5.
    expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe(0xc78ab0e5);
  });
});

describe('EventWriter', () => {
  it('frames a record as length, checksum, data, checksum', () => {
    const record = frameRecord(new TextEncoder().encode('123456789'));
    expect(record.length).toBe(25);
    expect([...record.subarray(0, 8)]).toEqual([9, 0, 0, 0, 0, 0, 0, 0]);
    expect(new DataView(record.buffer).getUint32(21, true)).toBe(0xc78ab0e5);
  });

  it('writes scalars with steps and wall times', () => {
    const writer = new EventWriter(folder, { now: () => 1700000000.25 });
    writer.scalars(0, { 'loss/critic': 0.5 });
    writer.scalars(3_000_000_000, { nmi: 0.1, 'größe/1': Number.NaN });
    writer.close();
    writer.close();
    expect(basename(writer.path)).toBe('events.out.tfevents.1700000000.mixtura');
    const events = readEvents(writer.path);
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({ fileVersion: 'brain.Event:2', wallTime: 1700000000.25, step: 0 });
    expect(events[1]).toMatchObject({ step: 0, scalars: { 'loss/critic': 0.5 } });
    expect(events[2]).toMatchObject({
      step: 3_000_000_000,
      scalars: { nmi: Math.fround(0.1), 'größe/1': Number.NaN },
    });
  });

  it('writes a PNG with its size', () => {
    const png = encode({ width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 2, 3, 4, 5) });
    const writer = new EventWriter(folder);
    writer.image(7, 'samples', png);
    writer.close();
    const [, event] = readEvents(writer.path);
    expect(event!.step).toBe(7);
    expect(event!.images.samples).toMatchObject({ width: 3, height: 2, colorspace: 1 });
    expect(event!.images.samples!.png).toEqual(Uint8Array.from(png));
    expect(() => writer.image(8, 'samples', Uint8Array.of(1, 2))).toThrow('must be the bytes of a PNG file');
  });

  it('opens a later file on resume and tells where it goes on', () => {
    const now = () => 1700000000;
    const first = new EventWriter(folder, { now });
    first.scalars(10, { a: 1 });
    first.close();
    const second = new EventWriter(folder, { now, resumeStep: 8 });
    second.flush();
    second.close();
    expect(fs.readdirSync(folder).sort()).toEqual([basename(first.path), basename(second.path)]);
    expect(readEvents(second.path)[1]).toMatchObject({ step: 8, sessionStatus: 1 });
    expect(readEvents(first.path)).toHaveLength(2);
  });

  it('refuses a missing folder and a closed file in one sentence', () => {
    expect(() => new EventWriter(join(folder, 'none'))).toThrow(
      /^Cannot write .*: its folder does not exist/,
    );
    const writer = new EventWriter(folder);
    writer.close();
    expect(() => writer.scalars(1, { a: 1 })).toThrow(/^The event file .* is closed\.$/);
  });
});
