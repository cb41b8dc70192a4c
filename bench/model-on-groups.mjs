// The model on the groups: teacher, student and full model beside each other, by labels that no run sees.
//   MIXTURA_DATA=data node bench/model-on-groups.mjs SET[,SET] [--first 0] [--seeds 3] [--rows 60000] [--steps N]
//     [--preset grouped] [--settings '{"teacher":"random"}'] [--stages FOLDER]
// A stage that FOLDER holds is not trained again. CPU seconds are those of this process, up to the groups and to the end.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { batchSchedule } from '../dist/data/batches.js';
import { sampleSize, subset, withoutLabels } from '../dist/data/dataset.js';
import { OrtEngine } from '../dist/engine/ort/engine.js';
import { arrayDataset } from '../dist/entries/data.js';
import { groupSizes, labelScores } from '../dist/entries/metrics.js';
import { learnRun } from '../dist/run/learn.js';
import { prepareWith } from '../dist/run/prepare.js';
import { openRunSession } from '../dist/run/stages/open-session.js';
import { StageFiles } from '../dist/run/stages/stage-files.js';
import { Inference } from '../dist/train/inference.js';
import { train } from '../dist/train/trainer.js';
import { rowsOf, SETS } from './group-sets.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    first: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '60000' },
    steps: { type: 'string' },
    preset: { type: 'string', default: 'grouped' },
    settings: { type: 'string', default: '{}' },
    stages: { type: 'string' },
  },
});
const SAMPLES = 200;
// What an earlier run has learned would cost nothing here.
process.env.MIXTURA_REUSE = '0';

/** A table of unlike columns as a run reads one: standardised. Images, and points in an interval, as they are. */
function asRead(data) {
  if (data.range !== 'real' || data.kind === 'image' || data.largestCount !== undefined) return data;
  const columns = sampleSize(data.shape);
  const values = valuesOf(data);
  const scaling = { shift: new Array(columns).fill(0), scale: new Array(columns).fill(1) };
  for (let j = 0; j < columns; j++) {
    let [mean, square] = [0, 0];
    for (let at = j; at < values.length; at += columns) mean += values[at] / data.count;
    for (let at = j; at < values.length; at += columns) square += (values[at] - mean) ** 2 / data.count;
    const deviation = Math.sqrt(square) || 1;
    for (let at = j; at < values.length; at += columns) values[at] = (values[at] - mean) / deviation;
    [scaling.shift[j], scaling.scale[j]] = [mean, deviation];
  }
  const { name, kind, shape, range, labels, classNames, source, coding } = data;
  return arrayDataset({ name, kind, shape, range, values, labels, classNames, source, coding, scaling });
}

function valuesOf(data) {
  const values = new Float32Array(data.count * sampleSize(data.shape));
  const rows = Uint32Array.from({ length: data.count }, (_, i) => i);
  data.read(rows, values);
  return values;
}

function scores(labels, group, mixing) {
  const { nmi, acc } = labelScores(labels, group);
  const sizes = mixing ?? shares(group, Math.max(...group) + 1);
  const size = groupSizes({ mixing: sizes, assignments: group, labels }).sizeError;
  return `${nmi.toFixed(3)} (${acc.toFixed(3)})${size === undefined ? '' : `, ${size.toFixed(3)}`}`;
}

function shares(group, k) {
  const out = new Float64Array(k);
  for (const c of group) if (c >= 0) out[c] += 1 / group.length;
  return out;
}

/** Shares of samples that are seen as the component which they were drawn from: the mean, and the least. */
async function seenAsOwn(inference) {
  const own = [];
  for (let c = 0; c < inference.components; c++) {
    const seen = await inference.groupOf(await inference.sampleComponent(c, SAMPLES, 'own'));
    own.push(seen.filter((group) => group === c).length / SAMPLES);
  }
  return [own.reduce((a, b) => a + b, 0) / own.length, Math.min(...own)];
}

async function row(name, seed) {
  const whole = await SETS[name](seed);
  const rows = rowsOf(whole, seed, Number(options.rows));
  const labels = Int32Array.from(rows, (i) => whole.labels[i]);
  const about = { name, labels, classNames: whole.classNames, source: whole.source };
  const data = asRead(subset(whole, rows, { ...about, selection: `rows by seed ${seed}` }));
  const { preset, settings, steps } = options;
  const request = { data: { name }, preset, seed, settings: JSON.parse(settings) };
  const prepared = prepareWith({ ...request, ...(steps && { steps: Number(steps) }) }, data);
  const folder = options.stages
    ? join(options.stages, `${name}-${seed}`)
    : mkdtempSync(join(tmpdir(), 'stages-'));
  mkdirSync(folder, { recursive: true });
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const spent = () => {
    const { user, system } = process.cpuUsage(cpu);
    return `${((user + system) / 1e6).toFixed(0)} CPU s (${((performance.now() - wall) / 1000).toFixed(0)} s)`;
  };
  const nobody = () => {};
  const files = new StageFiles(folder, { requireLock: nobody, renewLock: nobody });
  const taught = await learnRun(prepared, files, {});
  const untilGroups = spent();
  const teacher = taught.learned?.teacher;
  const engine = new OrtEngine({ threads: prepared.run.threads });
  const session = await openRunSession(engine, { ...prepared, ...taught });
  const inference = await Inference.open(session);
  const { batch } = prepared.run;
  const schedule = batchSchedule(session.stream.fork('batches'), { count: data.count, batchSize: batch });
  const loop = train(session, {
    ...{ samples: withoutLabels(data), schedule, from: 0, to: prepared.run.steps, inference },
  });
  for await (const _ of loop);
  const group = await inference.groupOf(valuesOf(data));
  // Held-out rows are read as they are, so those of columns that were standardised here are left out.
  const held = data.scaling === undefined ? whole.test?.() : undefined;
  const heldOut = held ? scores(held.labels, await inference.groupOf(valuesOf(held))) : '';
  const [own, least] = await seenAsOwn(inference);
  await engine.close();
  const found = teacher?.teaching.group.map((c) => Math.max(0, c));
  return [
    ...[name, seed, inference.components, teacher ? `${teacher.view}, ${teacher.way}` : 'none'],
    teacher ? scores(labels, found) : '',
    scores(labels, group),
    heldOut,
    scores(labels, group, Float64Array.from(inference.prior.mixing)),
    `${own.toFixed(3)} (${least.toFixed(2)})`,
    ...[untilGroups, spent()],
  ];
}

console.log(
  '| data | seed | K | groups by | teacher: NMI (ACC), size error | model, assigned | held-out rows | learned sizes | seen as own (least) | until the groups | in all |',
);
console.log(`|${' --- |'.repeat(11)}`);
for (let seed = Number(options.first); seed < Number(options.first) + Number(options.seeds); seed++) {
  for (const name of positionals[0].split(',')) console.log(`| ${(await row(name, seed)).join(' | ')} |`);
}
