import { describe, expect, it } from 'vitest';
import { evaluate } from '../graph/evaluate.js';
import { input } from '../graph/tensor.js';
import { parameterCount } from '../nn/parameter.js';
import { CLASSIFIERS, classifier, classifierFor, maxPool } from './lenet.js';

const image = (...shape: number[]) => ({ shape, range: 'unit' as const });
const parameters = (...args: Parameters<typeof classifier>) => {
  const { trunk, head } = classifier(...args);
  return parameterCount([...trunk.parameters, ...head.parameters]);
};

describe('classifiers', () => {
  it('lenet-5 has the 61,706 parameters of LeCun et al. 1998 (without their sparse connections)', () => {
    expect(parameters('lenet-5', image(1, 28, 28), 10)).toBe(61_706);
    expect(parameters('lenet-5', image(1, 32, 32), 10)).toBe(61_706);
    expect(classifier('lenet-5', image(1, 28, 28), 10).width).toBe(84);
  });

  it('lenet halves 28 to 14, 7 and 4', () => {
    const convolutions = 25 * 16 + 16 + (25 * 16 * 32 + 32) + (9 * 32 * 32 + 32);
    const dense = 4 * 4 * 32 * 128 + 128 + (128 * 10 + 10);
    const norms = 2 * (16 + 32 + 32 + 128);
    expect(parameters('lenet', image(1, 28, 28), 10)).toBe(convolutions + dense + norms);
  });

  it.each([
    ['lenet', [1, 8, 8]],
    ['lenet', [3, 33, 20]],
    ['lenet-5', [3, 32, 32]],
    ['mlp', [7]],
    ['mlp', [1, 5, 5]],
  ] as const)('%s reads %o: features [n, width], logits [n, classes]', (name, shape) => {
    const { trunk, head, width } = classifier(name, image(...shape), 4);
    const features = trunk.train(input('x', [3, ...shape]));
    expect(features.shape).toEqual([3, width]);
    expect(head.eval(features).shape).toEqual([3, 4]);
  });

  it('the shape of the data decides which one', () => {
    expect(classifierFor(image(3, 32, 32))).toBe('lenet');
    expect(classifierFor(image(1, 8, 8))).toBe('lenet');
    expect(classifierFor(image(1, 7, 8))).toBe('mlp');
    expect(classifierFor(image(16))).toBe('mlp');
  });

  it('convolutional ones refuse what they cannot read', () => {
    expect(() => classifier('lenet', image(4), 2)).toThrow(
      /reads images of at least 8x8, but this data has shape 4; use mlp/,
    );
    expect(() => classifier('lenet-5', image(1, 30, 30), 2)).toThrow(
      /28x28 or 32x32 images, but these are 30x30/,
    );
    expect(CLASSIFIERS).toEqual(['lenet', 'lenet-5', 'mlp']);
  });
});

it('maxPool takes the largest of each 2x2 block', () => {
  const x = [1, 5, 2, 0, 3, 4, 9, 1, 0, 0, -1, -2, 0, 7, -3, -4];
  const [pooled] = evaluate([maxPool(input('x', [1, 1, 4, 4]))], { x });
  expect([...pooled!]).toEqual([5, 9, 7, -1]);
});

it('lenet-5 frames 28x28 images with background, which is -1 in its values', () => {
  const first = classifier('lenet-5', image(1, 28, 28), 2).trunk.layers[0]!;
  const framed = first.apply(input('x', [1, 1, 28, 28]), { mode: 'eval', updates: new Map() });
  expect(framed.shape).toEqual([1, 1, 32, 32]);
  const [values] = evaluate([framed], { x: new Float64Array(784).fill(0.75) });
  expect([
    values![0],
    values![2 * 32 + 1],
    values![2 * 32 + 2],
    values![29 * 32 + 29],
    values![30 * 32],
  ]).toEqual([-1, -1, 0.5, 0.5, -1]);
});
