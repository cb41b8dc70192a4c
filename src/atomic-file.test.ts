import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownDevice } from '../test/support/device.js';
import { requireOther, stageFile, temporaryName, writeError, writeFileAtomic } from './atomic-file.js';
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

  it('leaves files that others have beside it, whatever their names, and what a living writer writes', () => {
    const path = join(folder, 'a.txt');
    const living = temporaryName('a.txt').replace(/-\d+-/, `-${process.ppid}-`);
    const names = ['a.txt.tmp', '.a.txt.tmp', living, temporaryName('b.txt')].sort();
    for (const name of names) fs.writeFileSync(join(folder, name), 'mine');
    writeFileAtomic(path, 'new');
    expect(fs.readdirSync(folder).sort()).toEqual([...names, 'a.txt'].sort());
    for (const name of names) expect(fs.readFileSync(join(folder, name), 'utf8')).toBe('mine');
  });

  it('removes what a killed writer of the same file left, and what nobody has written for a day', () => {
    const path = join(folder, 'a.txt');
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const killed = temporaryName('a.txt').replace(/-\d+-/, `-${dead}-`);
    const elsewhere = temporaryName('a.txt').replace(/[0-9a-f]{8}-/, '0123abcd-');
    const fresh = elsewhere.replace('0123abcd', '4567abcd');
    for (const name of [killed, elsewhere, fresh]) fs.writeFileSync(join(folder, name), '');
    const old = Date.now() / 1000 - 25 * 3600;
    fs.utimesSync(join(folder, elsewhere), old, old);
    writeFileAtomic(path, 'new');
    expect(fs.readdirSync(folder).sort()).toEqual([fresh, 'a.txt'].sort());
  });

  it('writes names as long as the system takes', () => {
    for (const name of ['x'.repeat(255), `${'語'.repeat(84)}.md`]) {
      writeFileAtomic(join(folder, name), name);
      expect(fs.readFileSync(join(folder, name), 'utf8')).toBe(name);
    }
    expect(fs.readdirSync(folder).length).toBe(2);
    expect(() => writeFileAtomic(join(folder, 'x'.repeat(256)), '')).toThrow(
      'the name is too long; choose a shorter one.',
    );
  });

  it('keeps the permissions of the file that it replaces', () => {
    const path = join(folder, 'a.txt');
    fs.writeFileSync(path, 'old', { mode: 0o640 });
    fs.chmodSync(path, 0o640);
    writeFileAtomic(path, 'new');
    expect([fs.readFileSync(path, 'utf8'), fs.statSync(path).mode & 0o777]).toEqual(['new', 0o640]);
  });

  it('leaves the old file when it is stopped before the rename', () => {
    const path = join(folder, 'a.txt');
    writeFileAtomic(path, 'old');
    const stop = () => {
      throw new MixturaError('Not now.');
    };
    expect(() => writeFileAtomic(path, 'new', stop)).toThrow('Not now.');
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
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
        `Cannot write ${path}: the disk is full; free some space there, or choose another place.`,
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

describe('a path that is not the file itself', () => {
  const links: [string, (folder: string) => string][] = [
    ['a link', () => 'real.txt'],
    ['an absolute link', (folder) => join(folder, 'real.txt')],
    ['a link into another folder', () => join('there', 'real.txt')],
  ];
  it.each(links)('that is %s stays one, and its target is written', (_, target) => {
    const to = target(folder);
    fs.mkdirSync(join(folder, 'there'));
    for (const before of ['old', undefined]) {
      const real = join(folder, to.startsWith('/') ? 'real.txt' : to);
      if (before === undefined) fs.rmSync(real);
      else fs.writeFileSync(real, before);
      fs.rmSync(join(folder, 'first'), { force: true });
      fs.rmSync(join(folder, 'second'), { force: true });
      fs.symlinkSync(to, join(folder, 'first'));
      fs.symlinkSync('first', join(folder, 'second'));
      writeFileAtomic(join(folder, 'second'), 'new');
      expect([fs.readlinkSync(join(folder, 'second')), fs.readlinkSync(join(folder, 'first'))]).toEqual([
        'first',
        to,
      ]);
      expect(fs.readFileSync(real, 'utf8')).toBe('new');
    }
  });

  it('that is a link in a circle, or leads nowhere, is told', () => {
    fs.symlinkSync('b', join(folder, 'a'));
    fs.symlinkSync('a', join(folder, 'b'));
    expect(() => writeFileAtomic(join(folder, 'a'), 'x')).toThrow('its links lead in a circle');
    fs.symlinkSync(join('none', 'c'), join(folder, 'c'));
    expect(() => writeFileAtomic(join(folder, 'c'), 'x')).toThrow('its folder does not exist');
    expect(() => writeFileAtomic(`${folder}/`, 'x')).toThrow('it is a folder; give the name of a file');
    expect(fs.readdirSync(folder).sort()).toEqual(['a', 'b', 'c']);
  });

  it.skipIf(process.platform === 'win32')(
    'that is a pipe is read by the other side, and stays a pipe',
    async () => {
      const pipe = join(folder, 'pipe');
      spawnSync('mkfifo', [pipe]);
      const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
      let read = '';
      reader.stdout.setEncoding('utf8').on('data', (text: string) => (read += text));
      const closed = new Promise((done) => reader.on('close', done));
      writeFileAtomic(pipe, [Uint8Array.of(104), Uint8Array.of(105)]);
      await closed;
      expect(read).toBe('hi');
      expect(fs.statSync(pipe).isFIFO()).toBe(true);
    },
  );

  it('that is a device is written into, and stays one', ({ skip }) => {
    const device = ownDevice(folder, 'null');
    if (device === undefined) return skip();
    const { rdev } = fs.statSync(device);
    writeFileAtomic(device, 'x');
    expect([fs.statSync(device).isCharacterDevice(), fs.statSync(device).rdev]).toEqual([true, rdev]);
    expect(fs.readdirSync(folder)).toEqual(['null-device']);
    expect(() => stageFile(device, 'x')).toThrow(`Cannot write ${device}`);
  });

  it('that is a full device is told', ({ skip }) => {
    const device = ownDevice(folder, 'full');
    if (device === undefined) return skip();
    expect(() => writeFileAtomic(device, 'x')).toThrow(`Cannot write ${device}: the disk is full`);
    expect(fs.statSync(device).isCharacterDevice()).toBe(true);
  });

  it.skipIf(!fs.existsSync('/proc/self/fd'))('that is an open file goes on behind what is there', () => {
    const path = join(folder, 'log');
    fs.writeFileSync(path, 'before\n');
    const fd = fs.openSync(path, 'a');
    for (const name of [`/dev/fd/${fd}`, `/proc/self/fd/${fd}`]) writeFileAtomic(name, 'x\n');
    fs.closeSync(fd);
    expect(fs.readFileSync(path, 'utf8')).toBe('before\nx\nx\n');
  });
});

describe('a staged file', () => {
  it('lies whole beside its target until it is put in place or taken away', () => {
    const path = join(folder, 'a.txt');
    const first = stageFile(path, 'one');
    expect([fs.readFileSync(first.temporary, 'utf8'), fs.existsSync(path)]).toEqual(['one', false]);
    first.commit();
    stageFile(path, 'two').discard();
    expect(fs.readFileSync(path, 'utf8')).toBe('one');
    expect(fs.readdirSync(folder)).toEqual(['a.txt']);
  });
});

describe('a place that cannot be written', () => {
  const root = process.getuid?.() === 0;
  it.skipIf(root || process.platform === 'win32')('is named as protected', () => {
    const path = join(folder, 'a.txt');
    fs.writeFileSync(path, 'old', { mode: 0o444 });
    expect(() => writeFileAtomic(path, 'new')).toThrow('is not writable');
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
  });

  it('is named as read-only also where the system says that a folder is missing', () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    vi.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    });
    expect(writeError(join(folder, 'run', 'checkpoints'), missing).message).toBe(
      `Cannot write ${join(folder, 'run', 'checkpoints')}: the disk is read-only there; make it writable or choose another place.`,
    );
  });
});

describe('requireOther', () => {
  it('refuses the file of the data by any path, and its images, and nothing else', () => {
    const at = (name: string) => join(folder, name);
    fs.mkdirSync(at('photos'));
    for (const name of ['t.csv', 'photos/1.png', 'photos/groups.csv']) fs.writeFileSync(at(name), name);
    fs.linkSync(at('t.csv'), at('hard.csv'));
    fs.symlinkSync('t.csv', at('link.csv'));
    for (const out of ['t.csv', 'hard.csv', 'link.csv', 'photos/../t.csv']) {
      expect(() => requireOther(join(folder, out), at('t.csv'))).toThrow('which would be gone');
    }
    expect(() => requireOther(at('photos/1.png'), at('photos'))).toThrow('which would be gone');
    for (const out of ['photos/2.png', 'photos/groups.csv', 'photos-2.png', 't.csv']) {
      expect(() => requireOther(at(out), at('photos'))).not.toThrow();
    }
    expect(() => requireOther(at('new.csv'), at('t.csv'))).not.toThrow();
    expect(() => requireOther(at('t.csv'), 'digits')).not.toThrow();
  });
});
