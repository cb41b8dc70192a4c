import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { grad } from '../../graph/grad.js';
import { input } from '../../graph/tensor.js';
import { type DeviceName, deviceProblem } from '../devices.js';
import type { ProgramSpec, TensorGroup } from '../engine.js';
import { OrtEngine } from './engine.js';

const w = input('net/w', [2, 3]);
const b = input('net/b', [3]);
const x = input('x', [4, 2]);
const group: TensorGroup = {
  name: 'net',
  tensors: [
    { name: 'net/w', shape: [2, 3], initial: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'net/b', shape: [3], initial: (out) => out.set([0.5, -0.5]) },
  ],
  trainable: true,
};
const statistics: TensorGroup = {
  name: 'statistics',
  tensors: [{ name: 'mean', shape: [3], initial: new Float32Array(3) }],
  trainable: false,
};

const engines: OrtEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

interface Way {
  readonly device: DeviceName;
  readonly kernels: 'never' | 'always';
  /** Whether the engine is opened with its programs: those of kernels then need no worker thread. */
  readonly known: boolean;
}

async function open({ device, kernels, known }: Way): Promise<OrtEngine> {
  const engine = new OrtEngine({ device, threads: 1, kernels });
  engines.push(engine);
  await engine.open([group, statistics], known ? [step] : []);
  if (!known) await engine.compile(step);
  return engine;
}

const step = stepProgram();

function stepProgram(): ProgramSpec {
  const y = x.matmul(w).add(b);
  const loss = y.sum();
  const gradients = grad(loss, [w, b]);
  return {
    name: 'step',
    outputs: { loss, y },
    gradients: new Map([
      ['net/w', gradients[0]!],
      ['net/b', gradients[1]!],
    ]),
    assignments: new Map([
      [
        'mean',
        input('mean', [3])
          .mul(0.5)
          .add(y.mean([0])),
      ],
    ]),
  };
}
const feeds = { x: Float32Array.of(1, 0, 0, 1, 1, 1, 2, -1) };

const ways: Way[] = [
  { device: 'cpu', kernels: 'never', known: true },
  { device: 'cpu', kernels: 'always', known: false },
  { device: 'cpu', kernels: 'always', known: true },
];
for (const device of ['webgpu', 'cuda'] as const) {
  if ((await deviceProblem(device)) === undefined) ways.push({ device, kernels: 'never', known: true });
}

describe.each(ways)('the engine on $device, kernels $kernels, known $known', (way) => {
  it('runs the program, then its assignments, then the optimizer, in the order of the calls', async () => {
    const engine = await open(way);
    const sgd = { kind: 'sgd', group: 'net', learningRate: 0.1 } as const;
    const runs = [
      engine.run('step', feeds, [sgd]),
      engine.run('step', feeds, [sgd]),
      engine.run('step', feeds),
    ];
    const losses = (await Promise.all(runs)).map(({ outputs }) => outputs.loss![0]!);
    // sum of x: [4, 1]; d loss / dw = [[4, 4, 4], [1, 1, 1]], d loss / db = 4: each step lowers the loss by
    // 0.1 (3 (16 + 1) + 3 16) = 9.9
    expect(losses[0]).toBeCloseTo(4 * 6 + 15, 4);
    expect(losses[1]).toBeCloseTo(losses[0]! - 9.9, 4);
    expect(losses[2]).toBeCloseTo(losses[0]! - 19.8, 4);
    const { value } = await engine.read('net');
    [0.2, 1.2, 2.2, 3.8, 4.8, 5.8, -0.3, -1.3, -0.8].forEach((expected, i) => {
      expect(value[i]).toBeCloseTo(expected, 5);
    });
    const first = [0.5 + (4 + 4) / 4, -0.5 + (8 + 5) / 4, (12 + 6) / 4];
    const mean = (await engine.read('statistics')).value;
    // m3 = y3 + y2 / 2 + y1 / 4, and the column means fall by (1.6 + 0.1) / 4 + 0.4 = 0.825 a step
    first.forEach((y, j) => {
      expect(mean[j]).toBeCloseTo(y - 2 * 0.825 + (y - 0.825) / 2 + y / 4, 4);
    });
  });

  it('tells outputs from inputs and tensors of the same name', async () => {
    const engine = await open(way);
    await engine.compile({ name: 'names', outputs: { x: x.mul(2), 'net/b': b.mul(3), mean: x.mean() } });
    const { outputs } = await engine.run('names', feeds);
    expect([...outputs.x!]).toEqual([2, 0, 0, 2, 2, 2, 4, -2]);
    expect([...outputs['net/b']!]).toEqual([1.5, -1.5, 0]);
    expect(outputs.mean![0]).toBeCloseTo(5 / 8, 6);
    expect((await engine.read('statistics')).value).toEqual(new Float32Array(3));
  });

  it('is opened once', async () => {
    const engine = await open(way);
    await expect(engine.open([group])).rejects.toThrow('the engine is open already; open another one');
  });

  it('gives back what was written, moments included, without the gaps between tensors', async () => {
    const engine = await open(way);
    const state = {
      value: Float32Array.from({ length: 9 }, (_, i) => i),
      moment1: Float32Array.from({ length: 9 }, (_, i) => i / 10),
      moment2: Float32Array.from({ length: 9 }, (_, i) => i / 100),
    };
    await engine.write('net', state);
    expect(await engine.read('net')).toEqual(state);
    expect(await engine.read('statistics')).toEqual({ value: new Float32Array(3) });
  });

  it('puts the gradient of a kernel, summed over two products, in its place', async () => {
    const engine = new OrtEngine({ device: way.device, threads: 1, kernels: way.kernels });
    engines.push(engine);
    const kernel = input('k', [2, 2, 3]);
    const initial = Float32Array.from({ length: 12 }, (_, i) => i);
    await engine.open([
      { name: 'kernel', tensors: [{ name: 'k', shape: [2, 2, 3], initial }], trainable: true },
    ]);
    const flat = kernel.reshape([2, 6]);
    const loss = x
      .matmul(flat)
      .sum()
      .add(
        x
          .mul(3)
          .matmul(kernel.reshape([2, 6]))
          .sum(),
      );
    const gradients = new Map([['k', grad(loss, [kernel])[0]!]]);
    await engine.compile({ name: 'step', outputs: { loss }, gradients });
    await engine.run('step', feeds, [{ kind: 'sgd', group: 'kernel', learningRate: 0.5 }]);
    // Columns of x sum to 4 and 1, each four times: once as they are and three times.
    expect([...(await engine.read('kernel')).value]).toEqual([...initial].map((k, i) => k - (i < 6 ? 8 : 2)));
  });

  it('gives and assigns what tensors held before the first assignment', async () => {
    const engine = new OrtEngine({ device: way.device, threads: 1, kernels: way.kernels });
    engines.push(engine);
    const [p, q] = [input('p', [2]), input('q', [2])];
    const tensors = [
      { name: 'p', shape: [2], initial: Float32Array.of(1, 2) },
      { name: 'q', shape: [2], initial: Float32Array.of(3, 4) },
    ];
    const assignments = new Map([
      ['p', q],
      ['q', p],
    ]);
    const swap: ProgramSpec = { name: 'swap', outputs: { first: p, last: q.slice(0, 1, 2) }, assignments };
    await engine.open([{ name: 'pair', tensors, trainable: false }], way.known ? [swap] : []);
    if (!way.known) await engine.compile(swap);
    const { outputs } = await engine.run('swap', {});
    expect(outputs).toEqual({ first: Float32Array.of(1, 2), last: Float32Array.of(4) });
    expect((await engine.read('pair')).value).toEqual(Float32Array.of(3, 4, 1, 2));
    await engine.run('swap', {});
    expect((await engine.read('pair')).value).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('is written arrays that share a buffer', async () => {
    const engine = await open(way);
    const all = Float32Array.from({ length: 27 }, (_, i) => i);
    const state = { value: all.subarray(0, 9), moment1: all.subarray(9, 18), moment2: all.subarray(18) };
    await engine.write('net', state);
    expect(await engine.read('net')).toEqual(state);
  });

  it('refuses a program over a tensor of another size', async () => {
    const engine = await open(way);
    const y = input('net/b', [4]).mul(2);
    const compileAndRun = async () => {
      await engine.compile({ name: 'odd', outputs: { y } });
      await engine.run('odd', {});
    };
    await expect(compileAndRun()).rejects.toThrow();
  });

  it('answers a run before its updates, and fails the next request where they have failed', async () => {
    const engine = await open(way);
    const adam = { kind: 'adam', group: 'net', step: 0, learningRate: 0.1, beta1: 0.5, beta2: 0.9 } as const;
    const { outputs } = await engine.run('step', feeds, [adam]);
    expect(outputs.loss![0]).toBeCloseTo(39, 4);
    await expect(engine.read('net')).rejects.toThrow('Adam counts its steps from 1');
  });

  it('says what is missing, and goes on', async () => {
    const engine = await open(way);
    await expect(engine.run('other', {})).rejects.toThrow('no program is called other');
    await expect(engine.run('step', {})).rejects.toThrow('program step: input x was given no value');
    await expect(engine.run('step', { x: new Float32Array(3) })).rejects.toThrow();
    const { outputs } = await engine.run('step', feeds);
    expect(outputs.y!.length).toBe(12);
  });

  it('resolves a second close when the first is done', async () => {
    const engine = await open(way);
    const order: string[] = [];
    const run = engine.run('step', feeds).then(() => order.push('run'));
    const closings = [engine.close(), engine.close()].map((closing) =>
      closing.then(() => order.push('closed')),
    );
    await Promise.all([run, ...closings]);
    expect(order).toEqual(['run', 'closed', 'closed']);
  });

  it('closed twice is closed, and a closed engine rejects requests', async () => {
    const engine = await open(way);
    await engine.close();
    await engine.close();
    await expect(engine.run('step', feeds)).rejects.toThrow('the engine is closed');
    await expect(engine.read('net')).rejects.toThrow('the engine is closed');
  });
});

describe('an engine in a thread of its own', () => {
  it('takes feeds that are transferred, and computes with them as with copies', async () => {
    const engine = await open({ device: 'cpu', kernels: 'never', known: false });
    const long = { x: feeds.x.slice() };
    const transferred = await engine.run('step', long, [], { transferred: true });
    expect(long.x.length).toBe(0);
    const copied = await engine.run('step', feeds);
    expect(feeds.x.length).toBe(8);
    expect(transferred.outputs).toEqual(copied.outputs);
    await expect(engine.run('step', long)).rejects.toThrow(
      'program step: input x was given an array without values',
    );
  });

  it('ends the thread also where it cannot leave its profile', async () => {
    const profile = join(tmpdir(), 'mixtura-no-such-folder', 'profile');
    const engine = new OrtEngine({ threads: 1, kernels: 'always', profile });
    await engine.open([group, statistics]);
    await engine.compile(step);
    await expect(engine.close()).rejects.toThrow('no such file');
    await engine.close();
  });
});

describe('opening an engine', () => {
  it('fails with the reason why tensors cannot be placed, not with what follows from it', async () => {
    const engine = new OrtEngine({ threads: 1, kernels: 'always' });
    engines.push(engine);
    // Value, gradient and two moments of 1 GiB each: 4 GiB, and the workspace.
    const shape = [2 ** 28];
    const tensors = [{ name: 'big', shape, initial: () => {} }];
    const program = { name: 'sum', outputs: { sum: input('big', shape).sum() } };
    const opened = engine.open([{ name: 'net', tensors, trainable: true }], [program]);
    await expect(opened).rejects.toThrow('one memory holds at most 4,096 MiB');
    await expect(engine.compile(program)).rejects.toThrow('program sum does not fit');
  });

  it('makes its programs ready, and later ones by compile', async () => {
    const engine = new OrtEngine({ threads: 1, kernels: 'never' });
    engines.push(engine);
    await engine.open([group, statistics], [step]);
    const { outputs } = await engine.run('step', feeds);
    await engine.compile({ name: 'later', outputs: { doubled: b.mul(2) } });
    const later = await engine.run('later', {});
    expect(outputs.loss![0]).toBeCloseTo(39, 4);
    expect(later.outputs).toEqual({ doubled: Float32Array.of(1, -1, 0) });
  });
});

describe('an engine in this thread', () => {
  it('lets timers run while it works', async () => {
    const engine = await open({ device: 'cpu', kernels: 'always', known: true });
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
    }, 1);
    // Were timers not let run, none would fire however long this takes.
    const until = performance.now() + 10_000;
    while (ticks < 2 && performance.now() < until) await engine.run('step', feeds);
    clearInterval(timer);
    expect(ticks).toBe(2);
  });
});
