// Rows in memory, as short as it gets: fit, predict, sample, save, load. No folder is needed.
// Run it after a build:  node examples/05-fit.mjs     (about 10 seconds)
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fit, load } from 'mixtura';

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

const model = await fit(rows, {
  components: 3,
  steps: 1000,
  seed: 1,
  onProgress: ({ step, steps, weights }) => {
    if (step % 250 === 0) console.log(`step ${step} of ${steps}: ${weights.map((w) => w.toFixed(3))}`);
  },
});

// Group 1 is the largest; weights and means are in the order of the groups.
model.weights.forEach((weight, g) => {
  const [age, income] = model.means[g];
  console.log(
    `group ${g + 1}: ${(100 * weight).toFixed(1)} %, age ${age.toFixed(0)}, income ${income.toFixed(0)}`,
  );
});
KINDS.forEach(({ share }, g) => {
  assert.ok(Math.abs(model.weights[g] - share) < 0.05, `group ${g + 1} is ${model.weights[g]}, not ${share}`);
});
const right = model.labels.filter((group, row) => group === kindOf(row) + 1).length;
console.log(`${right} of ${rows.length} rows are in the group of their kind`);
assert.ok(right > 950, `only ${right} rows are`);

// New rows: columns go by their names, in any order.
const [group] = await model.predict([{ income: 26_000, age: 68 }]);
const [probabilities] = await model.predictProba([{ income: 26_000, age: 68 }]);
assert.equal(group, 3);
assert.equal(probabilities.indexOf(Math.max(...probabilities)), group - 1);

// New samples of one group, in years and in money.
const { rows: drawn } = await model.sample(100, { group: 3 });
const meanAge = drawn.reduce((sum, [age]) => sum + age, 0) / drawn.length;
console.log(`mean age of 100 new rows of group 3: ${meanAge.toFixed(0)}`);
assert.ok(Math.abs(meanAge - 70) < 5);

const folder = mkdtempSync(join(tmpdir(), 'mixtura-'));
try {
  await model.save(join(folder, 'mine')); // a run folder: `mixtura sample`, `cluster` and `export` open it, too
  const same = await load(join(folder, 'mine'));
  assert.deepEqual(await same.predict(rows), model.labels);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
