/** @file PGMGAN's stages: what they leave, and that a run goes on with the same bits where one was interrupted. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRequest } from '../src/config/resolve.js';
import { openDataset } from '../src/data/sets/open.js';
import { RunFolder } from '../src/run/folder.js';
import { readCheckpoint } from '../src/run/formats/checkpoint.js';
import type { RunEvent } from '../src/run/recorder.js';
import { resumeRun } from '../src/run/resume.js';
import { neighboursOf } from '../src/run/stages/neighbours.js';
import { StageInterrupted } from '../src/run/stages/stage-files.js';
import { startRun } from '../src/run/start.js';
import { stagedRows, writeImages, writeRows } from './support/staged-data.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'mixtura-'));
const at = (...parts: string[]) => path.join(scratch, ...parts);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const settings = {
  units: 16,
  latent: 4,
  embedding: 4,
  partitionerSteps: 12,
  partitionerRate: 1e-3,
  rejection: false,
};
const common = {
  method: 'pgmgan',
  preset: 'robust',
  components: 3,
  steps: 6,
  batch: 16,
  seed: 3,
  threads: 1,
};
const TABLE: RunRequest = { ...common, data: { name: at('table.npy') }, settings };
const IMAGES: RunRequest = {
  ...common,
  data: { name: at('images.npy') },
  settings: { ...settings, transformations: 'digits', pretextSteps: 8 },
};
const PRETEXT = 'learning what transformations leave (digits)';
const PARTITIONER = 'learning groups that hold for nearest rows';

const last = (run: string) => at(run, 'checkpoints', 'step-00000006.safetensors');
const partitioner = (run: string) => at(run, 'stages', 'partitioner', 'step-00000012.safetensors');
const bytes = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

async function interruptedRun(run: string, request: RunRequest, what: string, done: number): Promise<void> {
  const abort = new AbortController();
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'learning' && event.what === what && event.done >= done) abort.abort();
  };
  const start = startRun(request, { signal: abort.signal, onEvent, folder: at(run) });
  await expect(start).rejects.toThrow(StageInterrupted);
}

beforeAll(async () => {
  process.env.MIXTURA_REUSE = '0';
  writeRows(at('table.npy'), stagedRows());
  writeImages(at('images.npy'));
  await startRun(TABLE, { folder: at('table') });
  await startRun(IMAGES, { folder: at('images') });
}, 120_000);
afterAll(() => {
  delete process.env.MIXTURA_REUSE;
});

describe("PGMGAN's stages", () => {
  it('are a pretext and the partitioner for images, the partitioner alone for tables, and no groups are looked for', () => {
    expect(readdirSync(at('table', 'stages'))).toEqual(['partitioner']);
    expect(readdirSync(at('images', 'stages')).sort()).toEqual(['partitioner', 'pretext']);
    const run = RunFolder.open(at('table')).readConfig();
    expect([run.components, run.auto]).toEqual([3, undefined]);
  });

  it('leave the classifier, which is in the checkpoint as it was, and whose groups are the labels of the rows', () => {
    for (const run of ['table', 'images']) {
      const stage = readCheckpoint(partitioner(run)).tensors;
      const { tensors } = readCheckpoint(last(run));
      const own = Object.keys(tensors).filter((name) => name.startsWith('encoder'));
      expect(own).toContain('encoder/head/weight');
      for (const name of own) expect(tensors[name]!.data, name).toEqual(stage[name]!.data);
      const labels = tensors['model/labels']!.data;
      const shares = tensors['model/shares']!.data;
      for (const c of [0, 1, 2]) {
        expect(shares[c]).toBeCloseTo([...labels].filter((label) => label === c).length / labels.length, 12);
      }
    }
  });

  it.each([
    ['images', IMAGES, PRETEXT, 0.5],
    ['images', IMAGES, PARTITIONER, 0.5],
    ['table', TABLE, PARTITIONER, 0.5],
  ] as const)('go on with the same bits: %s, %#', async (whole, request, what, done) => {
    const run = `${whole}-${what === PRETEXT ? 'pretext' : 'partitioner'}`;
    await interruptedRun(run, request, what, done);
    await resumeRun(at(run), {});
    for (const file of [partitioner, last]) expect(bytes(file(run))).toBe(bytes(file(whole)));
  });

  it('need the number of groups, which is said', async () => {
    const { components: _, ...unknown } = TABLE;
    await expect(startRun({ ...unknown, auto: true }, { folder: at('no') })).rejects.toThrow(
      /^The number of groups is found where groups are looked for first, and this run does not; give --components K\.$/,
    );
  });
});

describe('the nearest rows of a table', () => {
  it('are those of its values, and all others where there are fewer', async () => {
    writeRows(at('few.npy'), [[0], [1], [3], [7]]);
    const dataset = await openDataset(at('few.npy'));
    const { k, index } = await neighboursOf(2, dataset);
    expect([k, ...index]).toEqual([2, 1, 2, 0, 2, 1, 0, 2, 1]);
    expect((await neighboursOf(20, dataset)).k).toBe(3);
  });
});
