import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MixturaError } from '../../errors.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from './safetensors.js';

let folder = '';
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'mixtura-safetensors-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const example: Safetensors = {
  tensors: {
    'generator/0/weight': { shape: [2, 3], data: Float32Array.of(0, -0, 1.5, Number.NaN, Infinity, -2) },
    mean: { shape: [2], data: Float64Array.of(Math.PI, 5e-324) },
    labels: { shape: [3, 1], data: Int32Array.of(-7, 0, 2147483647) },
    bytes: { shape: [5], data: Uint8Array.of(0, 255, 3, 4, 5) },
    scalar: { shape: [], data: Float32Array.of(3) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
  },
  metadata: { step: '500', config: '{"name":"größer \\"quoted\\""}' },
};

function join8(header: string, data: readonly number[] = [], length = header.length): ArrayBuffer {
  const bytes = new Uint8Array(8 + header.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(data, 8 + header.length);
  return bytes.buffer;
}

function concat(pieces: Uint8Array[]): ArrayBuffer {
  return new Uint8Array(Buffer.concat(pieces)).buffer;
}

describe('safetensors', () => {
  it('round-trips every element type, bit by bit, and metadata', () => {
    const path = join(folder, 'a.safetensors');
    writeSafetensors(path, example);
    const read = readSafetensors(path);
    expect(read.metadata).toEqual(example.metadata);
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(example.tensors).sort());
    for (const [name, { shape, data }] of Object.entries(example.tensors)) {
      const again = read.tensors[name]!;
      expect(again.shape).toEqual(shape);
      expect(again.data.constructor).toBe(data.constructor);
      expect(Buffer.from(again.data.buffer, again.data.byteOffset, again.data.byteLength)).toEqual(
        Buffer.from(data.buffer),
      );
    }
    expect(fs.readdirSync(folder)).toEqual(['a.safetensors']);
  });

  it('writes the documented layout: wide elements first, header padded to 8 bytes', () => {
    const bytes = concat(
      encodeSafetensors({
        tensors: {
          b: { shape: [1], data: Uint8Array.of(9) },
          a: { shape: [1], data: Float64Array.of(1) },
        },
        metadata: {},
      }),
    );
    const length = Number(new DataView(bytes).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = new TextDecoder().decode(new Uint8Array(bytes, 8, length)).trimEnd();
    expect(header).toBe(
      '{"__metadata__":{},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}',
    );
    expect([...new Uint8Array(bytes, 8 + length)]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 9]);
  });

  it('writes only the viewed part of a larger buffer', () => {
    const data = new Float32Array(Float32Array.of(1, 2, 3, 4).buffer, 4, 2);
    const bytes = concat(encodeSafetensors({ tensors: { v: { shape: [2], data } }, metadata: {} }));
    expect([...decodeSafetensors(bytes, 'v').tensors.v!.data]).toEqual([2, 3]);
  });

  it('reads a file whose data is not aligned and has no metadata, as other writers make', () => {
    const header = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ';
    const read = decodeSafetensors(join8(header, [0, 0, 0xc0, 0x3f]), 'x');
    expect((8 + header.length) % 4).not.toBe(0);
    expect(read).toEqual({ metadata: {}, tensors: { x: { shape: [1], data: Float32Array.of(1.5) } } });
  });

  it('reads what the reference implementation writes', () => {
    // Python, safetensors 0.8.0: save_file({'a': arange(6, dtype=float32).reshape(2, 3), 'b': array([1.5]),
    // 'c': array([1, 2, 3], dtype=uint8)}, path, metadata={'k': 'v'}); the file in base64.
    const golden =
      'wAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCJiIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0s' +
      'ImEiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzgsMzJdfSwiYyI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlszXSwi' +
      'ZGF0YV9vZmZzZXRzIjpbMzIsMzVdfX0gICAAAAAAAAD4PwAAAAAAAIA/AAAAQAAAQEAAAIBAAACgQAECAw==';
    const content: Safetensors = {
      metadata: { k: 'v' },
      tensors: {
        a: { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
        b: { shape: [1], data: Float64Array.of(1.5) },
        c: { shape: [3], data: Uint8Array.of(1, 2, 3) },
      },
    };
    expect(decodeSafetensors(concat([Buffer.from(golden, 'base64')]), 'golden')).toEqual(content);
    expect(Buffer.from(concat(encodeSafetensors(content))).toString('base64')).toBe(golden);
  });

  it('refuses a shape that its data does not fill, and the reserved name', () => {
    const tensor = { shape: [2, 2], data: new Float32Array(3) };
    expect(() => encodeSafetensors({ tensors: { w: tensor }, metadata: {} })).toThrow(
      'Tensor w has 3 elements but shape [2, 2] needs 4.',
    );
    expect(() => encodeSafetensors({ tensors: { __metadata__: tensor }, metadata: {} })).toThrow(
      'A tensor cannot be called __metadata__',
    );
  });

  it('says that a file is cut wherever it is cut', () => {
    const whole = concat(encodeSafetensors(example));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.byteLength - 1 }), (length) => {
        expect(() => decodeSafetensors(whole.slice(0, length), 'run/checkpoints/s.safetensors')).toThrow(
          /^The checkpoint run\/checkpoints\/s\.safetensors is cut: .*; remove it to use an older one in run\/checkpoints\.$/,
        );
      }),
    );
  });

  it('never fails with anything but its own sentence when bytes of the header change', () => {
    const whole = concat(encodeSafetensors(example));
    const header = Number(new DataView(whole).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 + header }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const bytes = whole.slice(0);
        new Uint8Array(bytes)[at] = value;
        try {
          decodeSafetensors(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(MixturaError);
        }
      }),
      { numRuns: 500 },
    );
  });

  const f32 = (begin: number, end: number, shape = '[1]') =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;
  it.each([
    ['a header that is not JSON', join8('{"x":'), 'is damaged: its header is not JSON'],
    ['a header that is a list', join8('[]'), 'is damaged: its header is not a JSON object'],
    ['a huge header', join8('{}', [], 2 ** 52), 'is damaged: its header claims 4503599627370496 bytes'],
    ['metadata with numbers', join8('{"__metadata__":{"a":1}}'), 'its metadata is not a map of text to text'],
    ['an entry that is null', join8('{"x":null}'), 'the entry of tensor x is not an object'],
    [
      'an unknown type',
      join8('{"x":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', [0, 0]),
      'tensor x has element type BF16; F64, F32, I32, U8 are known',
    ],
    ['a negative size', join8(`{"x":${f32(0, 4, '[-1]')}}`), 'the shape of tensor x is not a list of sizes'],
    ['one offset', join8('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0]}}'), 'has no two byte offsets'],
    ['a wrong span', join8(`{"x":${f32(0, 4, '[2]')}}`, [0, 0, 0, 0]), 'its shape [2] needs 8'],
    [
      'an overlap',
      join8(`{"x":${f32(0, 8, '[2]')},"y":${f32(4, 8)}}`, [0, 0, 0, 0, 0, 0, 0, 0]),
      'tensor y overlaps the one before it',
    ],
    ['a gap', join8(`{"x":${f32(4, 8)}}`, [0, 0, 0, 0, 0, 0, 0, 0]), 'a gap of 4 bytes before tensor x'],
    ['bytes at the end', join8(`{"x":${f32(0, 4)}}`, [0, 0, 0, 0, 1]), '1 bytes follow its last tensor'],
    ['missing data', join8(`{"x":${f32(0, 4)}}`, [0, 0]), 'is cut: tensor x ends at byte 4 of the data'],
  ])('refuses %s', (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes, 'run/x')).toThrow(sentence);
    expect(() => decodeSafetensors(bytes, 'run/x')).toThrow(
      /^The checkpoint run\/x is .*; remove it to use an older one in run\.$/,
    );
  });

  it('says which file is missing', () => {
    const path = join(folder, 'none.safetensors');
    expect(() => readSafetensors(path)).toThrow(
      `Cannot read the checkpoint ${path}: there is no such file; look in ${folder}.`,
    );
  });

  it('leaves the old checkpoint whole when the disk is full', () => {
    const path = join(folder, 'full.safetensors');
    writeSafetensors(path, example);
    const before = fs.readFileSync(path);
    const full = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    expect(() => writeSafetensors(path, { tensors: {}, metadata: {} })).toThrow(/the disk is full/);
    full.mockRestore();
    expect(fs.readFileSync(path)).toEqual(before);
    expect(fs.existsSync(`${path}.tmp`)).toBe(false);
  });
});
