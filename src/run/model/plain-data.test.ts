import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../../test/support/png.js';
import * as data from '../../entries/data.js';
import * as mixtura from '../../entries/index.js';
import { ExitCode } from '../../errors.js';

const folder = mkdtempSync(join(tmpdir(), 'mixtura-plain-'));
afterAll(() => rmSync(folder, { recursive: true }));
const png = (width: number) =>
  encodePng({ width, height: 1, colour: 0, depth: 8, samples: new Array(width).fill(9) });

describe('errors of the library', () => {
  it('name options as programs give them, for data and for runs', async () => {
    for (const width of [1, 2]) writeFileSync(join(folder, `${width}.png`), png(width));
    const environment = { MIXTURA_CACHE: join(folder, '.cache') };
    const sizes = { message: expect.stringContaining('such as `size` 32.'), exitCode: ExitCode.usage };
    await expect(data.openDataset(folder, { environment })).rejects.toMatchObject(sizes);
    await expect(data.imageFolder(folder, { environment })).rejects.toMatchObject(sizes);
    const request = { data: { name: 'digits' }, components: 4000, steps: 1 };
    await expect(mixtura.startRun(request, { folder: join(folder, 'run') })).rejects.toThrow(
      /give `components` \d+ or less\.$/,
    );
    writeFileSync(join(folder, 'one.csv'), 'a,b\n1,2\n3,4\n');
    await expect(
      mixtura.startRun({ preset: 'robust', data: { name: join(folder, 'one.csv') } }),
    ).rejects.toThrow('say how many to find by `components`.');
    await mixtura.startRun({ data: { name: 'ring' }, steps: 1 }, { folder: join(folder, 'ring') });
    await expect(mixtura.resumeRun(join(folder, 'ring'), { batch: 7 }, { allow: ['bach'] })).rejects.toThrow(
      /^[^-]*`allow`/,
    );
  });
});
