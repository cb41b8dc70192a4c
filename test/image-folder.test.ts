import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResolvedRun } from '../src/config/schema.js';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
afterAll(() => place.remove());

/** A folder with classes `bars` and `dots`, in parts of 12 + 6 and 2 + 2 colour images. */
function images(folder: string, side: number): string {
  for (const [part, name, count] of [
    ['train', 'bars', 12],
    ['train', 'dots', 6],
    ['test', 'bars', 2],
    ['test', 'dots', 2],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const samples = Array.from({ length: 3 * side * side }, (_, at) => {
        const [x, y] = [Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
        const on = name === 'bars' ? x % 4 < 2 : (x + y + i) % 3 === 0;
        return on ? 255 - 5 * i : 10 * (at % 3);
      });
      const path = place.file(folder, part, name, `${i}.png`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encodePng({ width: side, height: side, colour: 2, depth: 8, samples }));
    }
  }
  return folder;
}

const config = (run: string) =>
  JSON.parse(readFileSync(place.file(run, 'config.json'), 'utf8')) as ResolvedRun;

describe('a folder of images, from the command line', () => {
  it('is inspected: classes, parts, shape', async () => {
    const summary = await place.json('data', 'inspect', images('small', 8));
    expect(summary).toMatchObject({
      kind: 'image',
      shape: [3, 8, 8],
      range: 'unit',
      count: 18,
      testCount: 4,
      classes: [
        { name: 'bars', count: 12 },
        { name: 'dots', count: 6 },
      ],
    });
  });

  it('is trained, scored on both parts, resumed and clustered with the options of its run', async () => {
    images('small', 8);
    const train = [
      'train',
      'small',
      '--grey',
      '--steps',
      '4',
      '--batch',
      '8',
      '--threads',
      '1',
      '--out',
      'run',
    ];
    const result = await place.json<{ metrics: object }>(...train);
    expect(Object.keys(result.metrics)).toContain('nmi');
    const run = config('run');
    expect(run.data).toEqual({ name: place.file('small'), color: 'grey', subsetSeed: 0 });
    expect(run).toMatchObject({ components: 2, dataset: { shape: [1, 8, 8], maximum: 255 } });
    expect(readFileSync(place.file('run', 'report.html'), 'utf8')).toContain('--grey');
    const { metrics } = await place.json<{ metrics: Record<string, number> }>('evaluate', 'run');
    expect(Object.keys(metrics).some((name) => name.startsWith('nmi') && name.endsWith('test'))).toBe(true);

    const other = await place.run('train', '--resume', 'run', '--color', '--steps', '5');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain(
      'A run cannot go on with other color (the run has "grey", you asked for "color")',
    );
    const again = await place.run('train', '--resume', 'run', '--grey', '--steps', '5', '--allow', 'steps');
    expect(again).toMatchObject({ code: 0 });

    // A folder of larger colour images is read to the shape of the run.
    const clusters = await place.json<{ count: number; parts: object[] }>(
      'cluster',
      'run',
      images('large', 20),
      '--out',
      'g.csv',
    );
    expect(clusters.count).toBe(22);
    expect(clusters.parts).toEqual([
      { part: 'train', count: 18 },
      { part: 'test', count: 4 },
    ]);

    // Images that do not decode are listed with the reason, and the others are assigned.
    for (const at of [3, 4]) writeFileSync(place.file('large', 'train', 'bars', `${at}.png`), 'none');
    const { code, stdout, stderr } = await place.run('cluster', 'run', 'large');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('2 image(s) of large do not decode and are left out: train/bars/3.png (it is'),
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(23);
    expect(lines.filter((line) => line.includes('it is neither PNG, JPEG nor WebP'))).toEqual([
      expect.stringMatching(/^\d+,train,train\/bars\/3\.png,,,/),
      expect.stringMatching(/^\d+,train,train\/bars\/4\.png,,,/),
    ]);
    const training = await place.run('train', 'large', '--dry-run');
    expect(training.stderr).toContain('and more than 5 % of them are not left out');
  });

  it('of 16 pixels or more gets the convolutional networks, at the size that is asked for', async () => {
    images('large', 20);
    const dry = (...options: string[]) =>
      place.json<ResolvedRun>('train', 'large', '--dry-run', '--batch', '8', ...options);
    const plain = await dry();
    expect([plain.settings.network, plain.dataset.shape]).toEqual(['dcgan', [3, 20, 20]]);
    const small = await dry('--size', '12', '--crop', 'none');
    expect(small.settings.network).toBe('mlp');
    expect(small.dataset.shape).toEqual([3, 12, 12]);
    expect(small.data).toMatchObject({ size: '12', crop: 'none' });
    const wrong = await place.run('train', 'large', '--size', '18', '--batch', '8', '--out', 'wrong');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr.trimEnd()).toMatch(
      /has shape 3x18x18; read a folder of images with --size 32, or use/,
    );
    expect(place.listing()).not.toContain('wrong');
  });

  it('says what is wrong with an option', async () => {
    images('small', 8);
    const wrong = async (...options: string[]) => {
      const { code, stderr } = await place.run('train', 'small', ...options, '--dry-run');
      expect(code).toBe(2);
      return stderr.trimEnd();
    };
    expect(await wrong('--size', 'big')).toContain("--size is 'big': give the side of the images in pixels");
    expect(await wrong('--crop', 'left')).toBe("--crop is 'left'; give center or none.");
    expect(await wrong('--grey', '--color')).toBe('Both --grey and --color are given; give one of them.');
  });
});
