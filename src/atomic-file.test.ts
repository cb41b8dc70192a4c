import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFileAtomic } from './atomic-file.js';
import { MixturaError } from './errors.js';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'mixtura-atomic-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true });
});

/** Makes every write fail as a full disk does, after `after` calls that succeed. */
function fillDisk(after = 0): void {
  const write = fs.writeSync.bind(fs) as (fd: number, bytes: Uint8Array, at: number, n: number) => number;
  let calls = 0;
  vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, bytes: Uint8Array, at: number, n: number) => {
    if (calls++ >= after)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return write(fd, bytes, at, n);
  }) as typeof fs.writeSync);
}

describe('writeFileAtomic', () => {
  it('writes text, bytes and pieces, and leaves no temporary file', () => {
    const path = join(folder, 'a.txt');
    writeFileAtomic(path, 'größer');
    expect(fs.readFileSync(path, 'utf8')).toBe('größer');
    writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...fs.readFileSync(path)]).toEqual([1, 2, 3]);
    writeFileAtomic(path, [Uint8Array.of(4), new Uint8Array(0), Uint8Array.of(5, 6)]);
    expect([...fs.readFileSync(path)]).toEqual([4, 5, 6]);
    expect(fs.readdirSync(folder)).toEqual(['a.txt']);
  });

  it('overwrites the temporary file that a killed run left', () => {
    const path = join(folder, 'a.txt');
    fs.writeFileSync(`${path}.tmp`, 'a much longer half of something');
    writeFileAtomic(path, 'new');
    expect(fs.readFileSync(path, 'utf8')).toBe('new');
    expect(fs.readdirSync(folder)).toEqual(['a.txt']);
  });

  it('goes on after a write that took only some of the bytes', () => {
    const path = join(folder, 'a.txt');
    const write = fs.writeSync.bind(fs) as (fd: number, bytes: Uint8Array, at: number, n: number) => number;
    vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, bytes: Uint8Array, at: number, n: number) =>
      write(fd, bytes, at, Math.min(n, 2))) as typeof fs.writeSync);
    writeFileAtomic(path, 'seven b');
    expect(fs.readFileSync(path, 'utf8')).toBe('seven b');
    expect(fs.writeSync).toHaveBeenCalledTimes(4);
  });

  it('keeps the old file, removes the temporary one and says so when the disk is full', () => {
    const path = join(folder, 'a.txt');
    writeFileAtomic(path, 'old');
    fillDisk(1);
    expect(() => writeFileAtomic(path, [Uint8Array.of(1), Uint8Array.of(2)])).toThrow(
      new MixturaError(
        `Cannot write ${path}: the disk is full; free some space there, or choose another folder with --out, then go on with --resume.`,
      ),
    );
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['a.txt']);
  });

  it('says when the folder does not exist', () => {
    const path = join(folder, 'nowhere', 'a.txt');
    expect(() => writeFileAtomic(path, 'x')).toThrow(
      `Cannot write ${path}: its folder does not exist; create it first.`,
    );
  });
});
