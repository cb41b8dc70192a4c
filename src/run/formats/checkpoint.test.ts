import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { checkpointFile, checkpointSteps, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { writeSafetensors } from './safetensors.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mixtura-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tensors = {
  weight: { shape: [2, 2], data: Float32Array.of(1, -0.5, 1e-30, 3) },
  'model/means': { shape: [2], data: Float64Array.of(Math.PI, -1 / 3) },
};

describe('checkpoints', () => {
  it('come back with the same bits and their step', () => {
    const file = writeCheckpoint(folder, { step: 12, tensors }, 3);
    expect(file).toBe(path.join(folder, 'step-00000012.safetensors'));
    expect(readCheckpoint(file)).toEqual({ step: 12, tensors });
  });

  it('are kept as the last N by their step, and nothing else is removed', () => {
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    for (const step of [1, 2, 30, 9, 100]) writeCheckpoint(folder, { step, tensors }, 3);
    expect(checkpointSteps(folder)).toEqual([9, 30, 100]);
    expect(readdirSync(folder).sort()).toEqual([
      'notes.txt',
      'step-00000009.safetensors',
      'step-00000030.safetensors',
      'step-00000100.safetensors',
    ]);
    writeCheckpoint(folder, { step: 101, tensors }, 1);
    expect(checkpointSteps(folder)).toEqual([101]);
    expect(checkpointSteps(path.join(folder, 'absent'))).toEqual([]);
  });

  it('are not made of numbers that are not finite, and the last good one stays', () => {
    const good = writeCheckpoint(folder, { step: 3, tensors }, 1);
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const broken = { ...tensors, 'moment2:weight': { shape: [2], data: Float32Array.of(0, bad) } };
      expect(() => writeCheckpoint(folder, { step: 4, tensors: broken }, 1)).toThrow(
        'Training stopped at step 4: moment2:weight holds a number that is not finite; lower the learning rates.',
      );
    }
    expect(checkpointSteps(folder)).toEqual([3]);
    expect(readCheckpoint(good).step).toBe(3);
  });

  it('of another version are refused with both versions', () => {
    const file = checkpointFile(folder, 4);
    writeSafetensors(file, { tensors, metadata: { format: 'mixtura-checkpoint-9', step: '4' } });
    expect(() => readCheckpoint(file)).toThrow(
      `The checkpoint ${file} is of another version (mixtura-checkpoint-9, expected mixtura-checkpoint-1); use the version of Mixtura that wrote it.`,
    );
    writeSafetensors(file, { tensors, metadata: {} });
    expect(() => readCheckpoint(file)).toThrow('is of another version (none, expected mixtura-checkpoint-1)');
    writeSafetensors(file, { tensors, metadata: { format: 'mixtura-checkpoint-1', step: 'many' } });
    expect(() => readCheckpoint(file)).toThrow('does not say at which step it was written');
  });

  it('that are cut anywhere are refused with a sentence, never read', () => {
    const file = writeCheckpoint(folder, { step: 1, tensors }, 3);
    const whole = readFileSync(file);
    for (const length of [0, 4, 8, 30, whole.length - 32, whole.length - 1]) {
      writeFileSync(file, whole);
      truncateSync(file, length);
      expect(() => readCheckpoint(file)).toThrow(MixturaError);
      expect(() => readCheckpoint(file)).toThrow(file);
    }
    expect(() => readCheckpoint(checkpointFile(folder, 2))).toThrow(MixturaError);
  });
});
