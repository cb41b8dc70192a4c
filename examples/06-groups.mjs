// Which groups are in rows, how many, and whether they can be trusted: nothing is trained.
// Run it after a build:  node examples/06-groups.mjs     (about 5 seconds)
import assert from 'node:assert/strict';
import { findGroups } from 'mixtura/groups';

// Three kinds of customers, 6:3:1, and two columns of very different scales. Which row is of which kind is not told.
const KINDS = [
  { share: 0.6, age: 30, income: 30_000 },
  { share: 0.3, age: 45, income: 70_000 },
  { share: 0.1, age: 70, income: 25_000 },
];
let seed = 1;
const uniform = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0; // a linear congruential generator
  return (seed + 0.5) / 2 ** 32;
};
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
const kindOf = (row) => (row < 600 ? 0 : row < 900 ? 1 : 2);
const rows = Array.from({ length: 1000 }, (_, row) => {
  const { age, income } = KINDS[kindOf(row)];
  return { age: age + 4 * normal(), income: income + 5_000 * normal() };
});

const found = await findGroups(rows, {
  onFirst: ({ shares }) => console.log(`first look: ${shares.length}`),
});

for (const sentence of found.headline) console.log(sentence);
for (const { group, rows: count, interval } of found.groups) {
  console.log(
    `group ${group}: ${count} rows, ${interval.map((share) => `${(100 * share).toFixed(1)} %`).join(' to ')}`,
  );
}
assert.equal(found.verdict, 'good');
assert.deepEqual(
  found.groups.map(({ share }) => share.toFixed(1)),
  KINDS.map(({ share }) => share.toFixed(1)),
);
const right = found.rows.group.filter((group, row) => group === kindOf(row) + 1).length;
console.log(`${right} of ${rows.length} rows are in the group of their kind`);
assert.ok(right > 980, `only ${right} rows are`);

// One cloud has no groups, and that is the answer.
const cloud = Array.from({ length: 1000 }, () => [normal(), normal(), normal()]);
const none = await findGroups(cloud);
console.log(none.headline[0]);
assert.equal(none.groups.length, 1);
assert.equal(none.verdict, 'none');
