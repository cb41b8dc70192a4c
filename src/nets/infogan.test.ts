import { describe, expect, it } from 'vitest';
import { MixturaError } from '../errors.js';
import { evaluate } from '../graph/evaluate.js';
import { input, type Tensor } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { Network } from '../nn/network.js';
import { initialValue, parameterCount } from '../nn/parameter.js';
import { infogan, infoganNets } from './infogan.js';

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

const count = (network: Network) => parameterCount(network.parameters);
const MNIST = { shape: [1, 28, 28], range: 'unit' } as const;

describe("InfoGAN's networks of 28x28 images", () => {
  const nets = infoganNets(MNIST, { normalised: true });
  const image = input('x', [2, 1, 28, 28]);

  it('have the parameters of the paper', () => {
    const dense = 74 * 1024 + 1024 + 2 * 1024 + (1024 * 6272 + 6272 + 2 * 6272);
    const generator = dense + (16 * 128 * 64 + 64 + 2 * 64) + (16 * 64 + 1);
    expect(count(nets.generator(74))).toBe(generator);
    expect(generator).toBe(6_652_481);
    const convolutions = 16 * 64 + 64 + (16 * 64 * 128 + 128 + 2 * 128);
    const trunk = convolutions + (6272 * 1024 + 1024 + 2 * 1024);
    expect(count(nets.trunk('trunk'))).toBe(trunk);
    expect(count(nets.head('critic', 1))).toBe(1025);
    expect(count(nets.deepHead('encoder', 12))).toBe(1024 * 128 + 128 + 2 * 128 + (128 * 12 + 12));
    const plain = infoganNets(MNIST, { normalised: false });
    expect(count(plain.trunk('trunk'))).toBe(trunk - 2 * 128 - 2 * 1024);
    // For the methods in the harness each network is one.
    const whole = infogan(MNIST);
    expect(count(whole.generator(74))).toBe(generator);
    expect(count(whole.critic({ outputs: 3 }))).toBe(trunk + 3 * 1025);
    expect(count(whole.encoder(2))).toBe(trunk - 2 * 128 - 2 * 1024 + 2 * 1025);
    expect(whole.critic().features(image).shape).toEqual([2, 1024]);
    expect(plain.trunk('trunk').buffers).toEqual([]);
    expect(count(plain.generator(74))).toBe(generator);
  });

  it('go 74 -> 1024 -> 7 -> 14 -> 28 and 28 -> 14 -> 7 -> 1024', () => {
    const generator = nets.generator(74);
    expect(path(generator, input('z', [2, 74]))).toEqual(['1024', '6272', '128x7x7', '64x14x14', '1x28x28']);
    expect(generator.train(input('z', [2, 74])).op).toBe('sigmoid');
    expect(path(nets.trunk('trunk'), image)).toEqual(['64x14x14', '128x7x7', '6272', '1024']);
    const features = nets.trunk('trunk').train(image);
    expect(nets.head('critic', 1).train(features).shape).toEqual([2, 1]);
    const encoder = nets.deepHead('encoder', 10);
    expect(encoder.train(features).shape).toEqual([2, 10]);
    expect(encoder.features(features).shape).toEqual([2, 128]);
  });

  it('start from N(0, 0.02^2), biases from 0', () => {
    const networks = [
      nets.generator(74),
      nets.trunk('trunk'),
      nets.head('critic', 1),
      nets.deepHead('e', 10),
    ];
    for (const parameter of networks.flatMap(({ parameters }) => [...parameters])) {
      const values = initialValue(parameter, Stream.root(1));
      if (parameter.name.endsWith('bias')) expect(values.every((x) => x === 0)).toBe(true);
      if (!parameter.name.endsWith('weight')) continue;
      const deviation = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(5 / Math.sqrt(values.length));
    }
  });
});

describe("InfoGAN's networks of other images", () => {
  it.each([
    [3, 32, 32],
    [1, 8, 8],
    [2, 16, 40],
    [3, 64, 64],
  ])('%ix%ix%i: the same layers', (channels, height, width) => {
    const shape = [channels, height, width];
    const nets = infoganNets({ shape, range: 'signed' }, { normalised: true });
    const [h, w] = [height / 4, width / 4];
    const generator = nets.generator(9);
    expect(generator.train(input('z', [2, 9])).shape).toEqual([2, ...shape]);
    expect(generator.train(input('z', [2, 9])).op).toBe('tanh');
    expect(nets.trunk('trunk').train(input('x', [2, ...shape])).shape).toEqual([2, 1024]);
    expect(count(nets.trunk('trunk'))).toBe(
      16 * 64 * channels + 64 + (16 * 64 * 128 + 3 * 128) + (128 * h * w * 1024 + 3 * 1024),
    );
  });

  it.each([
    [[1, 30, 28], 'but this data has shape 1x30x28; read a folder of images with --size 28,'],
    [[3, 128, 128], 'but this data has shape 3x128x128; read a folder of images with --size 28,'],
    [[16], 'but this data has shape 16; use a method for tables, such as infogan or clustergan.'],
  ])('refuses data of shape %j', (shape, message) => {
    const wrong = () => infoganNets({ shape, range: 'unit' }, { normalised: true });
    expect(wrong).toThrow(MixturaError);
    expect(wrong).toThrow(
      `The networks of InfoGAN are made for images whose sides are multiples of 4 from 8 to 64, ${message}`,
    );
  });
});

describe('values from -1 to 1', () => {
  const data = { shape: [1, 8, 8], range: 'unit' } as const;
  const valuesOf = (network: Network) =>
    Object.fromEntries(network.parameters.map((p) => [p.name, initialValue(p, Stream.root(2))]));
  const signed = infoganNets(data, { normalised: false, signed: true });

  it('are read of data in 0 to 1: trunk(x) = the usual trunk of 2 x - 1', () => {
    const [trunk, usual] = [signed.trunk('t'), infoganNets(data, { normalised: false }).trunk('t')];
    const x = Stream.root(3).uniforms(new Float64Array(64));
    const read = (network: Network, values: Float64Array) =>
      evaluate([network.train(input('x', [1, 1, 8, 8]))], { ...valuesOf(trunk), x: values })[0]!;
    const expected = read(
      usual,
      x.map((value) => 2 * value - 1),
    );
    read(trunk, x).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 10);
    });
  });

  it('are made as (tanh + 1) / 2, which is sigmoid of twice the value', () => {
    const [generator, usual] = [signed.generator(5), infoganNets(data, { normalised: false }).generator(5)];
    const z = Stream.root(4).normals(new Float64Array(15));
    const make = (network: Network) =>
      evaluate([network.train(input('z', [3, 5]))], { ...valuesOf(generator), z })[0]!;
    const logit = (p: number) => Math.log(p / (1 - p));
    const expected = make(usual);
    make(generator).forEach((value, i) => {
      expect(logit(value)).toBeCloseTo(2 * logit(expected[i]!), 6);
    });
    const data01 = { shape: [1, 8, 8], range: 'signed' } as const;
    expect(infoganNets(data01, { normalised: true, signed: true }).generator(5).layers).toHaveLength(12);
  });
});

it('are refused for other data with what to do, as networks and as a method', () => {
  const refusal = (build: () => unknown) => {
    try {
      return build();
    } catch (cause) {
      return (cause as Error).message;
    }
  };
  const points = { shape: [2], range: 'real' } as const;
  const [networks, method] = [() => infogan(points), () => infoganNets(points, { normalised: true })].map(
    refusal,
  );
  expect(networks).toBe(
    'The networks of InfoGAN are made for images whose sides are multiples of 4 from 8 to 64, but this data has shape 2; use --set network=mlp.',
  );
  expect(method).toMatch(/has shape 2; use a method for tables, such as infogan or clustergan\.$/);
});
