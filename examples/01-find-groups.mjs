// Finds the groups in handwritten digits through the library: four kinds of digit, 8:4:2:1, no label used in training.
// Run it after a build:  node examples/01-find-groups.mjs     (about 20 seconds)
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRun, withTrained } from 'mixtura';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-'));
const onEvent = (event) => {
  if (event.kind === 'started') console.log(event.run.dataset.source);
  if (event.kind === 'evaluated' && event.step % 1000 === 0) {
    console.log(`step ${event.step}: NMI ${event.evaluation.summary.nmi.toFixed(3)}`);
  }
};

try {
  // What is not said comes from the preset `digits`. The decays end with the run.
  const request = { data: { name: 'digits' }, steps: 6000, seed: 0 };
  const { groups, evaluation } = await startRun(request, { folder, onEvent });

  // Labels are read at the end only, to see how good the groups are.
  for (const { group, size, trueSize, trueName } of groups) {
    console.log(`group ${group}: learned ${size.toFixed(3)}, true ${trueSize.toFixed(3)} (${trueName})`);
  }
  const { nmi, sizeError } = evaluation.summary;
  console.log(`NMI ${nmi.toFixed(3)}, largest error of a size ${sizeError.toFixed(3)}`);
  assert.ok(nmi >= 0.85, `NMI ${nmi} is below 0.85`);
  assert.ok(sizeError <= 0.05, `a group's size is wrong by ${sizeError}`);

  // New samples of one group: 8x8 images with values in [0, 1].
  const largest = groups[0].component;
  const samples = await withTrained(folder, ({ inference }) => inference.sampleComponent(largest, 5));
  assert.equal(samples.length, 5 * 64);
  const shade = (value) => ' .:-=+*#%@'[Math.min(9, Math.floor(10 * value))].repeat(2);
  for (let row = 0; row < 8; row++) {
    const line = (image) => Array.from(samples.subarray(image * 64 + row * 8, image * 64 + row * 8 + 8));
    console.log([0, 1, 2, 3, 4].map((image) => line(image).map(shade).join('')).join('   '));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
