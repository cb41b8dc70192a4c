import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import { evaluate } from '../../graph/evaluate.js';
import { input } from '../../graph/tensor.js';
import { Stream } from '../../math/random.js';
import type { InterventionTools } from '../../method/intervention.js';
import { phase } from '../../method/phase.js';
import { MixturePrior } from '../../prior/mixture.js';
import { Relocation, type RelocationOptions } from './relocation.js';

const CENTRES = [
  [0, 0],
  [6, 0],
  [0, 6],
  [6, 6],
] as const;
const SIZES = [160, 80, 40, 20];
const blob = Int32Array.from(SIZES.flatMap((size, c) => new Array<number>(size).fill(c)));
const rows = Stream.root(5).normals(new Float32Array(600));
for (let i = 0; i < rows.length; i++) rows[i] = 0.3 * rows[i]! + CENTRES[blob[i >> 1]!]![i % 2]!;
const samples = arrayDataset({
  name: 'blobs',
  kind: 'points',
  shape: [2],
  range: 'real',
  values: rows,
  source: 'four blobs',
});
/** The heavy blob in components 0 and 1, blob 1 in component 2, the two lightest blobs in component 3. */
const planted = blob.map((c, i) => [rows[2 * i]! < 0 ? 0 : 1, 2, 3, 3][c]!);

const blobOf = (x: number, y: number) => (x > 3 ? 1 : 0) + (y > 3 ? 2 : 0);

function setup(change: Partial<RelocationOptions> = {}) {
  const prior = MixturePrior.create({ components: 4, dim: 2 }, Stream.root(1));
  const options: RelocationOptions = {
    prior,
    batch: 8,
    shape: [2],
    weight: 20,
    horizon: 100,
    stream: Stream.root(2),
    ...change,
  };
  return { prior, options, relocation: new Relocation(options) };
}

const unused = () => Promise.reject(new Error('relocation does not use this'));
const tools = (step: number, part: Int32Array): InterventionTools => ({
  step,
  stream: Stream.root(7).fork(step),
  samples,
  assign: async (values) => {
    expect([...values]).toEqual([...rows]);
    return part;
  },
  overRows: unused,
  run: unused,
  restart: unused,
});
const components = Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3]);
const feedsAt = (relocation: Relocation, step: number) => {
  if (!relocation.pulls(step)) return { weights: new Float32Array(8), targets: new Float32Array(16) };
  return relocation.targetsFor(components, Stream.root(9).fork(step));
};

describe('when components are checked', () => {
  it.each([
    [100, Array.from({ length: 16 }, (_, i) => 5 * (i + 1))],
    [8000, Array.from({ length: 16 }, (_, i) => 400 * (i + 1))],
    [5, [1, 2, 3, 4]],
  ])('a schedule of %i steps: at its twentieths, until four fifths of it', (horizon, expected) => {
    const { relocation } = setup({ horizon });
    const due = Array.from({ length: 2 * horizon + 1 }, (_, step) => step).filter((step) =>
      relocation.due(step),
    );
    expect(due).toEqual(expected);
  });
});

describe('a check that finds the mistake', () => {
  const found = async () => {
    const made = setup();
    await made.relocation.run(tools(10, planted));
    return made;
  };

  it('sets the mixing coefficients to the shares of the repaired groups', async () => {
    const { prior } = await found();
    const shares = [...prior.mixing];
    [20, 40, 80, 160].forEach((size, i) => {
      expect(shares.slice().sort((a, b) => a - b)[i]).toBeCloseTo(size / 300, 12);
    });
    expect(shares[2]).toBeCloseTo(80 / 300, 12);
  });

  it('draws the components concerned, and only them, towards data of their own new group', async () => {
    const { prior, relocation } = await found();
    const seen = new Map<number, Set<number>>();
    for (let step = 10; step < 30; step++) {
      const { weights, targets } = feedsAt(relocation, step);
      expect([...weights!]).toEqual([20, 20, 0, 20, 20, 20, 0, 20]);
      components.forEach((c, i) => {
        const target = targets!.subarray(2 * i, 2 * i + 2);
        if (c === 2) expect([...target]).toEqual([0, 0]);
        else seen.set(c, (seen.get(c) ?? new Set()).add(blobOf(target[0]!, target[1]!)));
        const row = rows.findIndex((x, at) => at % 2 === 0 && x === target[0] && rows[at + 1] === target[1]);
        if (c !== 2) expect(row).toBeGreaterThanOrEqual(0);
      });
    }
    for (const [c, groups] of seen) {
      expect(groups.size).toBe(1);
      expect(SIZES[[...groups][0]!]! / 300).toBeCloseTo(prior.mixing[c]!, 12);
    }
    expect([...seen.keys()].sort()).toEqual([0, 1, 3]);
  });

  it('for 200 steps', async () => {
    const { relocation } = await found();
    expect(Math.max(...feedsAt(relocation, 209).weights)).toBe(20);
    expect(Math.max(...feedsAt(relocation, 210).weights)).toBe(0);
  });

  it('until a later check finds nothing: then the pull ends at once', async () => {
    const { relocation } = await found();
    await relocation.run(tools(15, blob));
    expect(Math.max(...feedsAt(relocation, 16).weights)).toBe(0);
    expect(relocation.pulls(16)).toBe(false);
    expect(relocation.state()).toEqual({});
  });

  it('goes on from its saved state bit by bit', async () => {
    const { relocation, options } = await found();
    const state = relocation.state();
    expect(Object.values(state).map(({ shape }) => shape)).toEqual([[1], [4], [4, 64, 2]]);
    const restored = new Relocation({ ...options, restored: state });
    expect(restored.state()).toEqual(state);
    for (const step of [10, 100, 209, 210])
      expect(feedsAt(restored, step)).toEqual(feedsAt(relocation, step));
    const again = await found();
    expect(again.relocation.state()).toEqual(state);
  });
});

describe('a check that finds nothing', () => {
  it('changes nothing, and before any check all weights are 0', async () => {
    const { prior, relocation } = setup();
    const before = prior.state();
    const zeros = { weights: new Float32Array(8), targets: new Float32Array(16) };
    expect(feedsAt(relocation, 1)).toEqual(zeros);
    await relocation.run(tools(5, blob));
    expect(prior.state()).toEqual(before);
    expect(feedsAt(relocation, 6)).toEqual(zeros);
    expect(relocation.state()).toEqual({});
  });
});

describe('the term of the loss', () => {
  it('is the weighted mean of the squared distances by the number of features', () => {
    const { relocation } = setup({ batch: 3, shape: [1, 2, 2] });
    const generated = input('generated', [3, 1, 2, 2]);
    const context = { batch: 3, data: { shape: [1, 2, 2], range: 'unit' } } as const;
    const { programs } = phase('generator', context, (p) => ({
      outputs: {
        loss: relocation.term(p, {
          latent: input('latent', [3, 2]),
          encoded: input('encoded', [3, 2]),
          generated,
          components: () => new Int32Array(3),
        }),
      },
    }));
    const { loss } = programs[0]!.outputs;
    expect(loss!.shape).toEqual([]);
    const [value] = evaluate([loss!], {
      generated: [1, 2, 3, 4, 1, 1, 1, 1, 5, 5, 5, 5],
      'relocation/target': [0, 0, 0, 0, 0, 1, 1, 3, 0, 0, 0, 0],
      'relocation/weight': [20, 10, 0],
    });
    expect(value![0]).toBeCloseTo((20 * 30 + 10 * 5) / 3 / 4, 12);
  });
});
