import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, type MixturaError } from '../errors.js';
import { formatConvention, type InputConvention, parseConvention } from './input-convention.js';

describe('the text of an input convention', () => {
  it('gives each key its value', () => {
    const text =
      'range=0..1,mean=0.485/0.456/0.406,std=0.229/0.224/0.225,layout=nhwc,size=224x256,resize=asymmetric,output=pool3,probabilities=softmax';
    expect(parseConvention(text)).toEqual({
      range: '0..1',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      layout: 'nhwc',
      size: [224, 256],
      resize: 'asymmetric',
      output: 'pool3',
      probabilities: 'softmax',
    });
    expect(parseConvention(' range=-1..1 , size=299, ')).toEqual({ range: '-1..1', size: [299, 299] });
    expect(parseConvention('')).toEqual({});
  });

  it('is read back as it was written', () => {
    const values = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 4 });
    const side = fc.integer({ min: 1, max: 4096 });
    const word = fc.stringMatching(/^[\w:./-]{1,12}$/);
    const convention = fc.record(
      {
        range: fc.constantFrom('0..1', '-1..1', '0..255', 'as-is'),
        mean: values,
        std: values,
        layout: fc.constantFrom('nchw', 'nhwc'),
        size: fc.tuple(side, side),
        resize: fc.constantFrom(
          'half-pixel',
          'asymmetric',
          'align-corners',
          'bilinear',
          'bicubic',
          'lanczos',
        ),
        output: word,
        probabilities: word,
        shortest: side,
        crop: fc.tuple(side, side),
        order: fc.constantFrom('rgb', 'bgr'),
        pool: fc.constantFrom('cls', 'mean'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(convention, (given) => {
        expect(parseConvention(formatConvention(given as InputConvention))).toEqual(given);
      }),
    );
  });

  it('does not depend on the order of the keys', () => {
    expect(formatConvention(parseConvention('size=9,range=0..1'))).toBe('range=0..1,size=9x9');
  });

  it.each([
    ['rnage=0..1', /'rnage=0..1' \(did you mean range\?\)/],
    ['range', /'range'/],
    ['range=0..2', /range=0..2; range is one of 0..1, -1..1, 0..255, as-is/],
    ['layout=chw', /layout=chw/],
    ['mean=1//2', /mean=1\/\/2; give numbers/],
    ['std=0.5/0', /std=0.5\/0; give numbers above 0/],
    ['size=0', /size=0/],
    ['size=99999', /size=99999.*1 to 4096/],
    ['size=3x', /size=3x/],
    ['size=3,size=3', /size twice/],
    ['output=', /output no value/],
    ['shortest=3x4', /shortest=3x4; give a side of 1 to 4096 pixels, as in shortest=299\.$/],
    ['crop=0', /crop=0; give a side or height x width/],
    ['pool=max', /pool is one of cls, mean/],
  ])('%s is refused in one sentence', (text, message) => {
    expect(() => parseConvention(text)).toThrow(message);
    try {
      parseConvention(text);
    } catch (error) {
      expect((error as MixturaError).exitCode).toBe(ExitCode.usage);
    }
  });
});
