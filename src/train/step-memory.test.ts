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

it('refuses a step that takes more than the memory there is, and tells of one that may', () => {
  const { state, live } = memoryFloor(model);
  expect(live).toBeGreaterThan(4 * 16 * 4 * 16 * 16); // at least the feature maps of one pass
  const told: string[] = [];
  const require = (available: number) =>
    requireMemory(model, 8, { onNotice: (sentence) => told.push(sentence) }, available);
  require(state + 3.5 * live);
  expect(told).toEqual([]);
  require(state + 3.5 * live - 1);
  require(state + 2 * live);
  const sentence =
    'A step with batches of 8 may need 0.0 GiB of memory, and there are 0.0 GiB; if the system ends the run, give smaller batches (--batch, and settings such as generatorBatch), or smaller networks.';
  expect(told).toEqual([sentence, sentence]);
  expect(() => require(state + 2 * live - 1)).toThrow(
    'A step with batches of 8 needs at least 0.0 GiB of memory, and there are 0.0 GiB; give smaller batches (--batch, and settings such as generatorBatch), or smaller networks.',
  );
});
