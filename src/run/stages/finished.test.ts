import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FinishedStages } from './finished.js';

const place = mkdtempSync(join(tmpdir(), 'mixtura-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const nobody = () => {};
const owner = { requireLock: nobody, renewLock: nobody };
function fileOf(name: string, bytes: number): string {
  const file = join(place, name);
  writeFileSync(file, new Uint8Array(bytes).fill(name.charCodeAt(0)));
  return file;
}

describe('stages that have ended', () => {
  it('are taken by their key, and by no other', () => {
    const kept = new FinishedStages(join(place, 'kept'));
    const to = join(place, 'taken');
    expect(kept.take('a', to, owner)).toBe(false);
    kept.keep('a', fileOf('a', 10));
    expect(kept.take('b', to, owner)).toBe(false);
    expect(existsSync(to)).toBe(false);
    expect(kept.take('a', to, owner)).toBe(true);
    expect(readFileSync(to)).toEqual(readFileSync(join(place, 'a')));
    expect(readdirSync(join(place, 'kept'))).toHaveLength(1);
  });

  it('take no more bytes than are allowed: those that were not taken for longest go', () => {
    const kept = new FinishedStages(join(place, 'few'), 30);
    const there = () => ['a', 'b', 'c', 'd'].filter((key) => kept.take(key, join(place, 'out'), owner));
    for (const [i, key] of ['a', 'b', 'c'].entries()) {
      kept.keep(key, fileOf(key, 10));
      for (const name of readdirSync(kept.folder)) {
        const file = join(kept.folder, name);
        const content = readFileSync(file, 'utf8')[0];
        if (content === key) utimesSync(file, 1000 + i, 1000 + i);
      }
    }
    expect(kept.take('a', join(place, 'out'), owner)).toBe(true);
    kept.keep('d', fileOf('d', 10));
    expect(there()).toEqual(['a', 'c', 'd']);
    kept.keep('b', fileOf('b', 31));
    expect(there()).toEqual(['a', 'c', 'd']);
  });

  it('cost nothing but time where they cannot be kept', () => {
    const kept = new FinishedStages(join(fileOf('f', 1), 'stages'));
    kept.keep('a', fileOf('a', 10));
    kept.keep('a', join(place, 'nothing'));
    expect(kept.take('a', join(place, 'out'), owner)).toBe(false);
  });

  it('are not put in place by who has lost the lock', () => {
    const kept = new FinishedStages(join(place, 'kept'));
    const lost = { ...owner, requireLock: () => expect.fail('the lock is lost') };
    const to = join(place, 'lost');
    expect(() => kept.take('a', to, lost)).toThrow('the lock is lost');
    expect(existsSync(to)).toBe(false);
  });

  it('lie in the cache folder, unless MIXTURA_REUSE is 0', () => {
    const environment = { MIXTURA_CACHE: join(place, 'cache') };
    expect(FinishedStages.of(environment)!.folder).toBe(join(place, 'cache', 'stages'));
    expect(FinishedStages.of({ ...environment, MIXTURA_REUSE: '0' })).toBeUndefined();
    expect(FinishedStages.of()).toBeUndefined(); // as tests are run
  });
});
