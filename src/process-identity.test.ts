import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { isHere, isRunning, stateOf, stateOfNumber, thisProcess } from './process-identity.js';

const onLinux = process.platform === 'linux';

it('is this process, here and alive', () => {
  expect(thisProcess).toMatchObject({ pid: process.pid, host: hostname() });
  expect(isHere(thisProcess)).toBe(true);
  expect(stateOf(thisProcess)).toBe(onLinux ? 'alive' : 'unknown');
  if (onLinux) expect(stateOf({ ...thisProcess, namespace: 'pid:[1]' })).toBe('unknown');
});

it.skipIf(!onLinux)('is told from a later process of the same number by its start', () => {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  expect(stat).toContain(` ${thisProcess.start} `);
  expect(stateOf({ ...thisProcess, start: String(Number(thisProcess.start) - 1) })).toBe('dead');
  expect(stateOf({ ...thisProcess, start: '' })).toBe('unknown');
  // The host's name may change while a machine runs; its boot does not.
  expect(isHere({ ...thisProcess, host: 'renamed' })).toBe(true);
  expect(isHere({ ...thisProcess, boot: 'another' })).toBe(false);
});

it('is dead once it has ended', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(isRunning(pid)).toBe(false);
  expect(stateOf({ ...thisProcess, pid, start: '1' })).toBe('dead');
  for (const number of [0, -1, 1.5, Number.NaN]) expect(isRunning(number)).toBe(false);
  expect(stateOfNumber(2 ** 23)).toEqual({ state: 'dead' });
});

it.skipIf(!onLinux)('known by its number alone has a start', () => {
  const { state, started } = stateOfNumber(process.pid);
  expect(state).toBe('unknown');
  expect(started).toBe(Number(thisProcess.start) / 100);
});
