/** @file One whole training step of small models, against PyTorch in float64 (test/golden/slogan_step.py). */
import { describe, expect, it } from 'vitest';
import type { Engine, Feeds, ProgramSpec } from '../src/engine/engine.js';
import { OrtEngine } from '../src/engine/ort.js';
import { ReferenceEngine } from '../src/engine/reference.js';
import { evaluate } from '../src/graph/evaluate.js';
import type { Tensor } from '../src/graph/tensor.js';
import type { PriorState } from '../src/prior/prior.js';
import {
  buildModel,
  contextOf,
  exactConstants,
  feedsOf,
  type GoldenCase,
  golden,
  groupsOf,
  relativeError,
  type Stored,
  secondMoment,
} from './support/golden-step.js';
import { noise } from './support/noise.js';

type Tensors = Record<string, ArrayLike<number>>;

interface StepResult {
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
  readonly priorChange: Tensors;
}

/** What is read from an engine around each program. */
interface Probe {
  readonly engine: Engine;
  /** Outputs and gradients of a program with the engine's present values. */
  observe(program: ProgramSpec, feeds: Feeds): Promise<{ outputs: Tensors; gradients: Tensors }>;
  value(name: string, values: Tensors): ArrayLike<number>;
  /** Whether feeds and the prior's update stay in float64. */
  readonly exact: boolean;
}

const PREFIX = 'gradient of ';

function prefixed(gradients: ProgramSpec['gradients'] = new Map()): Record<string, Tensor> {
  return Object.fromEntries([...gradients].map(([name, tensor]) => [PREFIX + name, tensor]));
}

/** ONNX Runtime: gradients stay in engine memory, so a second program returns them. */
function ortProbe(): Probe {
  const engine = new OrtEngine({ threads: 1 });
  return {
    engine,
    exact: false,
    async observe(program, feeds) {
      const outputs = { ...program.outputs, ...prefixed(program.gradients) };
      await engine.compile({ name: `${program.name}:observe`, outputs });
      const { outputs: all } = await engine.run(`${program.name}:observe`, feeds);
      const gradients = Object.keys(prefixed(program.gradients));
      return {
        outputs: Object.fromEntries(Object.keys(program.outputs).map((name) => [name, all[name]!])),
        gradients: Object.fromEntries(gradients.map((name) => [name.slice(PREFIX.length), all[name]!])),
      };
    },
    value: (name, values) => values[name]!,
  };
}

function referenceProbe(): Probe {
  const engine = new ReferenceEngine();
  return {
    engine,
    exact: true,
    async observe({ outputs, gradients = new Map() }, feeds) {
      const state = new Proxy(feeds as Record<string, ArrayLike<number>>, {
        get: (own, name: string) => own[name] ?? engine.value(name),
      });
      const targets = { ...outputs, ...Object.fromEntries(gradients) };
      const values = evaluate(Object.values(targets), state);
      const entries = Object.keys(targets).map((name, i) => [name, values[i]!] as const);
      return {
        outputs: Object.fromEntries(entries.filter(([name]) => name in outputs)),
        gradients: Object.fromEntries(entries.filter(([name]) => gradients.has(name))),
      };
    },
    value: (name) => engine.value(name),
  };
}

async function step(given: GoldenCase, probe: Probe): Promise<StepResult> {
  const { engine } = probe;
  const model = buildModel(given);
  const groups = groupsOf(model);
  await engine.allocate(groups);
  for (const group of groups.filter(({ trainable }) => trainable)) {
    const { value } = await engine.read(group.name);
    await engine.write(group.name, { value, moment2: secondMoment(group) });
  }
  const context = contextOf(given);
  const before = model.prior.state();
  const [outputs, gradients]: [Tensors, Tensors] = [{}, {}];
  for (const phase of model.phases) {
    await engine.compile(phase.program);
    const single = feedsOf(given, model, phase, context);
    const known = Object.keys(single);
    const constants = Object.entries(exactConstants(given, model)).filter(([name]) => known.includes(name));
    // In float64 the constants are not rounded; the engine takes any array of numbers.
    const feeds = (probe.exact ? { ...single, ...Object.fromEntries(constants) } : single) as Feeds;
    const hasLosses = Object.keys(phase.program.outputs).length > 0;
    const seen = hasLosses ? await probe.observe(phase.program, feeds) : { outputs: {}, gradients: {} };
    Object.assign(outputs, seen.outputs);
    Object.assign(gradients, seen.gradients);
    await engine.run(phase.program.name, feeds, phase.updates(context));
    phase.finish?.(seen.outputs as Feeds, context);
  }
  const values: Tensors = {};
  for (const group of groups) {
    let at = 0;
    const block = (await engine.read(group.name)).value;
    for (const { name, initial } of group.tensors) {
      values[name] = block.subarray(at, at + initial.length);
      at += initial.length;
    }
  }
  const names = groups.flatMap((group) => group.tensors.map(({ name }) => name));
  await engine.close();
  return {
    outputs,
    gradients,
    updated: Object.fromEntries(names.map((name) => [name, probe.value(name, values)])),
    priorChange: change(before, model.prior.state()),
  };
}

function change(before: PriorState, after: PriorState): Tensors {
  return Object.fromEntries(
    Object.entries(after).map(([name, { data }]) => [name, data.map((x, i) => x - before[name]!.data[i]!)]),
  );
}

/** Names and errors of what is not within the tolerance. */
function misses(
  actual: Tensors,
  expected: Readonly<Record<string, Stored>>,
  tolerance: number,
): Record<string, number> {
  const errors = Object.keys(expected).map((name) => [
    name,
    name in actual ? relativeError(name, actual[name]!, expected[name]!) : Number.POSITIVE_INFINITY,
  ]);
  return Object.fromEntries(errors.filter(([, error]) => !((error as number) < tolerance)));
}

const parts = ['outputs', 'gradients', 'updated', 'priorChange'] as const;

function expectStep(result: StepResult, given: GoldenCase, tolerance: number): void {
  for (const part of parts) {
    expect({ [part]: misses(result[part], given[part], tolerance) }).toEqual({ [part]: {} });
    expect(Object.keys(result[part]).sort()).toEqual(Object.keys(given[part]).sort());
  }
}

it('the hashed numbers are those of the golden script', () => {
  expect([...noise('check', 8)]).toEqual(golden.noise);
  expect([...noise('check', 8)].map(Math.fround)).toEqual(golden.noise);
});

describe(`a training step agrees with PyTorch ${golden.torch} in float64`, () => {
  it.each(golden.cases)('ONNX Runtime, float32, relative error below 1e-4: $name', async (given) => {
    expectStep(await step(given, ortProbe()), given, 1e-4);
  });

  it.each(golden.cases.filter(({ network }) => network !== 'dcgan'))(
    'the reference engine, relative error below 1e-9: $name',
    async (given) => {
      expectStep(await step(given, referenceProbe()), given, 1e-9);
    },
  );
});

describe('the golden steps', () => {
  it('exercise what they should: the penalty, the margin, every network and both critic losses', () => {
    for (const { outputs } of golden.cases) {
      expect((outputs.penalty as number[])[0]).toBeGreaterThan(0.01);
      expect(Math.abs((outputs.u2c as number[])[0]!)).toBeGreaterThan(0.01);
    }
    const [wasserstein, hinge] = golden.cases;
    expect(
      relativeError(
        '',
        hinge!.gradients['critic/0-dense/weight'] as number[],
        wasserstein!.gradients['critic/0-dense/weight']!,
      ),
    ).toBeGreaterThan(0.01);
  });
});
