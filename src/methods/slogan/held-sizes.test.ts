import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import { Stream } from '../../math/random.js';
import type { InterventionTools } from '../../method/intervention.js';
import { MixturePrior } from '../../prior/mixture.js';
import { HeldSizes, normalised } from './held-sizes.js';

const K = 4;

function priorOf(sizes: readonly number[]): MixturePrior {
  const prior = MixturePrior.create({ components: K, dim: 2 }, Stream.root(1));
  prior.setMixing(Float64Array.from(sizes));
  return prior;
}

const unused = () => Promise.reject(new Error('sizes do not use this'));

/** Rows whose value is their component. */
function toolsOf(components: readonly number[], asked: number[][] = []): InterventionTools {
  const samples = arrayDataset({
    ...{ name: 'rows', kind: 'table', shape: [1], range: 'real', source: 'a test' },
    values: Float32Array.from(components),
  });
  return {
    ...{ step: 100, stream: Stream.root(3), samples },
    async assign(values) {
      asked.push([...values]);
      return Int32Array.from(values);
    },
    ...{ overRows: unused, run: unused, restart: unused },
  };
}

describe('sizes that are held', () => {
  it('take a share w of the components of real rows at an M-step', async () => {
    const prior = priorOf([0.4, 0.3, 0.2, 0.1]);
    const held = new HeldSizes({ prior, weight: 0.25 });
    const rows = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3];
    expect(await held.run(toolsOf(rows))).toBeUndefined();
    // 0.75 x size + 0.25 x share
    const expected = [0.75 * 0.4 + 0.25 * 0.6, 0.75 * 0.3 + 0.25 * 0.2, 0.75 * 0.2 + 0.25 * 0.1, 0.1];
    for (const [c, size] of expected.entries()) expect(prior.mixing[c]).toBeCloseTo(size, 12);
  });

  it('look at 2000 rows of many, each once, and at all of few', async () => {
    const held = new HeldSizes({ prior: priorOf([1, 1, 1, 1]), weight: 1 });
    const asked: number[][] = [];
    await held.run(toolsOf([0, 1, 2, 3, 3], asked));
    expect(asked[0]!.sort()).toEqual([0, 1, 2, 3, 3]);
    const prior = priorOf([1, 1, 1, 1]);
    const many = Array.from({ length: 2500 }, (_, i) => (i < 1250 ? 0 : 1));
    await new HeldSizes({ prior, weight: 1 }).run(toolsOf(many, asked));
    expect(asked[1]).toHaveLength(2000);
    const first = asked[1]!.filter((c) => c === 0).length;
    expect(Math.abs(first - 1000)).toBeLessThan(60);
    const least = 0.01 / K;
    const total = 1 + 2 * least;
    expect(prior.mixing[0]).toBeCloseTo(first / 2000 / total, 12);
    expect(prior.mixing[3]).toBeCloseTo(least / total, 12);
  });

  it('stay above a hundredth of 1 / K, and sum to 1', () => {
    expect([...normalised(Float64Array.of(0.2, 0.3, 0.5, 0.0))].map((x) => x.toFixed(12))).toEqual(
      [0.2, 0.3, 0.5, 0.0025].map((x) => (x / 1.0025).toFixed(12)),
    );
    expect([...normalised(Float64Array.of(3, 1))]).toEqual([0.75, 0.25]);
  });

  it('are moved every 100 steps, not at the first, and never with a weight of 0', () => {
    const due = (weight: number) => {
      const held = new HeldSizes({ prior: priorOf([1, 1, 1, 1]), weight });
      return [0, 1, 50, 100, 101, 200, 250].filter((step) => held.due(step));
    };
    expect(due(0.1)).toEqual([100, 200]);
    expect(due(0)).toEqual([]);
  });
});

describe('the share of samples that are seen as their own', () => {
  const seenAs = (...components: readonly number[]) =>
    Float32Array.from(components.flatMap((own) => [0, 1, 2, 3].map((c) => (c === own ? 0.7 : 0.1))));

  it('runs from 0 by a hundredth of each batch, and is saved', () => {
    const prior = priorOf([1, 1, 1, 1]);
    const held = new HeldSizes({ prior, weight: 0.1 });
    expect([held.agreement, held.critic]).toEqual([0, 0]);
    held.observe(Int32Array.of(0, 1, 2, 3), seenAs(0, 1, 2, 0)); // three of four
    expect(held.agreement).toBeCloseTo(0.01 * 0.75, 15);
    held.observe(Int32Array.of(3, 3), seenAs(3, 3));
    expect(held.agreement).toBeCloseTo(0.99 * 0.0075 + 0.01, 15);
    for (let i = 0; i < 2000; i++) held.observe(Int32Array.of(0, 1), seenAs(0, 2));
    expect(held.agreement).toBeCloseTo(0.5, 8);
    const again = new HeldSizes({ prior, weight: 0.1, restored: held.state() });
    expect(again.agreement).toBe(held.agreement);
  });

  it.each([
    [0, 0],
    [0.5, 0],
    [0.9, 0],
    [0.925, 0.25],
    [0.95, 0.5],
    [1, 1],
  ])('of %f lets the critic in by %f', (agreement, factor) => {
    const restored = { agreement: { shape: [1], data: Float64Array.of(agreement) } };
    const held = new HeldSizes({ prior: priorOf([1, 1, 1, 1]), weight: 0.1, restored });
    expect(held.critic).toBeCloseTo(factor, 12);
  });
});
