/** @file One golden training step, run on an engine and compared tensor by tensor. */
import { expect } from 'vitest';
import type { Engine, Feeds, ProgramSpec } from '../../src/engine/engine.js';
import { OrtEngine } from '../../src/engine/ort/engine.js';
import { ReferenceEngine } from '../../src/engine/reference.js';
import { evaluate } from '../../src/graph/evaluate.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { AnyModel, AnyTrainable } from '../../src/method/method.js';
import type { PhaseStep } from '../../src/method/step.js';
import type { PriorState } from '../../src/prior/prior.js';
import { groupsOf, relativeError, type Stored, secondMoment } from './golden-step.js';

type Tensors = Record<string, ArrayLike<number>>;

export interface StepResult {
  readonly outputs: Tensors;
  readonly gradients: Tensors;
  readonly updated: Tensors;
  readonly priorChange: Tensors;
}

/** What is read from an engine around each program. */
export interface Probe {
  readonly engine: Engine;
  /** Outputs and gradients of a program with the engine's present values. */
  observe(program: ProgramSpec, feeds: Feeds): Promise<{ outputs: Tensors; gradients: Tensors }>;
  value(name: string, values: Tensors): ArrayLike<number>;
  /** Whether feeds and the prior's update stay in float64. */
  readonly exact: boolean;
}

/** A model with golden starting values, and its golden draws. */
export interface StepSetup {
  readonly model: AnyTrainable & Partial<Pick<AnyModel, 'prior'>>;
  /** Values from which running statistics start, where they are not their own. */
  readonly buffers?: Readonly<Record<string, Float32Array>>;
  /** What a phase runs; `exact` asks for float64 where there are such values. */
  begin(phase: AnyModel['phases'][number], exact: boolean): PhaseStep;
}

const PREFIX = 'gradient of ';

function prefixed(gradients: ProgramSpec['gradients'] = new Map()): Record<string, Tensor> {
  return Object.fromEntries([...gradients].map(([name, tensor]) => [PREFIX + name, tensor]));
}

/** The engine that trains: gradients stay in its memory, so a second program returns them. */
export function ortProbe(kernels: 'never' | 'always'): Probe {
  const engine = new OrtEngine({ threads: 1, kernels });
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

export function referenceProbe(): Probe {
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

/** Runs every phase once, from the hashed parameters and second moments. */
export async function goldenStep({ model, buffers, begin }: StepSetup, probe: Probe): Promise<StepResult> {
  const { engine } = probe;
  const groups = groupsOf(model, buffers);
  await engine.open(groups);
  for (const group of groups.filter(({ trainable }) => trainable)) {
    const { value } = await engine.read(group.name);
    await engine.write(group.name, { value, moment2: secondMoment(group) });
  }
  const before = model.prior?.state() ?? {};
  const [outputs, gradients]: [Tensors, Tensors] = [{}, {}];
  for (const phase of model.phases) {
    const { program, feeds, updates, finish } = begin(phase, probe.exact);
    await engine.compile(program);
    const hasLosses = Object.keys(program.outputs).length > 0;
    const seen = hasLosses ? await probe.observe(program, feeds) : { outputs: {}, gradients: {} };
    Object.assign(outputs, seen.outputs);
    Object.assign(gradients, seen.gradients);
    await engine.run(program.name, feeds, updates);
    finish?.(seen.outputs as Feeds);
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
    priorChange: change(before, model.prior?.state() ?? {}),
  };
}

function change(before: PriorState, after: PriorState): Tensors {
  return Object.fromEntries(
    Object.entries(after).map(([name, { data }]) => [name, data.map((x, i) => x - before[name]!.data[i]!)]),
  );
}

type Golden = Readonly<Record<string, Stored>>;

/** Names and errors of what is not within the tolerance. */
function misses(actual: Tensors, expected: Golden, tolerance: number): Record<string, number> {
  const errors = Object.keys(expected).map((name) => [
    name,
    name in actual ? relativeError(name, actual[name]!, expected[name]!) : Number.POSITIVE_INFINITY,
  ]);
  return Object.fromEntries(errors.filter(([, error]) => !((error as number) < tolerance)));
}

/** Expects the same tensors by name, each within the relative tolerance. */
export function expectStep(
  result: StepResult,
  golden: Readonly<Partial<Record<keyof StepResult, Golden>>>,
  tolerance: number,
): void {
  for (const part of ['outputs', 'gradients', 'updated', 'priorChange'] as const) {
    const expected = golden[part] ?? {};
    expect({ [part]: misses(result[part], expected, tolerance) }).toEqual({ [part]: {} });
    expect(Object.keys(result[part]).sort()).toEqual(Object.keys(expected).sort());
  }
}
