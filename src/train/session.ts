/** @file A model in an engine: what is built once for a run, and its state as named arrays. */
import type { Engine, GroupState, TensorGroup } from '../engine/engine.js';
import { elements, startingValues } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import { Stream } from '../math/random.js';
import type { AnyModel, BuildContext, MethodDefinition } from '../method/method.js';
import type { Network } from '../nn/network.js';
import type { PriorState } from '../prior/prior.js';
import { checkModel } from './check-model.js';
import type { StoredTensor } from './stored-tensor.js';

/** What a session is opened with. */
export interface SessionOptions {
  readonly method: MethodDefinition;
  /** The method's settings; what is absent takes its default. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly context: Omit<BuildContext, 'stream' | 'restored'>;
  /** Seed of starting values and of every draw. */
  readonly seed: number;
  /** State to continue from (see {@link Session.save}). */
  readonly state?: Readonly<Record<string, StoredTensor>>;
  /** Whether the phases are compiled: not needed to use a trained model. */
  readonly training?: boolean;
}

const MODEL = 'model/';
const MOMENTS = { moment1: 'moment1:', moment2: 'moment2:' } as const;

/** Whether a tensor of {@link Session.save} is what an optimizer remembers, which a model in use does not read. */
export function isOptimizerState(name: string): boolean {
  return Object.values(MOMENTS).some((prefix) => name.startsWith(prefix));
}

/** A method built for some data, with its tensors in an engine. */
export class Session {
  private constructor(
    readonly engine: Engine,
    readonly model: AnyModel,
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
  static async open(engine: Engine, options: SessionOptions): Promise<Session> {
    const { method, settings, context, seed, state } = options;
    const stream = Stream.root(seed);
    const restored = state && modelPart(state);
    const model: AnyModel = method.build(method.settings.parse(settings), {
      ...context,
      stream: stream.fork('model'),
      restored: restored && Object.keys(restored).length > 0 ? restored : undefined,
    });
    checkModel(model);
    const start = stream.fork('parameters');
    const groups = model.networks.flatMap((network) => network.groups(start, model.firstMoment));
    const session = new Session(engine, model, stream, context, method.supervision, groups);
    const { phases, programs: own = [] } = model;
    const programs = options.training === false ? [] : [...phases.flatMap((phase) => phase.programs), ...own];
    await engine.open(state ? groups.map(withoutStart) : groups, programs);
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

  async #load(tensors: Readonly<Record<string, StoredTensor>>): Promise<void> {
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

function modelPart(tensors: Readonly<Record<string, StoredTensor>>): PriorState {
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

function pack(
  group: TensorGroup,
  tensors: Readonly<Record<string, StoredTensor>>,
  prefix: string,
): Float32Array {
  const block = new Float32Array(group.tensors.reduce((n, { shape }) => n + elements(shape), 0));
  let start = 0;
  for (const { name, shape } of group.tensors) {
    const stored = tensors[prefix + name];
    if (!stored || !equal(stored.shape, shape) || stored.data.length !== elements(shape)) {
      throw new MixturaError(
        `The checkpoint does not fit this model: tensor ${prefix + name} should have shape [${shape}], but it ${
          stored ? `has shape [${stored.shape}]` : 'is not there'
        }; resume with the settings of the run.`,
      );
    }
    block.set(stored.data as Float32Array, start);
    start += elements(shape);
  }
  return block;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
