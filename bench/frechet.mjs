// The time of a Frechet distance from features to number, and its difference from SciPy's.
//   node bench/frechet.mjs                                     10,000 x 2,048 features of either side
//   node bench/frechet.mjs --rows 1000 --peer                  fewer rows than columns, beside SciPy (needs Python)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frechetDistance, gaussianStatistics } from '../dist/entries/metrics.js';
import { Stream } from '../dist/entries/prior.js';
import { childJson, PYTHON } from './support.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    columns: { type: 'string', default: '2048' },
    peer: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const columns = Number(values.columns);

/** Features as a network has them: not negative, often 0, dependent on 64 causes, of unequal scale. */
function features(label, shift) {
  const causes = Stream.root(0)
    .fork(label, 'causes')
    .normals(new Float64Array(rows * 64));
  const out = Stream.root(0)
    .fork(label, 'noise')
    .normals(new Float32Array(rows * columns));
  for (let i = 0; i < out.length; i++) {
    const j = i % columns;
    const cause = causes[Math.floor(i / columns) * 64 + (j % 64)];
    out[i] = Math.max(0, shift + cause + 0.5 * out[i]) / (1 + j / 50);
  }
  return { rows, columns, values: out };
}

const real = features('real', 0);
const generated = features('generated', 0.1);
const cpuBefore = process.cpuUsage();
const began = performance.now();
const a = gaussianStatistics(real);
const b = gaussianStatistics(generated);
const between = performance.now();
const distance = frechetDistance(a, b);
const ended = performance.now();
const cpu = process.cpuUsage(cpuBefore);
const seconds = (from, to) => `${((to - from) / 1000).toFixed(1)} s`;
console.log(
  `Frechet distance of ${rows} x ${columns} features: ${distance} in ${seconds(began, ended)} ` +
    `(means and covariances ${seconds(began, between)}, the distance ${seconds(between, ended)}; ` +
    `${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of one core)`,
);

if (values.peer) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mixtura-frechet-'));
  try {
    writeFileSync(path.join(folder, 'real.f32'), real.values);
    writeFileSync(path.join(folder, 'generated.f32'), generated.values);
    const script = fileURLToPath(new URL('peer/frechet.py', import.meta.url));
    const { value } = await childJson(PYTHON, [script, folder, String(columns)]);
    const difference = Math.abs(distance / value.distance - 1);
    console.log(
      `SciPy ${value.scipy} (sqrtm): ${value.distance} in ${value.seconds.toFixed(1)} s; ` +
        `relative difference ${difference.toExponential(1)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
