import { describe, expect, it } from 'vitest';
import { bench } from './bench.js';
import type { MemoryReading } from './measure.js';

describe('bench', () => {
  it('measures a training step: its parts, its arithmetic, and the memory at the end', async () => {
    const readings: MemoryReading[] = [];
    const result = await bench({
      name: 'ring',
      steps: 4,
      threads: 1,
      onMemory: (reading) => readings.push(reading),
    });
    expect(result).toMatchObject({ data: 'ring', method: 'slogan', batch: 128, threads: 1, steps: 4 });
    const part = (name: string) => result.parts.find((found) => found.name === name)!;
    const names = ['critic', 'generator', 'projection', 'optimizer', 'prior', 'data', 'messages and waiting'];
    for (const name of names) expect(part(name).ms, name).toBeGreaterThanOrEqual(0);

    // Everything in a step is booked somewhere, and what is booked twice is said to overlap.
    const { msPerStep, hiddenMs } = result;
    expect(result.parts.reduce((sum, { ms }) => sum + ms, 0) - hiddenMs).toBeCloseTo(msPerStep.mean, 6);

    const gflop = part('critic').gflop! + part('generator').gflop! + part('projection').gflop!;
    expect(result.gflopPerStep).toBeCloseTo(gflop, 12);
    expect(result.gflopPerSecond).toBeCloseTo((1000 * gflop) / msPerStep.median, 6);
    expect(result.shareOfGemm).toBeCloseTo(result.gflopPerSecond / result.gemmGflopPerSecond, 9);
    expect(result.gemmGflopPerSecond).toBeGreaterThan(1);
    expect(result.memory.map(({ step }) => step)).toEqual([4]);
    expect(readings).toEqual(result.memory);
    expect(readings[0]!.bytes).toBeGreaterThan(2 ** 24);
    expect(result.peakBytes).toBeGreaterThanOrEqual(readings[0]!.bytes);

    // Generator 64 units on d = 8, critic and encoder on points: 5,122 + 4,417 + 4,872 parameters and, for the
    // generator's two normalised layers, 2 (64 + 64 + 1) running statistics; no first moment, since beta1 = 0.
    expect(result.floor.state).toBe(4 * (3 * (5122 + 4417 + 4872) + 258));
    // The widest values of a phase are 128 + 128 rows of 64, scores of data and generated points together.
    expect(result.floor.activations).toBe(4 * 2 * 256 * 64);
    expect(result.floor.live).toBeGreaterThan(result.floor.activations);
    const { runtime, data } = result.surroundings;
    expect(runtime).toBeGreaterThan(2 ** 24);
    expect(runtime).toBeLessThan(2 ** 28);
    expect(runtime).toBeLessThanOrEqual(result.peakBytes);
    expect(data).toBeGreaterThanOrEqual(0);
    expect(result.optimizer.bytes).toBe(4 * 5 * (5122 + 4417 + 4872));
    expect(result.msPerStep.least).toBeLessThanOrEqual(result.msPerStep.median);
    expect(result.firstStepMs).toBeGreaterThan(0);
    expect(result.profile).toBeUndefined();
  });

  it('takes other sizes, and profiles the operators of every phase', async () => {
    const sizes = { batch: 16, components: 3, latent: 4 };
    const result = await bench({ name: 'digits', steps: 2, threads: 1, sizes, profile: true });
    expect(result.batch).toBe(16);
    expect(result.profile!.map(({ name }) => name)).toEqual(['critic', 'generator', 'projection']);
    const [critic] = result.profile!;
    const first = critic!.operators.find(({ shapes }) => shapes.startsWith('16x4 4x64'));
    expect(first!.gflop).toBeCloseTo((2 * 16 * 4 * 64 * first!.nodes) / 1e9, 15);
    // What the operators were seen to do is what the graph asks for.
    const seen = result.profile!.flatMap(({ operators }) => operators.map(({ gflop = 0 }) => gflop));
    expect(seen.reduce((total, gflop) => total + gflop)).toBeCloseTo(result.gflopPerStep, 12);
  });

  it('refuses another side for data that are no images', async () => {
    await expect(bench({ name: 'ring', sizes: { side: 16 } })).rejects.toThrow('no images of any side');
  });

  it('refuses a name that it does not know', async () => {
    await expect(bench({ name: 'imagenet' })).rejects.toThrow(
      "There is no benchmark 'imagenet'; choose one of mnist, digits, ring, ring-64, 10x, cifar, colour-128, colour.",
    );
  });
});
