import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { Stream } from '../math/random.js';
import { dense } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import { NormalPrior } from '../prior/normal.js';
import { adam } from './harness.js';
import { phase } from './phase.js';

const context = { batch: 3, data: { shape: [2], range: 'real' } } as const;
const config = { learningRate: 0.1, beta1: 0, beta2: 0.9 };
const network = new Network('net', [dense('net/0-dense', 2, 1)]);
const at = (step: number) =>
  stepOf({
    step,
    progress: step / 10,
    stream: Stream.root(4).fork('step', step),
    real: Float32Array.of(1, 2, 3, 4, 5, 6),
  });

describe('the inputs of a phase', () => {
  const prior = new NormalPrior(4);
  const built = phase('generator', context, (p) => ({
    outputs: {
      real: p.real(),
      again: p.real(),
      latent: p.latent(prior),
      rate: p.schedule('rate', ({ progress }) => 2 * progress),
      gumbel: p.noise('gumbel', [3], 'gumbel'),
      uniform: p.noise('uniform', [2, 2], 'uniform'),
      rows: p.feed('rows', [3], ({ rows }) => rows),
    },
  }));

  it('are declared with their feeds: shapes and values go together', () => {
    const step = at(5);
    const { program, feeds } = begin(built, step);
    const own = step.stream.fork('generator');
    expect([...feeds.real!]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...feeds.latent!]).toEqual([...Float32Array.from(prior.sample(3, own.fork('latent')).z)]);
    expect([...feeds.rate!]).toEqual([1]);
    expect([...feeds.gumbel!]).toEqual([...own.fork('gumbel').gumbels(new Float32Array(3))]);
    expect([...feeds.uniform!]).toEqual([...own.fork('uniform').uniforms(new Float32Array(4))]);
    expect([...feeds.rows!]).toEqual([0, 1, 2]);
    for (const [name, tensor] of Object.entries(program.outputs)) {
      const size = tensor.shape.reduce<number>((n, dim) => n * (dim as number), 1);
      expect(feeds[name === 'again' ? 'real' : name]).toHaveLength(size);
    }
    expect(program.outputs.again).toBe(program.outputs.real);
  });

  it('are fed arrays with buffers of their own, which the engine may keep', () => {
    const step = at(0);
    const [first, second] = [begin(built, step).feeds, begin(built, step).feeds];
    const buffers = [...Object.values(first), ...Object.values(second)].map(({ buffer }) => buffer);
    expect(new Set(buffers).size).toBe(buffers.length);
  });

  it('are copied where one array is given to several, or is a part of a buffer, which stays as it is', () => {
    const table = Float32Array.of(1, 2, 3, 4);
    const shared = phase('shared', context, (p) => {
      const drawn = p.draw(() => Float32Array.of(5, 6));
      return {
        outputs: {
          sum: p
            .feed('a', [2], drawn)
            .add(p.feed('b', [2], drawn))
            .add(p.feed('part', [2], () => table.subarray(1, 3))),
        },
      };
    });
    const { feeds } = begin(shared, at(0));
    expect(feeds).toEqual({
      a: Float32Array.of(5, 6),
      b: Float32Array.of(5, 6),
      part: Float32Array.of(2, 3),
    });
    structuredClone(feeds, { transfer: Object.values(feeds).map(({ buffer }) => buffer as ArrayBuffer) });
    expect(table).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('take as many values as they have', () => {
    const built = phase('short', context, (p) => ({ outputs: { x: p.feed('x', [2, 2], () => [1, 2, 3]) } }));
    expect(() => built.begin(at(0))).toThrow('phase short: input x was given 3 values, not 4');
  });

  it('cannot be declared twice', () => {
    const twice = () =>
      phase('x', context, (p) => ({
        outputs: { a: p.schedule('s', () => 0), b: p.schedule('s', () => 1) },
      }));
    expect(twice).toThrow('input s is declared twice');
  });
});

describe('what is drawn', () => {
  it('is drawn once a step, however many feeds and callbacks read it, and anew at the next', () => {
    let draws = 0;
    const seen: number[] = [];
    const built = phase('drawing', context, (p) => {
      const drawn = p.draw(({ stream }) => {
        draws++;
        return stream.uniform();
      });
      const [a, b] = [p.schedule('a', drawn), p.schedule('b', drawn)];
      return {
        outputs: { sum: a.add(b) },
        prepare: (step) => void seen.push(drawn(step)),
        finish: (_, step) => void seen.push(drawn(step)),
      };
    });
    const values = [0, 1].map((step) => {
      const { feeds, prepare, finish } = begin(built, at(step));
      prepare!();
      finish!({});
      expect(feeds.a).toEqual(feeds.b);
      return feeds.a![0]!;
    });
    expect(draws).toBe(2);
    expect(values[0]).not.toBe(values[1]);
    expect(seen.map(Math.fround)).toEqual([values[0], values[0], values[1], values[1]]);
  });
});

describe('descents', () => {
  it('give the gradient of the loss by name, zeros where a parameter is held, and an update a network', () => {
    const built = phase('fit', context, (p) => {
      const loss = network.train(p.real()).sum();
      return { descend: [{ loss, networks: [network], by: adam(config, 3), held: [network.outputBias!] }] };
    });
    const { program, updates } = begin(built, at(5));
    const names = ['net/0-dense/weight', 'net/0-dense/bias'];
    expect([...program.gradients!.keys()]).toEqual(names);
    const [weight, bias] = evaluate([...program.gradients!.values()], { real: [1, 2, 3, 4, 5, 6] });
    expect([...weight!]).toEqual([9, 12]);
    expect([...bias!]).toEqual([0]);
    const { learningRate, ...rest } = updates[0]!;
    expect(learningRate).toBeCloseTo(0.15, 14);
    expect(rest).toEqual({ kind: 'adam', group: 'net', beta1: 0, beta2: 0.9, step: 6 });
  });

  it('hold parameters of their own networks alone', () => {
    const other = new Network('other', [dense('other/0-dense', 2, 1)]);
    const foreign = () =>
      phase('fit', context, (p) => {
        const loss = network.train(p.real()).sum();
        return { descend: [{ loss, networks: [network], by: adam(config), held: [other.outputBias!] }] };
      });
    expect(foreign).toThrow('other/0-dense/bias is held, but in none of the networks that descend');
  });

  it('have a network once: its tensors have one gradient each', () => {
    const twice = () =>
      phase('fit', context, (p) => {
        const score = network.train(p.real());
        const descents = [score.sum(), score.square().sum()];
        return { descend: descents.map((loss) => ({ loss, networks: [network], by: adam(config) })) };
      });
    expect(twice).toThrow('phase fit: two descents have net/0-dense/weight; add their losses in one');
  });
});

describe('when a phase runs', () => {
  const runs = (options: object) => {
    const built = phase(
      'fit',
      context,
      (p) => ({ descend: [{ loss: network.train(p.real()).sum(), networks: [network], by: adam(config) }] }),
      options,
    );
    return Array.from({ length: 8 }, (_, step) => built.begin(at(step))?.updates[0]).map((update) =>
      update?.kind === 'adam' ? update.step : 0,
    );
  };

  it('it pauses at the other steps, and its optimizer counts its own: 0 is a pause', () => {
    expect(runs({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(runs({ every: 3 })).toEqual([1, 0, 0, 2, 0, 0, 3, 0]);
    expect(runs({ from: 2, to: 5 })).toEqual([0, 0, 1, 2, 3, 0, 0, 0]);
    expect(runs({ from: 1, every: 2 })).toEqual([0, 1, 0, 2, 0, 3, 0, 4]);
    expect(runs({ when: (step: number) => step % 2 === 0 })).toEqual([1, 0, 3, 0, 5, 0, 7, 0]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to run at every %s steps', (every) => {
    expect(() => runs({ every })).toThrow(`phase fit: every is ${every}, not a whole number from 1`);
  });

  it('refuses to begin between steps', () => {
    expect(() => runs({ from: 0.5 })).toThrow('phase fit: from is 0.5, not a whole number');
  });
});
