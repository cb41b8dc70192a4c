/**
 * @file The helper by which methods write their phases: a loss as an expression, every input declared with its feed.
 *
 *   const generatorPhase = phase('generator', context, (p) => {
 *     const scores = critic.train(generator.train(p.latent(prior), p.statistics));
 *     const loss = scores.mean().neg();
 *     return { outputs: { generator: loss }, descend: [{ loss, networks: [generator], by: adam(config) }] };
 *   });
 */
import type {
  AdamUpdate,
  OptimizerUpdate,
  ProgramOutputs,
  ProgramSpec,
  SgdUpdate,
} from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { full, input, type Tensor } from '../graph/tensor.js';
import type { Network } from '../nn/network.js';
import type { Parameter } from '../nn/parameter.js';
import type { LatentPrior } from '../prior/prior.js';
import type { BuildContext } from './method.js';
import type { Phase, PhaseStep, StepContext } from './step.js';

/** A step as a phase's own: `stream` is forked for the phase. */
export type OwnStep<Step extends StepContext = StepContext> = Step & {
  /** Steps at which this phase has run so far, this one included: the count of its optimizer. */
  readonly count: number;
};

/** One optimizer step on whatever group of parameters. */
export type Optimizer = (step: OwnStep) => Omit<AdamUpdate, 'group'> | Omit<SgdUpdate, 'group'>;

/** A loss, the networks that go down its gradient, and how. */
export interface Descent {
  readonly loss: Tensor;
  readonly networks: readonly Network[];
  readonly by: Optimizer;
  /** Parameters that stay: their gradients are set to 0. */
  readonly held?: readonly Parameter[];
}

/** What a phase computes and does. */
export interface PhaseBody<Step extends StepContext = StepContext> {
  /** Values that go back to the host. Those of one number are reported as losses. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  readonly descend?: readonly Descent[];
  /** New values of parameters and buffers besides the running statistics, by name. */
  readonly assign?: ReadonlyMap<string, Tensor>;
  /** Called while the engine computes. */
  readonly prepare?: (step: OwnStep<Step>) => void;
  /** Called with the outputs, before the next step. */
  readonly finish?: (outputs: ProgramOutputs, step: OwnStep<Step>) => void;
}

/** Declares the inputs of one phase, each with its feed. */
export interface PhaseBuilder<Step extends StepContext = StepContext> {
  /** New running statistics, assigned after the program: to be passed to `network.train`. */
  readonly statistics: Map<string, Tensor>;
  /** An input of this shape, and its row-major values at a step, in an array that the engine may keep. */
  feed(name: string, shape: readonly number[], values: (step: OwnStep<Step>) => ArrayLike<number>): Tensor;
  /** A scalar that changes from step to step. */
  schedule(name: string, value: (step: OwnStep<Step>) => number): Tensor;
  /** Fresh noise at every step: N(0, 1), U[0, 1) or Gumbel(0, 1), from the stream `name` of the phase. */
  noise(name: string, shape: readonly number[], kind: NoiseKind): Tensor;
  /** The batch of real data, [B, ...shape]. */
  real(): Tensor;
  /** Fresh latents of a prior, [B, width]. */
  latent(prior: LatentPrior): Tensor;
  /** What is drawn once a step, however many feeds and callbacks read it. */
  draw<T>(draw: (step: OwnStep<Step>) => T): (step: OwnStep<Step>) => T;
}

/** Distributions of {@link PhaseBuilder.noise}. */
export type NoiseKind = 'normal' | 'uniform' | 'gumbel';

/** When a phase runs, and what its program is called. */
export interface PhaseOptions {
  /** First step at which it may run (default 0). */
  readonly from?: number;
  /** The step at which it has ended (default never). */
  readonly to?: number;
  /** Runs at every n-th step, beginning with `from` (default 1). */
  readonly every?: number;
  /** A further condition. It must be a function of the step and of the saved state; the optimizer counts as if it held always. */
  readonly when?: (step: number) => boolean;
  /** Name of the program, where phases share a name (default: the phase's). */
  readonly program?: string;
}

/**
 * A phase of one program.
 *
 * @throws an Error where an input is declared twice with different shapes, or a shape does not fit where it is used
 */
export function phase<Step extends StepContext = StepContext>(
  name: string,
  context: Pick<BuildContext, 'batch' | 'data'>,
  build: (p: PhaseBuilder<Step>) => PhaseBody<Step>,
  options: PhaseOptions = {},
): Phase<Step> {
  const inputs = new Inputs<Step>(context);
  const { outputs = {}, descend = [], assign = new Map(), prepare, finish } = build(inputs);
  const program: ProgramSpec = {
    name: options.program ?? name,
    outputs,
    ...(descend.length > 0 && { gradients: new Map(descend.flatMap(gradientsOf)) }),
    assignments: new Map([...inputs.statistics, ...assign]),
  };
  return {
    name,
    programs: [program],
    begin(step): PhaseStep | undefined {
      const count = countAt(step.step, options);
      if (count === undefined) return undefined;
      const own: OwnStep<Step> = { ...step, stream: step.stream.fork(name), count };
      return {
        program,
        feeds: inputs.feeds(own),
        updates: descend.flatMap((descent) => updatesOf(descent, own)),
        ...(prepare && { prepare: () => prepare(own) }),
        ...(finish && { finish: (values: ProgramOutputs) => finish(values, own) }),
      };
    },
  };
}

/** How often a phase has run after this step; undefined where it pauses. */
function countAt(
  step: number,
  { from = 0, to = Infinity, every = 1, when }: PhaseOptions,
): number | undefined {
  const since = step - from;
  if (since < 0 || step >= to || since % every !== 0 || when?.(step) === false) return undefined;
  return since / every + 1;
}

/** d loss / d parameter for every parameter of the networks, by name. */
function gradientsOf({ loss, networks, held = [] }: Descent): (readonly [string, Tensor])[] {
  const parameters = networks.flatMap((network) => network.parameters);
  const gradients = grad(
    loss,
    parameters.map(({ tensor }) => tensor),
  );
  return parameters.map((parameter, i) => {
    const stays = held.includes(parameter);
    return [parameter.name, stays ? full(parameter.shape, 0) : gradients[i]!] as const;
  });
}

function updatesOf(
  { networks, by }: Descent,
  step: StepContext & { readonly count: number },
): OptimizerUpdate[] {
  return networks.map(({ name: group }) => ({ ...by(step), group }));
}

/** The inputs of one phase as they are declared, and their feeds. */
class Inputs<Step extends StepContext> implements PhaseBuilder<Step> {
  readonly statistics = new Map<string, Tensor>();
  readonly #context: Pick<BuildContext, 'batch' | 'data'>;
  readonly #declared = new Map<
    string,
    { tensor: Tensor; values: (step: OwnStep<Step>) => ArrayLike<number> }
  >();

  constructor(context: Pick<BuildContext, 'batch' | 'data'>) {
    this.#context = context;
  }

  feed(name: string, shape: readonly number[], values: (step: OwnStep<Step>) => ArrayLike<number>): Tensor {
    if (this.#declared.has(name)) throw new Error(`input ${name} is declared twice in one phase`);
    const tensor = input(name, shape);
    this.#declared.set(name, { tensor, values });
    return tensor;
  }

  schedule(name: string, value: (step: OwnStep<Step>) => number): Tensor {
    return this.feed(name, [], (step) => Float32Array.of(value(step)));
  }

  noise(name: string, shape: readonly number[], kind: NoiseKind): Tensor {
    const size = shape.reduce((n, dim) => n * dim, 1);
    return this.feed(name, shape, ({ stream }) => noiseOf(kind, stream.fork(name), size));
  }

  real(): Tensor {
    const { batch, data } = this.#context;
    const known = this.#declared.get('real');
    return known?.tensor ?? this.feed('real', [batch, ...data.shape], (step) => step.real());
  }

  latent(prior: LatentPrior): Tensor {
    const { batch } = this.#context;
    return this.feed(
      'latent',
      [batch, prior.width],
      ({ stream }) => prior.sample(batch, stream.fork('latent')).z,
    );
  }

  draw<T>(draw: (step: OwnStep<Step>) => T): (step: OwnStep<Step>) => T {
    const drawn = new WeakMap<OwnStep<Step>, T>();
    return (step) => {
      if (!drawn.has(step)) drawn.set(step, draw(step));
      return drawn.get(step)!;
    };
  }

  feeds(step: OwnStep<Step>): Record<string, Float32Array> {
    const entries = [...this.#declared].map(([name, { values }]) => {
      const given = values(step);
      return [name, given instanceof Float32Array ? given : Float32Array.from(given)] as const;
    });
    return Object.fromEntries(entries);
  }
}

function noiseOf(kind: NoiseKind, stream: StepContext['stream'], size: number): Float32Array {
  const out = new Float32Array(size);
  if (kind === 'normal') return stream.normals(out);
  return kind === 'uniform' ? stream.uniforms(out) : stream.gumbels(out);
}
