import { describe, expect, it } from 'vitest';
import { portableLog } from './elementary.js';
import { philoxFill, type Words4 } from './philox.js';
import { Stream } from './random.js';

function philox(counter: Words4, key: readonly [number, number]): string[] {
  const out = new Int32Array(4);
  philoxFill(out, 1, counter, key[0], key[1]);
  return Array.from(out, (w) => (w >>> 0).toString(16).padStart(8, '0'));
}

/** Correlation of two arrays of numbers with known mean and variance, times sqrt(n): standard normal if independent. */
function correlationScore(a: Float64Array, b: Float64Array, mean: number, variance: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - mean) * (b[i]! - mean);
  return sum / variance / Math.sqrt(a.length);
}

describe('philoxFill', () => {
  it('gives the known answers of Random123', () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([
      '408f276d',
      '41c83b0e',
      'a20bc7c6',
      '6d5451fd',
    ]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });

  it('carries from the low to the high word of the counter', () => {
    const two = new Int32Array(8);
    philoxFill(two, 2, [0xffffffff, 4, 1, 2], 5, 6);
    const next = new Int32Array(4);
    philoxFill(next, 1, [0, 5, 1, 2], 5, 6);
    expect(Array.from(two.subarray(4))).toEqual(Array.from(next));
  });
});

describe('Stream', () => {
  it('never changes: golden draws of seed 42', () => {
    const stream = Stream.root(42).fork('golden', -3);
    expect([stream.uint32(), stream.uint32()]).toMatchInlineSnapshot(`
      [
        3580258001,
        3362993785,
      ]
    `);
    expect(stream.uniform()).toMatchInlineSnapshot(`0.7258283602374906`);
    expect(Array.from(stream.normals(new Float64Array(3)))).toMatchInlineSnapshot(`
      [
        -1.101821997753776,
        1.2279206745234412,
        1.0049475783478898,
      ]
    `);
    expect(Array.from(stream.gumbels(new Float64Array(2)))).toMatchInlineSnapshot(`
      [
        -0.5097897980775303,
        -0.41351159278293786,
      ]
    `);
  });

  it('forks purely: same path, same numbers; the position of the parent does not matter', () => {
    const parent = Stream.root(1);
    const before = parent.fork('a', 2).uint32();
    parent.uniforms(new Float64Array(1000));
    expect(parent.fork('a', 2).uint32()).toBe(before);
    expect(parent.fork('a').fork(2).uint32()).toBe(before);
    const fresh = Stream.root(1);
    fresh.fork('x');
    const value = fresh.uint32();
    expect(value).toBe(Stream.root(1).uint32());
  });

  it('tells apart paths that look alike', () => {
    const root = Stream.root(0);
    const paths = [
      [],
      [0],
      ['0'],
      [''],
      ['', ''],
      ['ab'],
      ['a', 'b'],
      [1, 2],
      [2, 1],
      [12],
      [-1],
      [2 ** 32 - 1],
    ];
    paths.push([2 ** 32], ['abcd'], ['abcde'], ['abcd\0']);
    const firsts = new Set(paths.map((path) => root.fork(...path).uint32()));
    expect(firsts.size).toBe(paths.length);
  });

  it('gives uncorrelated streams for neighbouring seeds, labels and steps', () => {
    const n = 100_000;
    const draw = (stream: Stream) => stream.uniforms(new Float64Array(n));
    const base = draw(Stream.root(0).fork('latent', 0));
    for (const other of [
      Stream.root(1).fork('latent', 0),
      Stream.root(0).fork('latent', 1),
      Stream.root(0).fork('noise', 0),
      Stream.root(0),
    ]) {
      expect(Math.abs(correlationScore(base, draw(other), 0.5, 1 / 12))).toBeLessThan(4);
    }
  });

  it('fills the same numbers in one call and, at block boundaries, in several', () => {
    const whole = Stream.root(9).normals(new Float64Array(3000));
    const parts = Stream.root(9);
    const pieces = [1200, 800, 1000].flatMap((n) => Array.from(parts.normals(new Float64Array(n))));
    expect(pieces).toEqual(Array.from(whole));
    const single = Stream.root(9).normals(new Float32Array(3000));
    expect(Array.from(single)).toEqual(Array.from(whole, Math.fround));
  });

  it('draws normals with the moments and tails of N(0, 1)', () => {
    const n = 1_000_000;
    const x = Stream.root(5).normals(new Float64Array(n));
    const moment = (p: number) => x.reduce((sum, v) => sum + v ** p, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    const beyond = x.reduce((count, v) => count + (Math.abs(v) > 3 ? 1 : 0), 0) / n;
    const p = 0.002699796063260207;
    expect(Math.abs(beyond - p)).toBeLessThan(4 * Math.sqrt(p / n));
    const serial = correlationScore(x.subarray(0, n - 1), x.subarray(1), 0, 1);
    expect(Math.abs(serial)).toBeLessThan(4);
  });

  it('draws each of the two normals of a pair in every quadrant equally often', () => {
    const n = 400_000;
    const x = Stream.root(6).normals(new Float64Array(2 * n));
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) counts[(x[2 * i]! > 0 ? 1 : 0) + (x[2 * i + 1]! > 0 ? 2 : 0)]!++;
    for (const count of counts) expect(Math.abs(count / n - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / n));
  });

  it('draws uniforms of [0, 1) with equally filled bins', () => {
    const n = 1_000_000;
    const bins = new Float64Array(64);
    for (const u of Stream.root(7).uniforms(new Float64Array(n))) bins[Math.floor(u * 64)]!++;
    const chi2 = bins.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0);
    expect(chi2).toBeLessThan(63 + 4 * Math.sqrt(126));
  });

  it('draws integers and categories without bias', () => {
    const n = 300_000;
    const stream = Stream.root(8);
    const thirds = [0, 0, 0];
    for (let i = 0; i < n; i++) thirds[stream.int(3)]!++;
    for (const count of thirds) expect(Math.abs(count / n - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / n));
    const weights = [1, 0, 3, 4];
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) counts[stream.categorical(weights)]!++;
    counts.forEach((count, i) => {
      const p = weights[i]! / 8;
      expect(Math.abs(count / n - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / n));
    });
  });

  it('fills categories as single draws from the same place give them', () => {
    const weights = [0.2, 0, 0.5, 1.3];
    const single = Stream.root(13);
    const expected = Array.from({ length: 1500 }, () => single.categorical(weights));
    expect(Array.from(Stream.root(13).categoricals(weights, new Int32Array(1500)))).toEqual(expected);
    expect(() => single.categoricals([0], new Int32Array(1))).toThrow('sum to 0');
  });

  it('draws Gumbels whose argmax has the frequencies of the softmax', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const n = 1_000_000;
    const counts = [0, 0, 0, 0];
    const stream = Stream.root(10);
    const rows = 10_000;
    const g = new Float64Array(rows * 4);
    const logits = p.map(Math.log);
    for (let batch = 0; batch < n / rows; batch++) {
      stream.gumbels(g);
      for (let i = 0; i < rows; i++) {
        let best = 0;
        for (let c = 1; c < 4; c++)
          if (logits[c]! + g[i * 4 + c]! > logits[best]! + g[i * 4 + best]!) best = c;
        counts[best]!++;
      }
    }
    counts.forEach((count, c) => {
      expect(Math.abs(count / n - p[c]!)).toBeLessThan(4 * Math.sqrt((p[c]! * (1 - p[c]!)) / n));
    });
  });

  it('permutes and chooses', () => {
    const stream = Stream.root(11);
    const permutation = stream.permutation(1000);
    expect(Array.from(permutation.slice().sort())).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(permutation.filter((v, i) => v === i).length).toBeLessThan(12);
    const counts = new Float64Array(10);
    for (let trial = 0; trial < 20_000; trial++) {
      const chosen = stream.choice(10, 3);
      expect(chosen[0]! < chosen[1]! && chosen[1]! < chosen[2]!).toBe(true);
      for (const item of chosen) counts[item]!++;
    }
    for (const count of counts)
      expect(Math.abs(count / 20_000 - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 20_000));
    expect(Array.from(stream.choice(5, 5))).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses what cannot be drawn', () => {
    const stream = Stream.root(0);
    expect(() => Stream.root(0.5)).toThrow('0.5 cannot name a random stream');
    expect(() => stream.int(0)).toThrow('below 0');
    expect(() => stream.choice(3, 4)).toThrow('4 distinct items of 3');
    expect(() => stream.categorical([0, 0])).toThrow('sum to 0');
    expect(() => stream.categorical([1, -1])).toThrow('Weight 1');
  });
});

describe('portableLog', () => {
  it('agrees with Math.log to the last bits over the whole range', () => {
    const stream = Stream.root(12);
    let worst = 0;
    for (let i = 0; i < 100_000; i++) {
      const x = 2 ** (stream.uniform() * 200 - 100);
      worst = Math.max(
        worst,
        Math.abs(portableLog(x) - Math.log(x)) / Math.max(1e-300, Math.abs(Math.log(x))),
      );
    }
    expect(worst).toBeLessThan(1e-15);
    expect(portableLog(1)).toBe(0);
    expect(portableLog(1 - 2 ** -53)).toBeCloseTo(-(2 ** -53), 30);
  });
});
