/** @file How pixels become values is decided by the images of a run, and holds for all that it is given later. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { cacheFolder } from '../src/cache-folder.js';
import { Stream } from '../src/math/random.js';
import { reopenData } from '../src/run/data/run-data.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { assignFile } from '../src/run/use/assign.js';
import { Scratch } from './support/cli.js';
import { encodePng } from './support/png.js';

const place = new Scratch();
vi.stubEnv('MIXTURA_CACHE', place.file('cache'));
afterAll(() => {
  vi.unstubAllEnvs();
  place.remove();
});

const SIDE = 6;
/** A folder of grey images that are dark or light, written by a function of their values of 0..1. */
function folderOf(name: string, write: (values: number[]) => Uint8Array, images = 24): string {
  const folder = place.file(name);
  mkdirSync(folder);
  const stream = Stream.root(5);
  for (let i = 0; i < images; i++) {
    const draw = stream.fork(i);
    const values = Array.from({ length: SIDE * SIDE }, () => (i % 3 === 0 ? 0.6 : 0) + 0.35 * draw.uniform());
    writeFileSync(join(folder, `${String(i).padStart(2, '0')}.png`), write(values));
  }
  return folder;
}

const png = (depth: number, most: number) => (values: number[]) =>
  encodePng({
    width: SIDE,
    height: SIDE,
    colour: 0,
    depth,
    samples: values.map((x) => Math.round(x * most)),
  });
/** Ink of a value whose opacity is what the values say. */
const ink = (value: number) => (values: number[]) =>
  encodePng({
    width: SIDE,
    height: SIDE,
    colour: 4,
    depth: 8,
    samples: values.flatMap((x) => [value, Math.round(255 * x)]),
  });

const SMALL = { components: 2, steps: 20, batch: 8, threads: 1, settings: { network: 'mlp' } };

async function trained(name: string, data: string, options = {}) {
  const folder = place.file(name);
  await startRun({ ...SMALL, data: { name: data, ...options } }, { folder });
  return folder;
}

const probabilitiesOf = (run: string, data: string, options = {}) =>
  withTrained(run, async (opened) => [...(await assignFile(opened, data, options)).probabilities]);

it('images of 12 bits keep their scale in the run, and new ones get it', async () => {
  const run = await trained('deep-run', folderOf('deep', png(16, 4095)));
  const { dataset } = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
  expect(dataset).toMatchObject({ maximum: 4095, range: 'unit', reading: 2 });
  const whole = await probabilitiesOf(run, place.file('deep'));
  // The darker half of the same images would have another scale of its own.
  const dark = place.file('dark');
  mkdirSync(dark);
  for (const name of ['01.png', '02.png', '04.png']) {
    writeFileSync(join(dark, name), readFileSync(join(place.file('deep'), name)));
  }
  expect(await probabilitiesOf(run, dark)).toEqual([1, 2, 4].flatMap((i) => whole.slice(2 * i, 2 * i + 2)));
  // The same pictures in other depths: groups to within what their rounding makes of them.
  for (const [name, depth, most, within] of [
    ['eight', 8, 255, 0.1],
    ['full', 16, 65535, 0.01],
  ] as const) {
    const same = await probabilitiesOf(run, folderOf(name, png(depth, most)));
    expect(Math.max(...same.map((p, i) => Math.abs(p - whole[i]!)))).toBeLessThan(within);
  }
}, 60_000);

it('the background of a run is that of new images, and can be said', async () => {
  const run = await trained('ink-run', folderOf('ink', ink(0)));
  const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
  expect(config.dataset.background).toBe('white');
  expect((await reopenData(config)).background).toBe('white');
  // Light strokes would lie on black by themselves.
  const light = folderOf('light', ink(255));
  const told: string[] = [];
  const onWhite = await probabilitiesOf(run, light, { onNotice: (text: string) => told.push(text) });
  expect(told).toEqual([`Every image of ${light} is one colour; check the files.`]);
  expect(new Set(onWhite.map((p) => p.toFixed(6))).size).toBeLessThanOrEqual(2);
  const onBlack = await probabilitiesOf(run, light, { background: 'black' });
  const written = folderOf('written', png(8, 255));
  expect(await probabilitiesOf(run, written)).toEqual(onBlack);
  const black = await trained('black-run', place.file('ink'), { background: '#000000' });
  const saved = JSON.parse(readFileSync(join(black, 'config.json'), 'utf8'));
  expect([saved.data.background, saved.dataset.background]).toEqual(['#000000', '#000000']);
}, 60_000);

it('a folder of bytes that a run was trained on is decoded once', async () => {
  const folder = folderOf('bytes', png(8, 255), 12);
  const cached = () =>
    readdirSync(join(cacheFolder(), 'images')).filter((name) => name.startsWith('bytes-')).length;
  const run = await trained('bytes-run', folder);
  const before = cached();
  await probabilitiesOf(run, folder);
  expect([before, cached()]).toEqual([1, 1]);
}, 60_000);

it('the command line takes --background where images are read, and refuses other colours', async () => {
  const folder = folderOf('asked', ink(0), 8);
  const asked = await place.run('data', 'inspect', folder, '--background', 'black', '--json');
  expect(asked.code).toBe(0);
  const wrong = await place.run('train', folder, '--components', '2', '--background', 'blue');
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining("--background is 'blue'; give white, black, or a colour such as '#ffcc00'."),
  ]);
}, 60_000);
