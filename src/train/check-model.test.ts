import { describe, expect, it } from 'vitest';
import type { ProgramSpec } from '../engine/engine.js';
import { input } from '../graph/tensor.js';
import type { AnyModel } from '../method/method.js';
import { dense } from '../nn/layer.js';
import { Network } from '../nn/network.js';
import { NormalPrior } from '../prior/normal.js';
import { checkModel } from './check-model.js';

const network = (name: string, layers = name) => new Network(name, [dense(`${layers}/0-dense`, 2, 2)]);
const [a, b] = [network('a'), network('b')];

const INFERENCE: AnyModel['inference'] = {
  generate: (z) => z,
  features: (x) => x,
  protocol: 'kmeans-encoder',
};

const model = (change: Partial<AnyModel>): AnyModel => ({
  networks: [a],
  prior: new NormalPrior(2),
  phases: [],
  firstMoment: false,
  inference: INFERENCE,
  ...change,
});
const program = (name: string, change: Partial<ProgramSpec> = {}): ProgramSpec => ({
  name,
  outputs: { sum: input('x', [2]).sum() },
  ...change,
});
const phaseOf = (...programs: ProgramSpec[]) => ({ name: 'phase', programs, begin: () => undefined });

describe('a model', () => {
  const fit = program('fit', { gradients: new Map([['a/0-dense/bias', input('a/0-dense/bias', [2])]]) });

  it('may run one program in several phases, and change the tensors of its networks', () => {
    const copy = program('copy', {
      assignments: new Map([['b/0-dense/bias', input('a/0-dense/bias', [2])]]),
    });
    const good = model({ networks: [a, b], phases: [phaseOf(fit), phaseOf(fit)], programs: [copy] });
    expect(() => checkModel(good)).not.toThrow();
  });

  it.each([
    [{ networks: [a, a] }, 'networks a and a both have a/0-dense/weight'],
    [{ networks: [a, network('c', 'a')] }, 'networks a and c both have a/0-dense/weight'],
    [{ phases: [phaseOf(fit), phaseOf(program('fit'))] }, 'two programs are called fit'],
    [{ phases: [phaseOf(fit)], programs: [program('fit')] }, 'two programs are called fit'],
    [{ networks: [b], phases: [phaseOf(fit)] }, 'program fit changes a/0-dense/bias, which none of networks'],
    [
      { programs: [program('copy', { assignments: new Map([['c', input('x', [2])]]) })] },
      'program copy changes c, which none of networks has',
    ],
    [
      { learnedPrior: { network: b, load: () => {} } },
      'the network of the learned prior, b, is not among networks',
    ],
    [
      { learnedPrior: { network: a, load: () => {} } },
      'no phase descends a, the network of the learned prior',
    ],
    [
      { inference: { ...INFERENCE, protocol: 'kmeans' as 'nearest' } },
      "there is no protocol 'kmeans' for inference",
    ],
    [{ inference: { ...INFERENCE, features: undefined as never } }, 'inference of the model lacks features'],
    [{ prior: undefined as never }, 'the model has no prior'],
    [
      { rowTools: [1, 2].map((factor) => ({ name: 'tool', output: (x) => x.mul(factor) })) },
      'two row tools have one name: tool, tool',
    ],
  ] satisfies [Partial<AnyModel>, string][])('is refused where %s', (change, message) => {
    expect(() => checkModel(model(change))).toThrow(message);
  });
});
