/** @file SLOGAN's ablations: the rows of docs/methods.md build and step, and explicit reparameterisation agrees with PyTorch. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presets } from '../src/config/presets.js';
import { batchSchedule } from '../src/data/batches.js';
import { arrayDataset } from '../src/data/dataset.js';
import type { Feeds } from '../src/engine/engine.js';
import { OrtEngine } from '../src/engine/ort/engine.js';
import { Stream } from '../src/math/random.js';
import { slogan } from '../src/methods/slogan.js';
import { NETWORKS } from '../src/nets/index.js';
import { Session } from '../src/train/session.js';
import { train } from '../src/train/trainer.js';
import { expectStep, goldenStep, ortProbe, referenceProbe, type StepSetup } from './support/engine-probe.js';
import {
  buildModel,
  contextOf,
  exactConstants,
  type GoldenCase,
  goldenPhase,
} from './support/golden-step.js';

interface Row {
  readonly table: string;
  readonly name: string;
  readonly probed: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The rows of the table of ablations, whose third column is `--set key=value`, once or more, perhaps after probes. */
const rows: Row[] = readFileSync(new URL('../docs/methods.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => /^\| ([\d, ]+) \| (.+?) \| `(--probes FILE )?(--set .+)` \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, table, name, probes, change]) => {
    const items = [...change!.matchAll(/--set (?:'([^']*)'|(\S+))/g)].map(
      ([, quoted, plain]) => quoted ?? plain!,
    );
    const entries = items.map((item) => item.split('=') as [string, string]);
    return {
      table: table!,
      name: name!,
      probed: probes !== undefined,
      settings: Object.fromEntries(entries.map(([key, value]) => [key, parsed(value)])),
    };
  });

/** A value as `--set` takes it: JSON, or a word. */
function parsed(value: string): unknown {
  return /^[a-z]+$/.test(value) && !['true', 'false'].includes(value) ? value : JSON.parse(value);
}

const [COMPONENTS, BATCH, SHAPE] = [2, 4, [1, 16, 16]];
const samples = arrayDataset({
  ...{ name: 'images', kind: 'image', shape: SHAPE, range: 'unit', source: 'random pixels' },
  values: Stream.root(3).uniforms(new Float32Array(8 * 256)),
});
/** Two images of each group. */
const probes = {
  values: Stream.root(4).uniforms(new Float32Array(4 * 256)),
  component: Int32Array.of(0, 1, 0, 1),
};
const schedule = batchSchedule(Stream.root(1), { count: samples.count, batchSize: BATCH });

/** The last bias of the encoder, by the networks. */
const HEADS: Readonly<Record<string, string>> = {
  mlp: 'encoder/2-dense/bias',
  dcgan: 'encoder/3-dense/bias',
  infogan: 'encoder/3-dense/bias',
  resnet: 'encoder/head/bias',
};

const headOf = (network: string) => HEADS[network] ?? HEADS.mlp!;

/** What the prior was and became in two steps, and which networks were trained. */
async function stepped(network: string, { settings, probed }: Pick<Row, 'settings' | 'probed'>) {
  const engine = new OrtEngine({ threads: 1 });
  const session = await Session.open(engine, {
    method: slogan,
    settings: {
      ...presets['mnist-2']!.settings,
      latent: 3,
      units: 4,
      channels: 4,
      meanStd: 1,
      network,
      // Its critic normalises batches, whose slopes are no sample's own.
      ...(network === 'infogan' && { penalty: 'none', critic: 'bce' }),
      ...settings,
    },
    context: {
      data: { shape: SHAPE, range: 'unit' },
      ...{ components: COMPONENTS, batch: BATCH, horizon: 10 },
      ...(probed && { probes }),
    },
    seed: 0,
  });
  const before = session.model.prior.state();
  const first = await session.save();
  const losses: Readonly<Record<string, number>>[] = [];
  for await (const event of train(session, { samples, schedule, from: 0, to: 2 })) losses.push(event.losses);
  const [after, last] = [session.model.prior.state(), await session.save()];
  await engine.close();
  const still = (name: string) => after[name]!.data.every((value, i) => value === before[name]!.data[i]);
  const trained = (part: string) =>
    Object.keys(first).some(
      (name) => name.startsWith(part) && last[name]!.data.some((value, i) => value !== first[name]!.data[i]),
    );
  return {
    losses,
    still: ['means', 'covariances', 'logits'].filter(still),
    // Weights of an encoder that nothing trains are projected onto unit norm all the same.
    trained: ['generator/', 'critic/', headOf(network)].filter(trained),
  };
}

describe.each([...NETWORKS])('the rows of the tables of ablations, networks %s', (network) => {
  // All scales differ in one number, so the largest networks see one of them.
  const seen = rows.filter(
    ({ table, settings }) => network === 'mlp' || table !== '10' || settings.scale === 8,
  );
  it.each(seen)('$table: $name', async ({ settings, probed }) => {
    const { losses, still, trained } = await stepped(network, { settings, probed });
    const frozen = ((settings.freeze ?? []) as string[]).map((part) => (part === 'mixing' ? 'logits' : part));
    expect(still).toEqual(frozen);
    const u2c = settings.lambda !== 0;
    const learns = u2c || (settings.simclr ?? 'none') !== 'none';
    expect(trained).toEqual(['generator/', 'critic/', ...(learns ? [headOf(network)] : [])]);
    for (const { u2c: value, generator, probes: loss } of losses) {
      expect(loss === undefined).toBe(!probed);
      expect(Number.isFinite(generator)).toBe(true);
      expect(value !== 0).toBe(u2c);
    }
  });
});

it('the tables have all of their rows, each with a change of its own', () => {
  const of = (table: number) => rows.filter((row) => row.table.split(', ').includes(String(table))).length;
  expect([3, 4, 8, 9, 10].map(of)).toEqual([1, 2, 14, 1, 5]);
  expect(new Set(rows.map(({ settings }) => JSON.stringify(settings))).size).toBe(rows.length);
  const published = presets['mnist-2']!.settings;
  expect(rows.filter(({ settings }) => settings.scale === published.scale).map(({ name }) => name)).toEqual([
    'feature scale 4, as published',
  ]);
});

const golden: { readonly torch: string; readonly cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL('golden/ablations_step.json', import.meta.url), 'utf8'),
);

function setupOf(given: GoldenCase): StepSetup {
  const model = buildModel(given);
  const component = Int32Array.from({ length: given.batch }, (_, i) => i % given.components);
  return {
    model,
    begin(phase, exact) {
      const begun = goldenPhase(given, model, phase, contextOf(given), component);
      const single = begun.feeds;
      const constants = Object.entries(exactConstants(given, model)).filter(([name]) => name in single);
      const feeds = (exact ? { ...single, ...Object.fromEntries(constants) } : single) as Feeds;
      return { ...begun, feeds };
    },
  };
}

describe(`a step with explicit reparameterisation agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('never')), given, 1e-4);
  });

  it.each(golden.cases)('the kernels, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), ortProbe('always')), given, 1e-4);
  });

  it.each(golden.cases)('the reference engine, relative error below 1e-9: $name', async (given) => {
    expectStep(await goldenStep(setupOf(given), referenceProbe()), given, 1e-9);
  });
});
