import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scanImages } from './scan.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-scan-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;

/** A folder with empty files of these names. */
function folder(...files: string[]): string {
  const path = join(root, String(made++));
  for (const file of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), '');
  }
  return path;
}

describe('scanImages', () => {
  it.each([
    ['train', 'test'],
    ['train', 'val'],
    ['Training', 'Testing'],
    ['TRAIN', 'valid'],
    ['training', 'Validation'],
  ])('takes %s and %s for the two parts', (train, test) => {
    const { parts, classNames, notices } = scanImages(
      folder(`${train}/cat/1.png`, `${train}/dog/2.png`, `${test}/dog/3.png`),
    );
    expect(parts.map(({ name, files }) => [name, files.map(({ label }) => label)])).toEqual([
      ['train', [0, 1]],
      ['test', [1]],
    ]);
    expect([classNames, notices]).toEqual([['cat', 'dog'], []]);
  });

  it('holds the test part out where there is one for validation too, and says so', () => {
    const path = folder('train/a/1.png', 'val/a/2.png', 'test/b/3.png');
    const { parts, notices } = scanImages(path);
    expect(parts.map(({ files }) => files.map((file) => file.path))).toEqual([
      ['train/a/1.png'],
      ['test/b/3.png'],
    ]);
    expect(notices).toEqual([
      `${path}: train is trained on and test held out; the images of val are left out.`,
    ]);
  });

  it.each([
    [['train/1.png', 'training/2.png'], 'has the parts train, training, of which'],
    [['test/1.png', 'val/2.png'], 'has the parts test, val, of which'],
    [['train/1.png', 'val/2.png', 'valid/3.png'], 'has the parts train, val, valid, of which'],
    [['train/1.png', 'val/2.png', 'cat/3.png'], 'and 1 image(s) beside them (cat/3.png)'],
    [['Train/1.png', 'Test/2.png', '3.png'], 'and 1 image(s) beside them (3.png)'],
  ])('refuses what is mixed: %j', (files, message) => {
    expect(() => scanImages(folder(...files))).toThrow(message);
  });

  it('takes one such name beside others for a class, and says so', () => {
    const path = folder('train/1.png', 'bus/2.png');
    expect(scanImages(path)).toMatchObject({
      classNames: ['bus', 'train'],
      notices: [`${path}: train is read as a class, because no other sub-folder is a part.`],
    });
    expect(scanImages(folder('val/a/1.png', 'val/b/1.png')).notices).toEqual([]);
  });

  it('knew only train and test in version 0.1.0', () => {
    const path = folder('train/cat/1.png', 'val/cat/2.png');
    expect(scanImages(path, true).classNames).toEqual(['train', 'val']);
  });
});
