/** @file A model in an engine: what is built once for a run, and its state as named arrays. */
import type { Engine, GroupState, TensorGroup } from '../engine/engine.js';
import { elements, startingValues } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import { Stream } from '../math/random.js';
import type { AnyModel, AnyTrainable, BuildContext, MethodDefinition } from '../method/method.js';
import type { Network } from '../nn/network.js';
import type { PriorState } from '../prior/prior.js';
import { checkModel } from './check-model.js';
import type { StoredTensor } from './stored-tensor.js';

/** What a session is opened with, besides what it trains. */
export interface OpenOptions {
  readonly context: Omit<BuildContext, 'stream' | 'restored'>;
  /** Seed of starting values and of every draw. */
  readonly seed: number;
  /** State to continue from (see {@link Session.save}). */
  readonly state?: Tensors | undefined;
  /** Values that tensors of these names start from instead of their own starting values, at the beginning of a training. */
  readonly start?: Tensors | undefined;
  /** Whether the phases are compiled: not needed to use a trained model. */
  readonly training?: boolean;
}

/** What the session of a method is opened with. */
export interface SessionOptions extends OpenOptions {
  readonly method: MethodDefinition;
  /** The method's settings; what is absent takes its default. */
  readonly settings: Readonly<Record<string, unknown>>;
}

type Tensors = Readonly<Record<string, StoredTensor>>;

const MODEL = 'model/';
const MOMENTS = { moment1: 'moment1:', moment2: 'moment2:' } as const;

/** Whether a tensor of {@link Session.save} is what an optimizer remembers, which a model in use does not read. */
export function isOptimizerState(name: string): boolean {
  return Object.values(MOMENTS).some((prefix) => name.startsWith(prefix));
}

/** A method built for some data, or what else is trained, with its tensors in an engine. */
export class Session<Trained extends AnyTrainable = AnyModel> {
  private constructor(
    readonly engine: Engine,
    readonly model: Trained,
    readonly stream: Stream,
    readonly context: Omit<BuildContext, 'stream' | 'restored'>,
    /** Whether the method learns from labels, as it declares. */
    readonly supervision: MethodDefinition['supervision'],
    private readonly groups: readonly TensorGroup[],
  ) {}

  /**
   * Builds the model, places its tensors and compiles its phases.
   * @throws a MixturaError where the state to continue from lacks a tensor or has one of another shape; an Error where the
   * method has built a model whose parts contradict each other.
   */
  static open(engine: Engine, { method, settings, ...options }: SessionOptions): Promise<Session> {
    const build = (context: BuildContext) => {
      const model: AnyModel = method.build(method.settings.parse(settings), context);
      checkModel(model);
      return model;
    };
    return Session.openBuilt(engine, build, options, method.supervision);
  }

  /** As {@link open}, of anything that is trained. */
  static async openBuilt<Trained extends AnyTrainable>(
    engine: Engine,
    build: (context: BuildContext) => Trained,
    { context, seed, state, start, training }: OpenOptions,
    supervision?: MethodDefinition['supervision'],
  ): Promise<Session<Trained>> {
    const stream = Stream.root(seed);
    const restored = state && modelPart(state);
    const model = build({
      ...context,
      stream: stream.fork('model'),
      restored: restored && Object.keys(restored).length > 0 ? restored : undefined,
    });
    const values = stream.fork('parameters');
    const groups = model.networks.flatMap((network) => network.groups(values, model.firstMoment));
    const session = new Session(engine, model, stream, context, supervision, groups);
    const { phases, programs: own = [] } = model;
    const programs = training === false ? [] : [...phases.flatMap((phase) => phase.programs), ...own];
    await engine.open(state ? groups.map(withoutStart) : groups.map(startingFrom(start ?? {})), programs);
    if (state) await session.#load(state);
    await session.refreshPrior();
    return session;
  }

  /** Every tensor that training changes: parameters, moments, running statistics, the prior. */
  async save(): Promise<Record<string, StoredTensor>> {
    const tensors: Record<string, StoredTensor> = {};
    for (const group of this.groups) {
      const state = await this.engine.read(group.name);
      unpack(group, state.value, '', tensors);
      if (state.moment1) unpack(group, state.moment1, MOMENTS.moment1, tensors);
      if (state.moment2) unpack(group, state.moment2, MOMENTS.moment2, tensors);
    }
    await this.refreshPrior();
    for (const [name, array] of Object.entries(this.model.state?.() ?? {})) {
      tensors[MODEL + name] = { shape: array.shape, data: array.data };
    }
    return tensors;
  }

  /** Lets the host's prior take over what back-propagation has learned; does nothing where the prior is not learned so. */
  async refreshPrior(): Promise<void> {
    const { learnedPrior } = this.model;
    if (!learnedPrior) return;
    const group = this.groups.find(({ name }) => name === learnedPrior.network.name)!;
    const tensors: Record<string, StoredTensor> = {};
    unpack(group, (await this.engine.read(group.name)).value, '', tensors);
    learnedPrior.load(({ name }) => {
      const tensor = tensors[name];
      if (!tensor) throw new Error(`${name} is no parameter of the network ${group.name}`);
      return tensor.data as Float32Array;
    });
  }

  /** Gives a network of the model new starting values from a stream, and moments of 0. */
  async restart(network: Network, stream: Stream): Promise<void> {
    for (const group of network.groups(stream, this.model.firstMoment)) {
      const value = startingValues(group);
      const zeros = () => new Float32Array(value.length);
      await this.engine.write(group.name, {
        value,
        ...(group.trainable && { moment2: zeros() }),
        ...(group.trainable && group.firstMoment !== false && { moment1: zeros() }),
      });
    }
  }

  async #load(tensors: Tensors): Promise<void> {
    for (const group of this.groups) {
      const state: GroupState = {
        value: pack(group, tensors, ''),
        ...(group.trainable && { moment2: pack(group, tensors, MOMENTS.moment2) }),
        ...(group.trainable &&
          group.firstMoment !== false && { moment1: pack(group, tensors, MOMENTS.moment1) }),
      };
      await this.engine.write(group.name, state);
    }
  }
}

/** A group that is written as soon as it has been allocated: starting values would be drawn for nothing. */
function withoutStart(group: TensorGroup): TensorGroup {
  return { ...group, tensors: group.tensors.map(({ name, shape }) => ({ name, shape, initial: () => {} })) };
}

/** A group whose tensors start from these values, where there are some of their name and shape. */
function startingFrom(values: Tensors): (group: TensorGroup) => TensorGroup {
  const given = (name: string, shape: readonly number[]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value && equal(value.shape, shape) ? value : undefined;
  };
  return (group) => ({
    ...group,
    tensors: group.tensors.map((tensor) => {
      const value = given(tensor.name, tensor.shape);
      return value ? { ...tensor, initial: (out: Float32Array) => out.set(value.data) } : tensor;
    }),
  });
}

function modelPart(tensors: Tensors): PriorState {
  const entries = Object.entries(tensors)
    .filter(([name]) => name.startsWith(MODEL))
    .map(
      ([name, { shape, data }]) =>
        [name.slice(MODEL.length), { shape, data: Float64Array.from(data) }] as const,
    );
  return Object.fromEntries(entries);
}

function unpack(
  group: TensorGroup,
  block: Float32Array,
  prefix: string,
  into: Record<string, StoredTensor>,
): void {
  let start = 0;
  for (const { name, shape } of group.tensors) {
    const end = start + elements(shape);
    into[prefix + name] = { shape, data: block.slice(start, end) };
    start = end;
  }
}

/** @throws a MixturaError where saved tensors are not those of the networks of a model */
export function requireFitting({ networks }: AnyTrainable, tensors: Tensors): void {
  for (const { parameters, buffers } of networks) {
    for (const { name, shape } of [...parameters, ...buffers]) fitting(tensors, name, shape);
  }
}

/** The saved tensor of this name. @throws a MixturaError where it is not there, or has another shape */
function fitting(tensors: Tensors, name: string, shape: readonly number[]): StoredTensor {
  const stored = tensors[name];
  if (stored && equal(stored.shape, shape) && stored.data.length === elements(shape)) return stored;
  throw new MixturaError(
    `The checkpoint does not fit this model: tensor ${name} should have shape [${shape}], but it ${
      stored ? `has shape [${stored.shape}]` : 'is not there'
    }; resume with the settings of the run.`,
  );
}

function pack(group: TensorGroup, tensors: Tensors, prefix: string): Float32Array {
  const block = new Float32Array(group.tensors.reduce((n, { shape }) => n + elements(shape), 0));
  let start = 0;
  for (const { name, shape } of group.tensors) {
    block.set(fitting(tensors, prefix + name, shape).data as Float32Array, start);
    start += elements(shape);
  }
  return block;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
