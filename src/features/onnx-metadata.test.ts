import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lower } from '../graph/onnx/lower.js';
import { input } from '../graph/tensor.js';
import { onnxMetadata } from './onnx-metadata.js';

const identity = (metadata: Record<string, string>) =>
  lower({ y: input('x', ['N', 3]).mul(2) }, { metadata }).bytes;

it('gives back what was written', () => {
  const text = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 5 }),
      (entries) => {
        const found = onnxMetadata(identity(Object.fromEntries(entries)));
        expect([...found].sort()).toEqual([...entries].sort());
      },
    ),
    { numRuns: 50 },
  );
});

it('never fails on damaged bytes', () => {
  const bytes = identity({ name: 'net', input: 'range=0..1' });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }),
      fc.nat(bytes.length),
      (changes, end) => {
        const damaged = bytes.slice(0, end);
        for (const [at, value] of changes) if (at < end) damaged[at] = value;
        expect(onnxMetadata(damaged).size).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 120 },
  );
  expect(onnxMetadata(new Uint8Array(0)).size).toBe(0);
});
