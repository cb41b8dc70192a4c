/** @file The files that the documents' commands are run on: made here, small, with what people's files have in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpy } from '../../src/data/formats/npy.js';
import { lower } from '../../src/graph/onnx/lower.js';
import { input } from '../../src/graph/tensor.js';
import { Stream } from '../../src/math/random.js';
import { encodePng } from './png.js';

const CENTRES = [
  [0, 0, 0],
  [4, -4, 3],
  [-4, 4, 5],
];
const KINDS = ['common', 'second', 'rare'];

/** A table of three groups, with an id, a date, and a column of labels. */
function table(rows: number): string {
  const stream = Stream.root(3);
  const lines = Array.from({ length: rows }, (_, i) => {
    const kind = i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2;
    const [length, width, weight] = CENTRES[kind]!.map((centre) => centre + stream.normal());
    const day = String(1 + (i % 28)).padStart(2, '0');
    return `S${i},2026-01-${day},${length!.toFixed(3)},${(10 * width!).toFixed(2)},${weight!.toFixed(3)},${KINDS[kind]}`;
  });
  return `sample,date,length,width,weight,kind\n${lines.join('\n')}\n`;
}

/** Colour images of 32x32 in two kinds, bars and discs. */
function photos(folder: string, count: number, side = 32): void {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const samples = Array.from({ length: 3 * side * side }, (_, at) => {
      const [x, y, c] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side), at % 3];
      const on = i % 4 ? (x + i) % 8 < 4 : (x - 16) ** 2 + (y - 16) ** 2 < 60 + i;
      return on ? 200 + 10 * c : (40 * c + 3 * i) % 120;
    });
    const png = encodePng({ width: side, height: side, colour: 2, depth: 8, samples });
    writeFileSync(join(folder, `${String(i).padStart(3, '0')}.png`), png);
  }
}

/** An encoder that sees the means of the columns of pixels, and how it reads images. */
function encoder(folder: string): void {
  const means = input('pixels', ['N', 3, 16, 16]).mean([2]).reshape(['N', 48]);
  writeFileSync(join(folder, 'net.onnx'), lower({ y: means }).bytes);
  writeFileSync(join(folder, 'net.json'), '{"range": "0..1"}');
}

/** Writes table.csv, new-rows.csv, embeddings.npy, net.onnx and photos/ into a folder. */
export function writeDocumentedData(folder: string): void {
  writeFileSync(join(folder, 'table.csv'), table(240));
  writeFileSync(join(folder, 'settings.yaml'), 'data: { name: table.csv, id: sample }\ncomponents: 3\n');
  writeFileSync(join(folder, 'new-rows.csv'), table(30).replace(/,kind\n/, ',other\n'));
  const stream = Stream.root(4);
  const data = Float32Array.from({ length: 200 * 32 }, () => stream.normal());
  writeFileSync(join(folder, 'embeddings.npy'), encodeNpy({ shape: [200, 32], data }));
  photos(join(folder, 'photos'), 48);
  encoder(folder);
}
