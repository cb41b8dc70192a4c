// What is found in the development sets without training, beside plain methods: K given, then K found; labels only score.
// The rows are those that bench/peer/groups.py gives to Python.
//   MIXTURA_DATA=data node bench/groups-found.mjs [set ...] [--first 0] [--seeds 1] [--rows 8000] [--plain]
import { parseArgs } from 'node:util';
import { subset } from '../dist/data/dataset.js';
import { compareOn } from '../dist/groups/compare.js';
import { findGroups } from '../dist/groups/find.js';
import { rowsOf, SETS } from './group-sets.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    first: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '1' },
    rows: { type: 'string', default: '8000' },
    plain: { type: 'boolean', default: false },
  },
});

function found(name, findings) {
  const { view, teacher } = findings.choice;
  const { least, most } = findings.count;
  const range = findings.count.given ? '' : `, ${least} to ${most}`;
  return {
    name: `${name}: ${view}, ${teacher}${range}`,
    group: findings.rows.group,
    cpuSeconds: findings.cost.cpuSeconds,
  };
}

console.log('| data, seed | method | groups | NMI | ARI | ACC | size error | CPU s |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const name of positionals.length > 0 ? positionals : Object.keys(SETS)) {
  for (let seed = Number(options.first); seed < Number(options.first) + Number(options.seeds); seed++) {
    const whole = await SETS[name](seed);
    const rows = rowsOf(whole, seed, Number(options.rows));
    const labels = Int32Array.from(rows, (i) => whole.labels[i]);
    const about = { name, labels, source: whole.source, selection: `rows by seed ${seed}` };
    const data = subset(whole, rows, about);
    const ours = [
      found('K given', await findGroups(data, { groups: new Set(labels).size, seed })),
      found('K found', await findGroups(data, { seed })),
    ];
    for (const method of (await compareOn(data, { seed, ours })).slice(0, options.plain ? 5 : 2)) {
      const { nmi, ari, acc, sizeError, cpuSeconds } = method;
      const scores = [nmi, ari, acc, sizeError].map((score) => score.toFixed(3)).join(' | ');
      console.log(
        `| ${name} ${seed} | ${method.name} | ${method.groups} | ${scores} | ${cpuSeconds.toFixed(1)} |`,
      );
    }
  }
}
