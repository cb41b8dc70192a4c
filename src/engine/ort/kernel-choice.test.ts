import { describe, expect, it } from 'vitest';
import { MixturaError } from '../../errors.js';
import { input, type Tensor } from '../../graph/tensor.js';
import { optimiseProgram } from '../optimised-program.js';
import { KernelChoice } from './kernel-choice.js';

const program = (result: Tensor) => optimiseProgram({ name: 'p', outputs: { result } });
const NONE: ReadonlySet<string> = new Set();
const ADD = 'is not there: add it by npm install onnxruntime-node --save-optional --ignore-scripts.';
/** 64 MiB of values. */
const large = program(input('x', [4096, 4096]).sum([1]));
const costly = program(input('a', [512, 1024]).matmul(input('b', [1024, 1024])));

describe('programs for which ONNX Runtime is absent', () => {
  const choice = new KernelChoice('cpu', 'auto');

  it('run on kernels even where ONNX Runtime would be faster', () => {
    expect(choice.kernelsOf(costly)).toBeUndefined();
    const { name, calls } = choice.kernelsInstead(costly, 'is not there', NONE);
    expect([name, calls.map(({ kernel }) => kernel)]).toEqual(['p', ['matmul']]);
  });

  it('are refused where what is fed does not fit, but not for the size of tensors of the engine', () => {
    expect(() => choice.kernelsInstead(large, 'is not there', NONE)).toThrow(
      new MixturaError(
        `The program 'p' of this model is too large for the kernels of Mixtura and needs ONNX Runtime, which ${ADD}`,
      ),
    );
    expect(choice.kernelsInstead(large, 'is not there', new Set(['x'])).calls.length).toBe(1);
  });

  it.each([
    [
      'convolutions',
      input('x', [1, 2, 4, 4]).conv(input('w', [2, 2, 3, 3]), { stride: 1, pad: 1 }),
      'A network with convolutions',
    ],
    [
      'an operator without a kernel',
      input('x', [4, 2]).gather(input('i', [3])),
      "The program 'p' of this model",
    ],
  ])('are refused with %s', (_, result, needs) => {
    expect(() => choice.kernelsInstead(program(result), 'is not there', NONE)).toThrow(
      new MixturaError(`${needs} needs ONNX Runtime, which ${ADD}`),
    );
  });

  it.each([
    ['where kernels are not wanted', new KernelChoice('cpu', 'never')],
    ['on a GPU', new KernelChoice('webgpu', 'always')],
  ])('are refused %s', (_, other) => {
    expect(other.kernelsOf(costly)).toBeUndefined();
    expect(() => other.kernelsInstead(costly, 'is not there', NONE)).toThrow(MixturaError);
  });
});
