import { describe, expect, it } from 'vitest';
import { type InputConvention, parseConvention } from './input-convention.js';
import { type NetworkInput, preparation } from './prepare-input.js';

const network = (...dims: (number | undefined)[]): NetworkInput => ({ network: 'net', name: 'x', dims });
const rgb = network(undefined, 3, undefined, undefined);

function prepared(
  values: number[],
  data: { shape: number[]; range: 'unit' | 'signed' | 'real' },
  input: NetworkInput,
  convention: string | InputConvention,
): { shape: readonly number[]; values: number[] } {
  const plan = preparation(
    data,
    input,
    typeof convention === 'string' ? parseConvention(convention) : convention,
  );
  const size = data.shape.reduce((product, side) => product * side, 1);
  return {
    shape: plan.shape,
    values: [...plan.prepare(Float32Array.from(values), values.length / size)],
  };
}

describe('values', () => {
  const table: [string, 'unit' | 'signed', number[]][] = [
    ['0..1', 'unit', [0, 0.25, 1]],
    ['-1..1', 'unit', [-1, -0.5, 1]],
    ['0..255', 'unit', [0, 63.75, 255]],
    ['as-is', 'unit', [0, 0.25, 1]],
    ['0..1', 'signed', [0, 0.25, 1]],
    ['-1..1', 'signed', [-1, -0.5, 1]],
    ['0..255', 'signed', [0, 63.75, 255]],
    ['as-is', 'signed', [-1, -0.5, 1]],
  ];
  it.each(table)('range=%s of %s data', (range, from, expected) => {
    const given = from === 'unit' ? [0, 0.25, 1] : [-1, -0.5, 1];
    const data = { shape: [1, 1, 3], range: from };
    expect(prepared(given, data, network(undefined, 1, 1, 3), `range=${range}`).values).toEqual(expected);
  });

  it('mean and std of each channel come after the mapping: (v - mean) / std', () => {
    const convention = 'range=0..255,mean=127.5/0/51,std=127.5/255/25.5';
    const { values } = prepared([0, 1, 0.2], { shape: [3, 1, 1], range: 'unit' }, rgb, convention);
    [-1, 1, 0].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 5);
    });
  });
});

describe('axes', () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

  it('nchw keeps them, nhwc puts channels last', () => {
    const data = { shape: [3, 2, 2], range: 'real' as const };
    expect(prepared(image, data, rgb, 'range=as-is')).toEqual({ shape: [3, 2, 2], values: image });
    const last = network(undefined, undefined, undefined, 3);
    expect(prepared(image, data, last, 'range=as-is,layout=nhwc')).toEqual({
      shape: [2, 2, 3],
      values: [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12],
    });
  });

  it('grey images fill as many channels as the network reads, each with its own mean', () => {
    const data = { shape: [1, 1, 2], range: 'unit' as const };
    expect(prepared([0, 1, 0.5, 0.25], data, rgb, 'range=0..1,mean=0/1/2')).toEqual({
      shape: [3, 1, 2],
      values: [0, 1, -1, 0, -2, -1, 0.5, 0.25, -0.5, -0.75, -1.5, -1.75],
    });
  });

  it('rows go to a network of rows, whatever their shape', () => {
    const data = { shape: [1, 1, 2], range: 'signed' as const };
    expect(prepared([1, -1, 0, 0.5], data, network(undefined, 2), 'range=0..1')).toEqual({
      shape: [2],
      values: [1, 0, 0.5, 0.75],
    });
  });
});

it('images are resized to the declared size, each channel by itself', () => {
  const data = { shape: [3, 1, 2], range: 'real' as const };
  expect(prepared([0, 4, 10, 20, 7, 7], data, rgb, 'range=as-is,size=1x4')).toEqual({
    shape: [3, 1, 4],
    values: [0, 1, 3, 4, 10, 12.5, 17.5, 20, 7, 7, 7, 7],
  });
});

describe('what does not fit is refused in one sentence', () => {
  const grey28 = { shape: [1, 28, 28], range: 'unit' as const };
  it.each([
    [grey28, rgb, '', /net does not say which values it reads; declare them, such as range=0..1/],
    [grey28, network(undefined, 1, 32, 32), 'range=0..1', /reads 32x32 images.*28x28; declare size=32x32/],
    [
      grey28,
      network(undefined, 1, 32, 32),
      'range=0..1,size=30',
      /shape \[\?, 1, 32, 32\], which size=30x30/,
    ],
    [
      { shape: [3, 8, 8], range: 'unit' as const },
      network(undefined, 1, 8, 8),
      'range=0..1',
      /reads 1 channel, but these data are 3x8x8/,
    ],
    [
      { shape: [3, 8, 8], range: 'unit' as const },
      network(undefined, 8, 8, 3),
      'range=0..1',
      /reads 8 channels, but these data are 3x8x8; declare layout=nhwc/,
    ],
    [{ shape: [5], range: 'real' as const }, rgb, 'range=as-is', /reads images, but these data have shape 5/],
    [{ shape: [5], range: 'real' as const }, network(undefined, 4), 'range=as-is', /reads rows of 4 values/],
    [{ shape: [5], range: 'real' as const }, network(undefined, 5), 'range=0..1', /declare range=as-is/],
    [grey28, rgb, 'range=0..1,mean=1/2', /2 values of mean, but net reads 3 channels; give 1 or 3/],
    [grey28, network(undefined, 3, 28), 'range=0..1', /tensors of 3 axes/],
  ])('%o into %o with %s', (data, input, convention, message) => {
    expect(() => preparation(data, input, parseConvention(convention))).toThrow(message);
  });
});
