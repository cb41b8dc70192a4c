import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEvents } from '../../test/support/events.js';
import { resumeRun } from './resume.js';
import { startRun } from './start.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-recorder-'));
afterAll(() => rmSync(root, { recursive: true }));

it('TensorBoard gets every line and every sample sheet once, also of a run that goes on', async () => {
  const folder = join(root, 'run');
  const settings = { network: 'mlp', units: 8, latent: 4 };
  const often = { steps: 20, evaluateEvery: 5, checkpointEvery: 10, batch: 16, threads: 1, settings };
  await startRun({ data: { name: 'digits' }, ...often }, { folder });
  await resumeRun(folder, { steps: 30 }, { allow: ['steps'] });
  const files = readdirSync(folder)
    .filter((name) => name.startsWith('events.'))
    .sort();
  const events = files.map((name) => readEvents(join(folder, name)));
  const steps = events.map((file) => ({
    scalars: file.flatMap(({ step, scalars }) => ('size/group-1' in scalars ? [step] : [])),
    images: file.flatMap(({ step, images }) => ('samples' in images ? [step] : [])),
    starts: file.flatMap(({ step, sessionStatus }) => (sessionStatus === 1 ? [step] : [])),
  }));
  // TensorBoard drops what the first file says of the step that the second starts with, and of later ones.
  expect(steps).toEqual([
    { scalars: [5, 10, 15, 20], images: [0, 10, 20], starts: [] },
    { scalars: [25, 30], images: [30], starts: [21] },
  ]);
  for (const { step, images } of events.flat()) {
    if (!images.samples) continue;
    const sheet = readFileSync(join(folder, 'samples', `step-${String(step).padStart(8, '0')}.png`));
    expect(sheet.equals(images.samples.png)).toBe(true);
    expect([images.samples.width, images.samples.height]).toEqual([
      sheet.readUInt32BE(16),
      sheet.readUInt32BE(20),
    ]);
    expect(images.samples.colorspace).toBe(4);
  }
}, 60_000);
