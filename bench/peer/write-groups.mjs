// Writes a development set for Python: x.npy (float32, rows in the order that all see), labels.npy, and what it is.
//   MIXTURA_DATA=data node bench/peer/write-groups.mjs SET --seed 0 --rows 8000 --out FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeNpy } from '../../dist/data/formats/npy.js';
import { readTable } from '../../dist/views/read-rows.js';
import { rowsOf, SETS } from '../group-sets.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '0' },
    rows: { type: 'string', default: '8000' },
    out: { type: 'string' },
  },
});
const [name] = positionals;
const seed = Number(options.seed);
const data = await SETS[name](seed);
const rows = rowsOf(data, seed, Number(options.rows));
const columns = data.shape.reduce((n, side) => n * side, 1);
let x = new Float32Array(rows.length * columns);
// float32 holds each value of the made tables to seven digits.
if (data.kind === 'table' && !name.includes('counts')) x.set(readTable(data, rows).values);
else data.read(rows, x);

/** What people feed a Python clustering: numbers with the median for missing values, and one column a level. */
let scaled = columns;
let width = columns;
if (data.coding) {
  const numbers = [];
  const levels = [];
  let at = 0;
  for (const column of data.coding) {
    if (column.kind === 'number') numbers.push(at);
    if (column.kind === 'category')
      column.levels.forEach((_, l) => {
        levels.push(at + l);
      });
    at += column.kind === 'category' ? column.levels.length : 1 + (column.indicator ? 1 : 0);
  }
  const kept = [...numbers, ...levels];
  const full = x;
  x = Float32Array.from(
    { length: rows.length * kept.length },
    (_, n) => full[Math.floor(n / kept.length) * columns + kept[n % kept.length]],
  );
  [scaled, width] = [numbers.length, kept.length];
}
mkdirSync(options.out, { recursive: true });
const labels = Float32Array.from(rows, (i) => data.labels[i]);
writeFileSync(join(options.out, 'x.npy'), encodeNpy({ shape: [rows.length, width], data: x }));
writeFileSync(join(options.out, 'labels.npy'), encodeNpy({ shape: [rows.length], data: labels }));
const kind = name.includes('counts') ? 'counts' : name.includes('embeddings') ? 'embeddings' : data.kind;
writeFileSync(join(options.out, 'about.json'), JSON.stringify({ name, seed, kind, scaled }));
