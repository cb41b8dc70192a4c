import { expect, it } from 'vitest';
import { stepOf } from '../../test/support/step.js';
import { Stream } from '../math/random.js';
import { methodNamed, methodNames } from './index.js';

const [BATCH, SIDE] = [4, 28];
const context = {
  data: { shape: [1, SIDE, SIDE], range: 'unit' },
  ...{ components: 2, classes: 2, batch: BATCH, horizon: 10, steps: 10 },
} as const;

/** Methods whose rows have groups from a clustering before their first step; their critic's phase is that of the others. */
const CLUSTERED = ['scgan', 'pgmgan'];

/** Methods that take networks whose critic normalises batches. */
const methods = methodNames().flatMap((name) => {
  if (CLUSTERED.includes(name)) return [];
  const method = methodNamed(name);
  const parsed = method.settings.safeParse({ network: 'infogan', penalty: 'none' });
  const plain = parsed.success ? parsed : method.settings.safeParse({ network: 'infogan' });
  return plain.success ? [{ name, method, settings: plain.data }] : [];
});

it('there are such methods', () => {
  expect(methods.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['slogan', 'gmgan-supervised', 'wgan']),
  );
});

it.each(methods)('$name keeps the running statistics of all of its networks', ({ method, settings }) => {
  const model = method.build(settings, { ...context, stream: Stream.root(0) });
  const real = Stream.root(1).uniforms(new Float32Array(BATCH * SIDE * SIDE));
  const labels = Int32Array.of(0, 1, 0, 1);
  const kept = new Set(
    model.phases.flatMap((phase) =>
      [0, 9].flatMap((step) => [
        ...(phase.begin({ ...stepOf({ real, step }), labels } as never)?.program.assignments?.keys() ?? []),
      ]),
    ),
  );
  const buffers = model.networks.flatMap((network) => network.buffers.map(({ name }) => name));
  expect(buffers.filter((name) => !kept.has(name))).toEqual([]);
});
