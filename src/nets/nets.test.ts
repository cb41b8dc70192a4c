import { describe, expect, it } from 'vitest';
import { MixturaError } from '../errors.js';
import { evaluate } from '../graph/evaluate.js';
import { grad } from '../graph/grad.js';
import { input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import { dense, leakyRelu } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import { initialValue, parameterCount } from '../nn/parameter.js';
import { backbone } from './index.js';

/** Shapes after every layer that changes them, the batch axis left out. */
function path(network: Network, x: Tensor): string[] {
  const shapes: string[] = [];
  let value = x;
  for (const layer of network.layers) {
    value = layer.apply(value, { mode: 'train', updates: new Map() });
    const shape = value.shape.slice(1).join('x');
    if (shape !== shapes.at(-1)) shapes.push(shape);
  }
  return shapes;
}

const TRAIN = { mode: 'train', updates: new Map() } as const;
const count = (network: Network) => parameterCount(network.parameters);

describe('SLOGAN Table 11, synthetic data', () => {
  const nets = backbone({ shape: [2], range: 'signed' }, { network: 'mlp', units: 128 });
  const [generator, critic, encoder] = [nets.generator(64), nets.critic(), nets.encoder(64)];

  it('has the parameters of the table', () => {
    const norm = 2 * 128;
    expect(count(generator)).toBe(64 * 128 + 128 + norm + (128 * 128 + 128 + norm) + (128 * 2 + 2));
    expect(count(generator)).toBe(25_602);
    expect(count(critic)).toBe(2 * 128 + 128 + (128 * 128 + 128) + (128 + 1));
    expect(count(critic)).toBe(17_025);
    expect(count(encoder)).toBe(2 * 128 + 128 + (128 * 128 + 128) + (128 * 64 + 64));
    expect(count(encoder)).toBe(25_152);
  });

  it('maps latents to points, points to scores and to latents', () => {
    expect(generator.train(input('z', [5, 64])).shape).toEqual([5, 2]);
    expect(critic.train(input('x', [5, 2])).shape).toEqual([5, 1]);
    expect(encoder.eval(input('x', [5, 2])).shape).toEqual([5, 64]);
    expect(critic.features(input('x', [5, 2])).shape).toEqual([5, 128]);
  });

  it('normalises batches in the generator alone, and projects the weights of the encoder alone', () => {
    expect(generator.buffers.map(({ shape }) => shape[0])).toEqual([128, 128, 1, 128, 128, 1]);
    expect([...critic.buffers, ...encoder.buffers]).toEqual([]);
    expect(encoder.projected.map(({ name }) => name)).toEqual([
      'encoder/0-dense/weight',
      'encoder/1-dense/weight',
      'encoder/2-dense/weight',
    ]);
    expect([...generator.projected, ...critic.projected]).toEqual([]);
  });

  it('ends in the activation of the range', () => {
    const op = (range: 'unit' | 'signed' | 'real') =>
      backbone({ shape: [2], range }, { network: 'mlp', units: 4 })
        .generator(3)
        .train(input('z', [2, 3])).op;
    expect([op('signed'), op('unit'), op('real')]).toEqual(['tanh', 'sigmoid', 'add']);
  });
});

describe('SLOGAN Table 12, 28x28 images', () => {
  const nets = backbone({ shape: [1, 28, 28], range: 'unit' }, { network: 'dcgan', units: 128 });
  const [generator, critic, encoder] = [nets.generator(64), nets.critic(), nets.encoder(64)];
  const trunk = 16 * 64 + 64 + (16 * 64 * 64 + 64) + (49 * 64 * 1024 + 1024);

  it('has the parameters of the table', () => {
    const dense = 64 * 1024 + 1024 + 2 * 1024;
    const [first, second] = [49 * 1024 * 128 + 128 + 2 * 128, 16 * 128 * 64 + 64 + 2 * 64];
    expect(count(generator)).toBe(dense + first + second + 16 * 64 + 1);
    expect(count(generator)).toBe(6_623_809);
    expect(count(critic)).toBe(trunk + 1024 + 1);
    expect(count(critic)).toBe(3_280_001);
    expect(count(encoder)).toBe(trunk + 1024 * 64 + 64);
    expect(count(encoder)).toBe(3_344_576);
  });

  it('the generator goes 1 -> 1 -> 7 -> 14 -> 28', () => {
    expect(path(generator, input('z', [2, 64]))).toEqual([
      '1024',
      '1024x1x1',
      '128x7x7',
      '64x14x14',
      '1x28x28',
    ]);
    expect(generator.train(input('z', [2, 64])).op).toBe('sigmoid');
  });

  it('critic and encoder go 28 -> 14 -> 7 -> 1, without normalisation', () => {
    const image = input('x', [2, 1, 28, 28]);
    expect(path(critic, image)).toEqual(['64x14x14', '64x7x7', '1024x1x1', '1024', '1']);
    expect(path(encoder, image)).toEqual(['64x14x14', '64x7x7', '1024x1x1', '1024', '64']);
    expect([...critic.buffers, ...encoder.buffers, ...critic.projected, ...encoder.projected]).toEqual([]);
  });

  it('the penultimate features are the 1024 channels before their activation', () => {
    const features = critic.features(input('x', [2, 1, 28, 28]));
    expect(features.shape).toEqual([2, 1024]);
    expect(features.op).toBe('reshape');
  });

  it.each([
    [[1, 8, 8], '1x8x8; read a folder of images with --size 32, or use --set network=mlp.'],
    [[3, 30, 32], '3x30x32; read a folder of images with --size 32,'],
    [[3, 32, 68], '3x32x68; read a folder of images with --size 32,'],
    [[784], '784; use --set network=mlp.'],
  ])('refuses data of shape %j', (shape, message) => {
    const wrong = () => backbone({ shape, range: 'unit' }, { network: 'dcgan', units: 1 });
    expect(wrong).toThrow(MixturaError);
    expect(wrong).toThrow(
      `The dcgan networks are made for images whose sides are multiples of 4 from 16 to 64, but this data has shape ${message}`,
    );
  });
});

describe('SLOGAN Table 12 for other images', () => {
  it.each([
    [3, 32, 32],
    [1, 16, 16],
    [2, 16, 40],
    [3, 64, 64],
  ])('%ix%ix%i: the same layers, with kernels of a quarter of the sides', (channels, height, width) => {
    const shape = [channels, height, width];
    const nets = backbone({ shape, range: 'signed' }, { network: 'dcgan', units: 128 });
    const [generator, critic, encoder] = [nets.generator(64), nets.critic(), nets.encoder(10)];
    const [h, w] = [height / 4, width / 4];
    expect(path(generator, input('z', [2, 64]))).toEqual([
      '1024',
      '1024x1x1',
      `128x${h}x${w}`,
      `64x${2 * h}x${2 * w}`,
      shape.join('x'),
    ]);
    const image = input('x', [2, channels, height, width]);
    const trunk = [`64x${2 * h}x${2 * w}`, `64x${h}x${w}`, '1024x1x1', '1024'];
    expect(path(critic, image)).toEqual([...trunk, '1']);
    expect(path(encoder, image)).toEqual([...trunk, '10']);
    const [dense, first, second] = [
      64 * 1024 + 3 * 1024,
      h * w * 1024 * 128 + 3 * 128,
      16 * 128 * 64 + 3 * 64,
    ];
    expect(count(generator)).toBe(dense + first + second + 16 * 64 * channels + channels);
    const convolutions = 16 * channels * 64 + 64 + (16 * 64 * 64 + 64) + (h * w * 64 * 1024 + 1024);
    expect(count(critic)).toBe(convolutions + 1025);
    expect(count(encoder)).toBe(convolutions + 10_250);
    expect(generator.train(input('z', [2, 64])).op).toBe('tanh');
  });
});

describe('SLOGAN Table 13, 720 features', () => {
  const nets = backbone({ shape: [720], range: 'real' }, { network: 'mlp-plain', units: 256 });
  const [generator, critic, encoder] = [nets.generator(64), nets.critic(), nets.encoder(64)];

  it('has the parameters of the table', () => {
    expect(count(generator)).toBe(64 * 256 + 256 + (256 * 256 + 256) + (256 * 720 + 720));
    expect(count(generator)).toBe(267_472);
    expect(count(critic)).toBe(720 * 256 + 256 + (256 * 256 + 256) + 257);
    expect(count(critic)).toBe(250_625);
    expect(count(encoder)).toBe(720 * 256 + 256 + (256 * 256 + 256) + (256 * 64 + 64));
    expect(count(encoder)).toBe(266_816);
  });

  it('has no batch normalisation and a linear output; the encoder is projected', () => {
    expect(generator.buffers).toEqual([]);
    expect(generator.train(input('z', [3, 64])).op).toBe('add');
    expect(encoder.projected).toHaveLength(3);
  });
});

describe('fully connected networks of images', () => {
  const nets = backbone({ shape: [1, 8, 8], range: 'unit' }, { network: 'mlp', units: 16 });

  it('flatten what they read and give back the shape of the data', () => {
    const image = nets.generator(6).train(input('z', [3, 6]));
    expect(image.shape).toEqual([3, 1, 8, 8]);
    expect(nets.critic().train(image).shape).toEqual([3, 1]);
    expect(nets.encoder(6).train(image).shape).toEqual([3, 6]);
    expect(nets.critic().features(image).shape).toEqual([3, 16]);
  });
});

describe('what methods ask of networks', () => {
  const nets = backbone({ shape: [3], range: 'real' }, { network: 'mlp', units: 4 });
  const x = input('x', [5, 3]);
  const valuesOf = (...networks: readonly Network[]) =>
    Object.fromEntries(
      networks.flatMap(({ parameters }) => parameters.map((p) => [p.name, initialValue(p, Stream.root(2))])),
    );

  it('is any number of scores, any name, and an encoder that is not projected', () => {
    const critic = nets.critic({ outputs: 6, name: 'second' });
    expect(critic.train(x).shape).toEqual([5, 6]);
    expect(critic.name).toBe('second');
    expect(critic.parameters.every(({ name }) => name.startsWith('second/'))).toBe(true);
    expect(critic.outputBias!.shape).toEqual([6]);
    expect(nets.encoder(2).projected).toHaveLength(3);
    expect(nets.encoder(2, { spectral: false }).projected).toEqual([]);
  });

  it('is a tap before the last activation and the head: the head on it is the network', () => {
    const critic = nets.critic();
    const head = critic.layers
      .slice(-2)
      .reduce((value, layer) => layer.apply(value, TRAIN), critic.features(x, 'train'));
    const feeds = { ...valuesOf(critic), x: Stream.root(3).normals(new Float64Array(15)) };
    const [whole, tapped] = evaluate([critic.train(x), head], feeds);
    expect([...tapped!]).toEqual([...whole!]);
    const deep = new Network('deep', critic.layers, { trunk: 1 });
    expect(deep.features(x).shape).toEqual([5, 4]);
  });

  it('is several heads on one trunk, whose gradients add up in it', () => {
    const critic = nets.critic();
    const classes = new Network('classes', [leakyRelu, dense('classes/0-dense', 4, 2)]);
    const [scores, logits] = [critic.train(x).sum(), classes.train(critic.features(x, 'train')).sum()];
    const weight = critic.parameters[0]!.tensor;
    const gradients = [scores, logits, scores.add(logits)].map((loss) => grad(loss, [weight])[0]!);
    const feeds = { ...valuesOf(critic, classes), x: Stream.root(3).normals(new Float64Array(15)) };
    const [a, b, both] = evaluate(gradients, feeds);
    expect(Math.hypot(...b!)).toBeGreaterThan(1e-3);
    both!.forEach((value, i) => {
      expect(value).toBeCloseTo(a![i]! + b![i]!, 12);
    });
  });
});
