/** @file Threads that share a mixture: the same bits as one thread, and the same failures. */
import { describe, expect, it, vi } from 'vitest';
import { identity } from '../../math/linalg.js';
import { Stream } from '../../math/random.js';
import { MixturePrior } from '../mixture.js';
import { steinGradients } from '../stein.js';
import { Gaussians } from './gaussians.js';
import { GaussianBlocks } from './memory.js';
import { ThreadPool, worthwhileThreads } from './workers.js';

// Workers are started however many processors this machine has.
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  availableParallelism: () => 4,
}));

const stream = Stream.root(5);
const [components, dim] = [9, 83];
const lr = { mean: 0.1, covariance: 0.25, mixing: 0.1 };

function batchOf(prior: MixturePrior, n: number, step: number) {
  const own = stream.fork('batch', step);
  const { z, component } = prior.sample(n, own);
  const gradient = own.fork('gradient').normals(new Float64Array(n * dim));
  return { z, component, n, gradient, adversarialLoss: own.fork('loss').normals(new Float64Array(n)) };
}

/** The parameters after four updates by as many threads, with whole and partial chunks, prepared or not. */
function trained(threads: number) {
  const prior = MixturePrior.create({ components, dim, meanStd: 1, threads }, stream.fork('prior'));
  for (const [step, n] of [64, 150, 64, 30].entries()) {
    const batch = batchOf(prior, n, step);
    if (step < 3) prior.prepare(batch);
    prior.update({ ...batch, lr });
  }
  return { ...prior.state(), whitening: prior.whitening() };
}

/** Means, covariances and logits of standard normal components. */
function unit(): [Float64Array, Float64Array, Float64Array] {
  const covariances = new Float64Array(components * dim * dim);
  for (let c = 0; c < components; c++) covariances.set(identity(dim), c * dim * dim);
  return [new Float64Array(components * dim), covariances, new Float64Array(components)];
}

describe('a shared mixture', () => {
  it('has the bits of one thread', () => {
    const alone = trained(1);
    for (const threads of [2, 3]) {
      expect(worthwhileThreads(components, dim, threads)).toBe(threads);
      expect(trained(threads)).toEqual(alone);
    }
  });

  it('is computed by the worker too', () => {
    const g = new Gaussians(components, dim, ...unit(), 2);
    const worker = new GaussianBlocks(g.layout, { memory: g.memory, slot: 1 });
    const z = stream.fork('latents').normals(new Float64Array(64 * dim));
    const batch = { z, n: 64, gradient: z, adversarialLoss: new Float64Array(64) };
    // The worker may start late, but it does start.
    const until = performance.now() + 30_000;
    const idle = () => worker.blocks.weighted.every((value) => value === 0);
    while (idle() && performance.now() < until) steinGradients(g, batch);
    expect(idle()).toBe(false);
  });

  it('says which component failed', () => {
    const failing = (threads: number) => {
      const prior = MixturePrior.create({ components, dim, threads }, stream.fork('prior'));
      const { gradient, ...batch } = batchOf(prior, 64, 9);
      return () => prior.update({ ...batch, gradient: gradient.fill(Number.NaN), lr });
    };
    expect(failing(2)).toThrow('The covariance of component 0 holds NaN or infinity');
    expect(failing(1)).toThrow('The covariance of component 0 holds NaN or infinity');
  });

  it('goes on after a task that failed halfway', () => {
    const g = new Gaussians(components, dim, ...unit(), 2);
    let breaks = true;
    const cholesky: typeof g.kernel.cholesky = (...args) => {
      if (breaks) throw new Error('broken off');
      return g.kernel.cholesky(...args);
    };
    const breaking: GaussianBlocks = Object.create(g, { kernel: { value: { ...g.kernel, cholesky } } });
    const pool = new ThreadPool(breaking);
    // The worker may have computed all items before this thread took one.
    const attempts = () => {
      for (let i = 0; i < 1_000; i++) pool.run('factor', g.allComponents, 0);
    };
    expect(attempts).toThrow('broken off');
    breaks = false;
    expect(Array.from(pool.run('factor', g.allComponents, 0))).toEqual(g.allComponents.map(() => -1));
  });

  it('has workers for the latest mixture, and computes the others without', () => {
    const [first, second] = [1, 2].map(() =>
      MixturePrior.create({ components, dim, threads: 2 }, stream.fork('prior')),
    );
    const alone = MixturePrior.create({ components, dim }, stream.fork('prior'));
    for (let step = 0; step < 3; step++) {
      const batch = batchOf(alone, 64, step);
      for (const prior of [first!, second!, alone]) prior.update({ ...batch, lr });
    }
    expect(first!.state()).toEqual(alone.state());
    expect(second!.state()).toEqual(alone.state());
  });

  it('is not made where it would cost more than it gains, or for one thread', () => {
    expect(worthwhileThreads(8, 64, 2)).toBe(1);
    expect(worthwhileThreads(16, 64, 2)).toBe(2);
    expect(worthwhileThreads(1, 512, 2)).toBe(1);
    expect(worthwhileThreads(64, 64, 16)).toBe(4);
    expect(worthwhileThreads(64, 64, 1)).toBe(1);
  });
});
