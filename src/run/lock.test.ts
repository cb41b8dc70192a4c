import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { releaseLock, takeLock } from './lock.js';

vi.mock('node:fs', async (importOriginal) => {
  const actual = await importOriginal<typeof import('node:fs')>();
  return { ...actual, readFileSync: vi.fn(actual.readFileSync) };
});

const read = vi.mocked(fs.readFileSync);
let folder = '';
let file = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'mixtura-lock-'));
  file = path.join(folder, '.lock');
  read.mockClear();
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const content = () => fs.readFileSync(file, 'utf8');

it('with the number of this process is stale, unless this process holds it', () => {
  fs.writeFileSync(file, String(process.pid));
  takeLock(file, 'run');
  expect(content()).toBe(String(process.pid));
  expect(() => takeLock(path.join(folder, 'x', '..', '.lock'), 'run')).toThrow(
    `Process ${process.pid} is writing the run run; wait for it, or stop it and try again.`,
  );
  releaseLock(file);
  expect(fs.existsSync(file)).toBe(false);
  takeLock(file, 'run');
  releaseLock(file);
});

it('that its owner gives back while it is looked at is taken', () => {
  fs.writeFileSync(file, String(process.ppid));
  read.mockImplementationOnce(() => {
    fs.rmSync(file);
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  });
  takeLock(file, 'run');
  expect(read).toHaveBeenCalledTimes(1);
  expect(content()).toBe(String(process.pid));
  releaseLock(file);
});

it('that is empty is read again: its owner may be writing it', () => {
  fs.writeFileSync(file, String(process.ppid));
  read.mockReturnValueOnce('').mockReturnValueOnce('');
  expect(() => takeLock(file, 'run')).toThrow(`Process ${process.ppid} is writing the run run;`);
  expect(read).toHaveBeenCalledTimes(3);
});

it('that stays empty is of a process that was killed, and is taken over', () => {
  fs.writeFileSync(file, '');
  takeLock(file, 'run');
  expect(read).toHaveBeenCalledTimes(11);
  expect(content()).toBe(String(process.pid));
  releaseLock(file);
});
