/** What is planned for data that some methods do not suit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { methodNamed, methodNames } from '../../methods/index.js';
import { planComparison } from './make-plan.js';
import { leftOutSentences } from './plan.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'mixtura-'));
const name = path.join(scratch, 'rows.csv');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeAll(() => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${(3 * i) % 11},${i % 5},k${i % 2}`);
  writeFileSync(name, `a,b,c,kind\n${rows.join('\n')}\n`);
});
const common = () => ({ data: { name, label: 'kind' }, steps: 20, batch: 16 });
const IMAGES = ['infogan-original', 'clustergan-original', 'elastic-infogan'];
const SENTENCE = 'The networks of InfoGAN are made for images whose sides';

it('of every method those for images are left out, with the reason in one sentence', async () => {
  const { plan } = await planComparison({ common: common(), seeds: [0], without: ['model'] });
  const names = plan.rows.map((row) => row.name);
  const out = plan.leftOut!.map((one) => one.name);
  expect(out).toEqual(expect.arrayContaining([...IMAGES, 'cdgan']));
  const unlabelled = methodNames().filter((method) => methodNamed(method).supervision === undefined);
  expect(names).toEqual(unlabelled.filter((method) => !out.includes(method)));
  const sentences = leftOutSentences(plan.leftOut);
  expect(sentences).toContainEqual(
    expect.stringMatching(`^Left out: infogan-original, clustergan-original, elastic-infogan. ${SENTENCE}`),
  );
  expect(sentences).toContainEqual(
    expect.stringMatching('^Left out: cdgan. CD-GAN compares crops of images'),
  );
  const told = methodNames().filter((method) => methodNamed(method).supervision === 'required');
  expect(told).toEqual(expect.arrayContaining(['acgan', 'gmgan-supervised']));
  expect(sentences).toContain(
    `Left out: ${told.join(', ')}. They are told the classes that score the others; name them in --methods to compare them.`,
  );
  expect(leftOutSentences()).toEqual([]);
});

it('one that was asked for by its name stays, unless it is alone', async () => {
  const asked = { common: common(), seeds: [0], without: ['model'] as const };
  const { plan } = await planComparison({ ...asked, methods: ['wgan', 'infogan-original'] });
  expect([plan.rows.map((row) => row.name), plan.leftOut]).toEqual([['wgan', 'infogan-original'], undefined]);
  const { plan: told } = await planComparison({ ...asked, methods: ['wgan', 'acgan'] });
  expect([told.rows.map((row) => row.name), told.leftOut]).toEqual([['wgan', 'acgan'], undefined]);
  const { plan: all } = await planComparison({ ...asked, methods: ['all', 'acgan', 'wgan'] });
  expect(all.rows.filter(({ name }) => name === 'acgan' || name === 'wgan')).toHaveLength(2);
  expect(all.leftOut).toContainEqual(expect.objectContaining({ name: 'gmgan-supervised' }));
  expect(all.leftOut).not.toContainEqual(expect.objectContaining({ name: 'acgan' }));
  await expect(planComparison({ ...asked, methods: ['infogan-original'] })).rejects.toThrow(SENTENCE);
});

it('of data without labels asks for the number of groups once, and tells why methods of labels are left out', async () => {
  const data = { name, drop: 'kind' };
  const all = { seeds: [0], without: ['model'] as const, methods: ['all'] };
  await expect(planComparison({ ...all, common: { data, steps: 20 } })).rejects.toThrow(
    'say how many to find by --components.',
  );
  const { plan } = await planComparison({ ...all, common: { data, steps: 20, components: 2 } });
  expect(leftOutSentences(plan.leftOut)).toContainEqual(
    expect.stringMatching(/AC-GAN learns from labels, but .* has none/),
  );
});

it('is told of a batch that is all of the data only where none was given', async () => {
  const told: string[] = [];
  const asked = { seeds: [0], without: ['model'] as const, methods: ['wgan'] };
  const listeners = { onNotice: (sentence: string) => told.push(sentence) };
  await planComparison({ ...asked, common: common() }, listeners);
  expect(told).toEqual([]);
  const { batch: _, ...without } = common();
  await planComparison({ ...asked, common: without }, listeners);
  expect(told).toEqual([expect.stringMatching('^There are only 40 samples')]);
});

it('refuses features before anything is trained: a network that is not there, or reads other data', async () => {
  const asked = { common: common(), seeds: [0], without: ['model'] as const, methods: ['wgan'] };
  const scoring = (features: string) => planComparison({ ...asked, scoring: { features } });
  await expect(scoring('nosuch.onnx')).rejects.toThrow('nosuch.onnx is neither a feature network');
  await expect(scoring('lenet-mnist')).rejects.toThrow(/lenet-mnist/);
  await expect(scoring('raw')).resolves.toBeDefined();
});
