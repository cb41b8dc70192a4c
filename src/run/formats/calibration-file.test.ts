import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCalibration, writeCalibration } from './calibration-file.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-calibration-'));
const file = join(folder, 'calibration.json');
afterAll(() => rmSync(folder, { recursive: true }));

it('is read for the step that it was written for, and not there for a run without it', () => {
  expect(readCalibration(folder, 50)).toBeUndefined();
  writeCalibration(folder, 50, { prior: -0.25, sharpness: 7.125 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ step: 50, prior: -0.25, sharpness: 7.125 });
  expect(readCalibration(folder, 50)).toEqual({ prior: -0.25, sharpness: 7.125 });
  expect(readCalibration(folder, 40)).toBeUndefined();
});

it('is not put in place where the lock is lost, and damage is told', () => {
  const refuse = () => {
    throw new Error('lost');
  };
  expect(() => writeCalibration(folder, 60, { prior: 0, sharpness: 1 }, refuse)).toThrow('lost');
  expect(readCalibration(folder, 60)).toBeUndefined();
  for (const text of ['{', '{"step":50,"prior":0,"sharpness":-1}']) {
    writeFileSync(file, text);
    expect(() => readCalibration(folder, 50)).toThrow(
      `${file} is damaged: it is no calibration; delete it, and the probabilities are the method's own.`,
    );
  }
});
