import { expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { slogan } from '../methods/slogan.js';
import { memoryFloor, requireMemory } from './step-memory.js';

const model = slogan.build(
  slogan.settings.parse({ network: 'resnet', channels: 4, latent: 8, penalty: 'alr', simclr: 'generated' }),
  {
    ...{ data: { shape: [3, 16, 16], range: 'signed' }, components: 2, batch: 8, horizon: 10, steps: 10 },
    stream: Stream.root(0),
  },
);

it('refuses a step whose parameters and live values are more than the memory there is, and no smaller one', () => {
  const { state, live } = memoryFloor(model);
  expect(live).toBeGreaterThan(4 * 16 * 4 * 16 * 16); // at least the feature maps of one pass
  expect(() => requireMemory(model, 8, state + live)).not.toThrow();
  expect(() => requireMemory(model, 8, state + live - 1)).toThrow(
    'A step with batches of 8 needs at least 0.0 GiB of memory, and there are 0.0 GiB; give smaller batches (--batch, and settings such as generatorBatch), or smaller networks.',
  );
});
