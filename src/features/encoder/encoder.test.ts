import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lower } from '../../graph/onnx/lower.js';
import { input, type Tensor } from '../../graph/tensor.js';
import { sourceOf } from '../sample-source.js';
import { openEncoder } from './encoder.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-encoder-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
/** The path of an ONNX file in a folder of its own. */
function file(
  content: Readonly<Record<string, Tensor>> | string,
  metadata: Record<string, string> = {},
): string {
  const place = join(folder, String(files++));
  mkdirSync(place);
  const path = join(place, 'net.onnx');
  writeFileSync(
    path,
    typeof content === 'string' ? Buffer.from(content, 'base64') : lower(content, { metadata }).bytes,
  );
  return path;
}

/** Two colour images of 2x2: red grows, green is 1/2, blue is 0, and the other way round. */
const colour = sourceOf(
  Float32Array.from(
    [0, 0.25, 0.5, 0.75, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0].concat([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]),
  ),
  { shape: [3, 2, 2], range: 'unit' },
);
const image = (batch: string | number = 'N') => input('pixels', [batch, 3, 2, 2]);

async function encoded(path: string, convention: string, samples = colour): Promise<number[][]> {
  const encoder = await openEncoder(path, { convention, threads: 1 });
  try {
    const { rows, columns, values } = await encoder.encode(samples);
    return Array.from({ length: rows }, (_, i) => [...values.slice(i * columns, (i + 1) * columns)]);
  } finally {
    await encoder.close();
  }
}

describe('the features of an encoder', () => {
  it('are a pooled output as it is, after mean and deviation; a network has any name for its input', async () => {
    const path = file({ y: image().mean([2, 3]) });
    expect(await encoded(path, 'range=0..1,mean=0.125/0.5/0,std=0.25/1/0.5')).toEqual([
      [1, 0, 0],
      [3.5, -0.5, 0.5],
    ]);
    expect((await encoded(path, 'range=0..1,order=bgr'))[0]).toEqual([0, 0.5, 0.375]);
  });

  it('are the first of the tokens, or their mean', async () => {
    const path = file({ last_hidden_state: image().reshape(['N', 3, 4]) });
    expect((await encoded(path, 'range=0..1'))[0]).toEqual([0, 0.25, 0.5, 0.75]);
    const mean = (await encoded(path, 'range=0..1,pool=mean'))[0]!;
    [0.5, 0.75, 1, 1.25].forEach((sum, i) => {
      expect(mean[i]).toBeCloseTo(sum / 3, 6);
    });
  });

  it('are the mean of maps over all places, with channels first or last', async () => {
    expect((await encoded(file({ y: image().mul(2) }), 'range=0..1'))[0]).toEqual([0.75, 1, 0]);
    const last = file({ y: input('x', ['N', 2, 2, 3]).mul(2) });
    expect(await encoded(last, 'range=0..1,layout=nhwc')).toEqual([
      [0.75, 1, 0],
      [2, 0, 0.5],
    ]);
  });

  it('are the same from a network with a batch of 1, and from grey images in three channels', async () => {
    const path = file({ y: image(1).mean([2, 3]) });
    expect(await encoded(path, 'range=0..1')).toEqual([
      [0.375, 0.5, 0],
      [1, 0, 0.25],
    ]);
    const grey = sourceOf(Float32Array.of(0, 0.5, 0.5, 1), { shape: [1, 2, 2], range: 'unit' });
    expect(await encoded(path, 'range=0..1', grey)).toEqual([[0.5, 0.5, 0.5]]);
    const free = file({ y: input('x', ['N', 'C', 2, 2]).sum([2, 3]) });
    expect(await encoded(free, 'range=0..1,mean=0/0.25/0.5', grey)).toEqual([[2, 1, 0]]);
  });

  it('of rows need no convention', async () => {
    const path = file({ y: input('x', ['N', 2]).square() });
    const table = sourceOf(Float32Array.of(1, -3, 2, 0), { shape: [2], range: 'real' });
    expect(await encoded(path, '', table)).toEqual([
      [1, 9],
      [4, 0],
    ]);
  });

  it('come from the usual output, and otherwise from the one that is named', async () => {
    const x = image();
    const path = file({ last_hidden_state: x, pooler_output: x.mean([2, 3]) });
    const encoder = await openEncoder(path, { convention: 'range=0..1' });
    expect(encoder).toMatchObject({ output: 'pooler_output', name: 'net.onnx', imageSize: [2, 2] });
    await encoder.close();
    const unclear = file({ a: x.mean([2, 3]), b: x });
    await expect(encoded(unclear, 'range=0..1')).rejects.toThrow(
      /has the outputs a, b; declare the one with the features, such as output=a\.$/,
    );
    expect((await encoded(unclear, 'range=0..1,output=a'))[0]).toEqual([0.375, 0.5, 0]);
  });
});

describe('how an encoder reads images', () => {
  const net = () => file({ y: image().mean([2, 3]) });

  it('is refused where nothing says it', async () => {
    await expect(openEncoder(net())).rejects.toThrow(
      /^Nothing says how .*net\.onnx reads images: put its preprocessor_config\.json beside it, or declare it by --input range=0\.\.1,shortest=256,/,
    );
  });

  it('is read from the metadata, the preprocessor file, our own file and options, the later the stronger', async () => {
    const path = file({ y: image().mean([2, 3]) }, { input: 'range=0..255' });
    const opened = async (convention?: string) => {
      const encoder = await openEncoder(path, { convention });
      await encoder.close();
      return encoder;
    };
    expect(await opened()).toMatchObject({ convention: 'range=0..255', from: 'the metadata of the file' });
    const preprocessor = {
      image_mean: [0, 0, 0],
      image_std: [1, 1, 1],
      size: { height: 2, width: 2 },
      resample: 3,
    };
    writeFileSync(join(path, '..', 'preprocessor_config.json'), JSON.stringify(preprocessor));
    const second = await opened();
    expect(second).toMatchObject({
      convention: 'range=0..1,mean=0/0/0,std=1/1/1,layout=nchw,size=2x2,resize=bicubic',
      from: 'preprocessor_config.json',
    });
    writeFileSync(join(path, '..', 'net.json'), '{"range": "-1..1", "size": [2, 2], "mean": [0.5, 0, 0]}');
    expect(await opened()).toMatchObject({
      convention: 'range=-1..1,mean=0.5/0/0,size=2x2',
      from: 'net.json',
    });
    const last = await opened('range=0..1');
    expect(last).toMatchObject({
      convention: 'range=0..1,mean=0.5/0/0,size=2x2',
      from: 'the options and net.json',
    });
    expect(last.fingerprint).not.toBe(second.fingerprint);
  });

  it('lies above a folder named onnx', async () => {
    const place = join(folder, 'hub', 'onnx');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'model.onnx'), lower({ y: image().mean([2, 3]) }).bytes);
    writeFileSync(join(place, '..', 'preprocessor_config.json'), '{"do_rescale": true}');
    expect((await encoded(join(place, 'model.onnx'), ''))[0]).toEqual([0.375, 0.5, 0]);
  });

  it('is no JSON, or none of ours: refused with the name of the file', async () => {
    const path = net();
    writeFileSync(join(path, '..', 'net.json'), '{');
    await expect(openEncoder(path)).rejects.toThrow(/net\.json cannot be read as JSON/);
    writeFileSync(join(path, '..', 'net.json'), '{"size": {"height": 2}}');
    await expect(openEncoder(path)).rejects.toThrow(/net\.json is no input convention; write an object/);
  });
});

describe('networks that are no encoders of this kind', () => {
  it('with two inputs, of half precision, or of nothing are refused in one sentence', async () => {
    const two = file({
      y: image()
        .mean([2, 3])
        .add(input('ids', ['N', 3])),
    });
    await expect(encoded(two, 'range=0..1')).rejects.toThrow(
      /reads .*ids \(float32\).*; a feature network has one input of float32: export the part that reads images alone\.$/,
    );
    await expect(encoded(file(HALF_IN), 'range=0..1')).rejects.toThrow(
      /reads x \(float16\); a feature network has one input of float32: export it in float32\.$/,
    );
    await expect(encoded(file(HALF_OUT), 'range=0..1')).rejects.toThrow(
      /The output y of .* is of float16; export the network in float32/,
    );
    await expect(openEncoder(join(folder, 'none.onnx'))).rejects.toThrow(/none\.onnx is no file/);
  });

  it('that make no number say which row', async () => {
    const path = file({ y: image().log().mean([2, 3]) });
    await expect(encoded(path, 'range=0..1')).rejects.toThrow(
      /makes -Infinity of row 0; check its input convention/,
    );
  });
});

/** A mean over places of float16 images, and one whose output is float16. */
const HALF_IN =
  'CAgSADqEAQoyCgF4EgFtIgpSZWR1Y2VNZWFuKg0KBGF4ZXNAAkADoAEHKg8KCGtlZXBkaW1zGACgAQIKFwoBbRIBeSIEQ2FzdCoJCgJ0bxgBoAECEgFnWhwKAXgSFwoVCAoSEQoDEgFOCgIIAwoCCAIKAggCYhQKAXkSDwoNCAESCQoDEgFOCgIIA0IECgAQDQ==';
const HALF_OUT =
  'CAgSADqEAQoyCgF4EgFtIgpSZWR1Y2VNZWFuKg0KBGF4ZXNAAkADoAEHKg8KCGtlZXBkaW1zGACgAQIKFwoBbRIBeSIEQ2FzdCoJCgJ0bxgKoAECEgFnWhwKAXgSFwoVCAESEQoDEgFOCgIIAwoCCAIKAggCYhQKAXkSDwoNCAoSCQoDEgFOCgIIA0IECgAQDQ==';
