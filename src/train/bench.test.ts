import { describe, expect, it } from 'vitest';
import { bench, type MemoryReading } from './bench.js';

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
  });

  it('refuses a name that it does not know', async () => {
    await expect(bench({ name: 'cifar' })).rejects.toThrow(
      "There is no benchmark 'cifar'; choose one of mnist, digits, ring.",
    );
  });
});
