/**
 * @file The helper by which methods write their phases: a loss as an expression, every input declared with its feed.
 *
 *   const generatorPhase = phase('generator', context, (p) => {
 *     const scores = critic.train(generator.train(p.latent(prior), p.statistics));
 *     const loss = scores.mean().neg();
 *     return { outputs: { generator: loss }, descend: [{ loss, networks: [generator], by: adam(config) }] };
 *   });
 */
import { elements, type OptimizerUpdate, type ProgramOutputs, type ProgramSpec } from '../engine/engine.js';
import { grad } from '../graph/grad.js';
import { full, input, type Tensor } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { Network } from '../nn/network.js';
import type { Parameter } from '../nn/parameter.js';
import type { LatentPrior } from '../prior/prior.js';
import type { BuildContext } from './method.js';
import type { LabelledStep, Phase, PhaseStep, StepContext } from './step.js';

/** A step as a phase's own: `stream` is forked for the phase. */
export type OwnStep<Step extends StepContext = StepContext> = Step & {
  /** Steps at which this phase has run so far, this one included: the count of its optimizer. */
  readonly count: number;
};

/** The update of a group of parameters, by name, at a step. */
export type Optimizer = (step: OwnStep, group: string) => OptimizerUpdate;

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
  /**
   * An input of this shape, and its row-major values at a step, in an array that the engine may keep and leave empty. A part
   * of a larger buffer is copied, and so is an array that several inputs are given.
   */
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
  /** Runs at every n-th step, beginning with `from` (default 1; a whole number from 1). */
  readonly every?: number;
  /** A further condition. It must be a function of the step and of the saved state; the optimizer counts as if it held always. */
  readonly when?: (step: number) => boolean;
  /** Name of the program, where phases share a name (default: the phase's). */
  readonly program?: string;
}

/**
 * A phase of one program.
 *
 * @throws an Error where an input is declared twice, a shape does not fit where it is used, two losses descend one
 * network, or `from` and `every` are no whole numbers; a step throws one where a feed does not have the size of its input
 */
export function phase<Step extends StepContext = StepContext>(
  name: string,
  context: Pick<BuildContext, 'batch' | 'data'>,
  build: (p: PhaseBuilder<Step>) => PhaseBody<Step>,
  options: PhaseOptions = {},
): Phase<Step> {
  requireSteps(name, options);
  const inputs = new Inputs<Step>(name, context);
  const { outputs = {}, descend = [], assign = new Map(), prepare, finish } = build(inputs);
  const program: ProgramSpec = {
    name: options.program ?? name,
    outputs,
    ...(descend.length > 0 && { gradients: allGradients(name, descend) }),
    assignments: new Map([...inputs.statistics, ...assign]),
  };
  const optimizers = descend.flatMap(({ networks, by }) =>
    networks.map(({ name: group }) => ({ group, by })),
  );
  return {
    name,
    first: options.from ?? 0,
    programs: [program],
    begin(step): PhaseStep | undefined {
      const count = countAt(step.step, options);
      if (count === undefined) return undefined;
      const own = ownStep(step, step.stream.fork(name), count);
      return {
        program,
        feeds: inputs.feeds(own),
        updates: optimizers.map(({ group, by }) => by(own, group)),
        ...(prepare && { prepare: () => prepare(own) }),
        ...(finish && { finish: (values: ProgramOutputs) => finish(values, own) }),
      };
    },
  };
}

/** The step as a phase's own. It is written out, since what is spread into an object is slow to read. */
function ownStep<Step extends StepContext>(context: Step, stream: Stream, count: number): OwnStep<Step> {
  const { step, progress, rows, samples } = context;
  const own = { step, progress, stream, rows, real: () => context.real(), samples, count };
  const { labels } = context as Partial<LabelledStep>;
  return (labels ? { ...own, labels } : own) as unknown as OwnStep<Step>;
}

/** Other steps than whole ones never come, so the phase would pause for ever. */
function requireSteps(name: string, { from = 0, every = 1 }: PhaseOptions): void {
  if (!Number.isInteger(from)) throw new Error(`phase ${name}: from is ${from}, not a whole number`);
  if (Number.isInteger(every) && every >= 1) return;
  throw new Error(`phase ${name}: every is ${every}, not a whole number from 1`);
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

/** The gradients of all descents. A tensor has one gradient, so that of a second loss would take the place of the first. */
function allGradients(phaseName: string, descend: readonly Descent[]): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  for (const [name, gradient] of descend.flatMap(gradientsOf)) {
    if (all.has(name)) {
      throw new Error(`phase ${phaseName}: two descents have ${name}; add their losses in one`);
    }
    all.set(name, gradient);
  }
  return all;
}

/** d loss / d parameter for every parameter of the networks, by name. */
function gradientsOf({ loss, networks, held = [] }: Descent): (readonly [string, Tensor])[] {
  const parameters = networks.flatMap((network) => network.parameters);
  const foreign = held.find((parameter) => !parameters.includes(parameter));
  if (foreign) throw new Error(`${foreign.name} is held, but in none of the networks that descend`);
  const gradients = grad(
    loss,
    parameters.map(({ tensor }) => tensor),
  );
  return parameters.map((parameter, i) => {
    const stays = held.includes(parameter);
    return [parameter.name, stays ? full(parameter.shape, 0) : gradients[i]!] as const;
  });
}

interface DeclaredInput<Step extends StepContext> {
  readonly name: string;
  readonly tensor: Tensor;
  /** Number of its values. */
  readonly size: number;
  readonly values: (step: OwnStep<Step>) => ArrayLike<number>;
}

/** The inputs of one phase as they are declared, and their feeds. */
class Inputs<Step extends StepContext> implements PhaseBuilder<Step> {
  readonly statistics = new Map<string, Tensor>();
  readonly #phase: string;
  readonly #context: Pick<BuildContext, 'batch' | 'data'>;
  readonly #declared = new Map<string, DeclaredInput<Step>>();

  constructor(phaseName: string, context: Pick<BuildContext, 'batch' | 'data'>) {
    this.#phase = phaseName;
    this.#context = context;
  }

  feed(name: string, shape: readonly number[], values: (step: OwnStep<Step>) => ArrayLike<number>): Tensor {
    if (this.#declared.has(name)) throw new Error(`input ${name} is declared twice in one phase`);
    const tensor = input(name, shape);
    this.#declared.set(name, { name, tensor, size: elements(shape), values });
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
    // One place is enough: a phase begins a step when it has finished the one before.
    let last: OwnStep<Step> | undefined;
    let drawn: T;
    return (step) => {
      if (step !== last) drawn = draw(step);
      last = step;
      return drawn;
    };
  }

  feeds(step: OwnStep<Step>): Record<string, Float32Array> {
    const feeds: Record<string, Float32Array> = {};
    const buffers: ArrayBufferLike[] = [];
    for (const { name, size, values } of this.#declared.values()) {
      const given = values(step);
      if (given.length !== size) {
        throw new Error(`phase ${this.#phase}: input ${name} was given ${given.length} values, not ${size}`);
      }
      const own = isWhole(given) && !buffers.includes(given.buffer) ? given : new Float32Array(given);
      buffers.push(own.buffer);
      feeds[name] = own;
    }
    return feeds;
  }
}

/** Whether an array is all of its buffer, which the engine takes with it. */
function isWhole(values: ArrayLike<number>): values is Float32Array {
  return values instanceof Float32Array && values.byteLength === values.buffer.byteLength;
}

function noiseOf(kind: NoiseKind, stream: StepContext['stream'], size: number): Float32Array {
  const out = new Float32Array(size);
  if (kind === 'normal') return stream.normals(out);
  return kind === 'uniform' ? stream.uniforms(out) : stream.gumbels(out);
}
