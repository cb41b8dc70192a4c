/** @file Every engine trains alike: same trajectory as the float64 reference, same bits twice, same graphs as before. */
import { describe, expect, it } from 'vitest';
import { OrtEngine } from '../src/engine/ort/engine.js';
import { ReferenceEngine } from '../src/engine/reference.js';
import { print } from '../src/graph/passes/print.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Stream } from '../src/math/random.js';
import { slogan } from '../src/methods/slogan.js';
import { errorsOf, trajectory, VARIANTS } from './support/trajectory.js';

describe.each(VARIANTS)('engines, $name', ({ name: _, ...options }) => {
  it.each([
    ['ONNX Runtime', 'never'],
    ['the kernels', 'always'],
  ] as const)('%s: follows the float64 reference for 5 steps within 1e-3', async (_engine, kernels) => {
    const actual = await trajectory(new OrtEngine({ threads: 1, kernels }), options);
    const expected = await trajectory(new ReferenceEngine(), options);
    expect(actual.outputs.map(([name]) => name)).toEqual(expected.outputs.map(([name]) => name));
    const errors = errorsOf(actual, expected);
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(([, error]) => !(error < 1e-3))).toEqual([]);
  });

  it.each([
    ['ONNX Runtime', 'never'],
    ['the kernels', 'always'],
  ] as const)('%s: the same bits twice', async (_engine, kernels) => {
    const runs = [];
    for (let run = 0; run < 2; run++)
      runs.push(await trajectory(new OrtEngine({ threads: 2, kernels }), options));
    expect(runs[0]!.outputs).toEqual(runs[1]!.outputs);
    expect(runs[0]!.state).toEqual(runs[1]!.state);
  });
});

describe('the graphs of SLOGAN', () => {
  const model = slogan.build(slogan.settings.parse({ units: 2, latent: 2 }), {
    data: { shape: [2], range: 'signed' },
    components: 2,
    batch: 3,
    horizon: 1,
    stream: Stream.root(0),
  });

  // A change of the mathematics shows as a change of these files; `npx vitest run -u` writes them anew.
  it.each(['critic', 'generator', 'projection'])('%s phase', async (name) => {
    const program = model.phases.find((phase) => phase.name === name)!.programs[0]!;
    const section = (prefix: string, tensors: Iterable<readonly [string, Tensor]>) =>
      [...tensors].map(([key, tensor]) => [`${prefix} ${key}`, tensor] as const);
    const all = Object.fromEntries([
      ...section('output', Object.entries(program.outputs)),
      ...section('gradient', program.gradients ?? []),
      ...section('assignment', program.assignments ?? []),
    ]);
    await expect(`${print(all)}\n`).toMatchFileSnapshot(`golden/slogan-${name}.txt`);
  });
});
