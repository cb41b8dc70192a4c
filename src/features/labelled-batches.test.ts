import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import { labelledBatches, shifted } from './labelled-batches.js';

const data = arrayDataset({
  name: 'numbers',
  kind: 'table',
  shape: [2],
  range: 'real',
  values: Float32Array.from({ length: 20 }, (_, i) => i),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 3),
  source: 'Made for the test.',
});

describe('labelled batches', () => {
  const rows = Uint32Array.of(9, 2, 4, 7, 1, 0);
  const next = labelledBatches(data, { rows, batch: 3, stream: Stream.root(1) });

  it('hold every chosen row once an epoch, with its own label', () => {
    const epoch = [next(0), next(1)];
    const seen = epoch.flatMap(({ samples }) => [samples[0]! / 2, samples[2]! / 2, samples[4]! / 2]);
    expect([...seen].sort()).toEqual([...rows].sort());
    expect(epoch.flatMap(({ labels }) => [...Array.from(labels)])).toEqual(seen.map((row) => row % 3));
  });

  it('depend on stream and step alone, and a batch is not overwritten by the next', () => {
    const first = next(5);
    const kept = [...first.samples];
    next(6);
    expect([...first.samples]).toEqual(kept);
    const again = labelledBatches(data, { rows, batch: 3, stream: Stream.root(1) });
    expect([...again(5).samples]).toEqual(kept);
    const other = labelledBatches(data, { rows, batch: 3, stream: Stream.root(2) });
    expect([0, 1, 2, 3].map((step) => [...other(step).samples])).not.toEqual(
      [0, 1, 2, 3].map((step) => [...next(step).samples]),
    );
  });
});

describe('moved images', () => {
  // Each pixel tells where it came from: 10 y + x, and 100 more in the second channel.
  const image = Float32Array.from(
    { length: 18 },
    (_, i) => 100 * Math.floor(i / 9) + 10 * (Math.floor(i / 3) % 3) + (i % 3),
  );

  it('are moved as a whole by at most the given pixels, edges repeated, each draw about as often', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 900; n++) {
      const out = shifted(image, [2, 3, 3], 1, Stream.root(n));
      // The middle pixel (1, 1) of the result came from (1 - down, 1 - right).
      const [down, right] = [1 - Math.floor(out[4]! / 10), 1 - (out[4]! % 10)];
      const edge = (at: number) => Math.min(2, Math.max(0, at));
      const expected = image.map((_, i) => {
        const [c, y, x] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
        return 100 * c + 10 * edge(y - down) + edge(x - right);
      });
      expect(out.join()).toBe(expected.join());
      const key = `${down},${right}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(9);
    // Each of the nine moves has probability 1/9: 100 of 900, deviation 9.4.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(5 * 9.43);
  });

  it('by nothing stay as they are', () => {
    expect(shifted(image, [2, 3, 3], 0, Stream.root(0))).toEqual(image);
  });
});
