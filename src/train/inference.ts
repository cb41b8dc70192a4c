/** @file A trained model at work: samples of a component, features and group probabilities of data. */
import { mostProbable } from '../cluster/most-probable.js';
import type { Samples } from '../data/dataset.js';
import { sampleSize } from '../data/dataset.js';
import { sameUnits } from '../data/value-units.js';
import type { Feeds } from '../engine/engine.js';
import { MixturaError } from '../errors.js';
import { input } from '../graph/tensor.js';
import type { Stream } from '../math/random.js';
import type { RowTool } from '../method/intervention.js';
import type { Inference as InferenceGraphs, Rejection } from '../method/method.js';
import type { DataShape } from '../nets/backbone.js';
import type { LatentBatch, LatentPrior } from '../prior/prior.js';
import { type Calibration, calibrated } from './calibration.js';
import { Critic } from './critic.js';
import { filled, inBatches, ROWS } from './in-batches.js';
import { accepted, type Candidates, type Drawn, type Judged, latentsOf, retried } from './rejection.js';
import type { Session } from './session.js';

/** The data that a model was trained on, by which data of other units are told. */
export type TrainedOn = Pick<
  Samples,
  'name' | 'fingerprint' | 'kind' | 'range' | 'coding' | 'scaling' | 'largestCount' | 'maximum'
>;

/**
 * A session's model in evaluation mode: any number of rows, in batches of fixed size, deterministic given the seed.
 */
export class Inference {
  /** Steps that the model has done, which who trains it keeps up to date: some methods learn last what assigns data. */
  step = Number.POSITIVE_INFINITY;
  #calibration: Calibration | undefined;
  #critic: Promise<Critic> | undefined;

  private constructor(
    readonly session: Session,
    private readonly own: TrainedOn | undefined,
  ) {}

  /**
   * Compiles the model's networks in evaluation mode.
   *
   * @param own the data that the model was trained on; data whose values became otherwise what is read are then refused
   */
  static async open(session: Session, own?: TrainedOn): Promise<Inference> {
    const { engine, model, context } = session;
    const { inference, prior } = model;
    const samples = input('samples', [ROWS, ...context.data.shape]);
    const latent = input('latent', [ROWS, prior.width]);
    const generated = inference.generate(latent);
    await engine.compile(
      { name: programOf('generate'), outputs: { samples: generated } },
      { name: programOf('features'), outputs: { features: inference.features(samples) } },
      ...(inference.assign
        ? [{ name: programOf('assign'), outputs: { probabilities: inference.assign(samples) } }]
        : []),
      ...(inference.rejection
        ? [{ name: programOf('score'), outputs: { scores: inference.rejection.score(samples, latent) } }]
        : []),
      ...(model.rowTools ?? []).map((tool) => ({
        name: programOf('rows', tool),
        outputs: { values: tool.output(samples) },
      })),
    );
    return new Inference(session, own);
  }

  /** The latent distribution: where latents come from, and the learned sizes of the groups. */
  get prior(): LatentPrior {
    return this.session.model.prior;
  }

  /** Number of groups K that the model was built for; the prior of a method without groups has one component. */
  get components(): number {
    return this.session.context.components;
  }

  /** Source of every draw from the model. */
  get stream(): Stream {
    return this.session.stream;
  }

  /** Shape, kind and interval of the samples. */
  get data(): DataShape {
    return this.session.context.data;
  }

  /** The model's networks in evaluation mode, as expressions for any batch size. */
  get graphs(): InferenceGraphs {
    return this.session.model.inference;
  }

  /** Values of the inputs that assignment reads besides the parameters (the prior's means, say). */
  get constants(): Feeds {
    return this.graphs.constants?.() ?? {};
  }

  /** Whether the method gives each datum a probability for each group, and has learned to. */
  get assigns(): boolean {
    const { assign, assignsAfter = 0 } = this.graphs;
    return assign !== undefined && (assignsAfter === 0 || this.step > assignsAfter);
  }

  /** How the probabilities of the groups are calibrated; absent where they are the method's own. */
  get calibration(): Calibration | undefined {
    return this.#calibration;
  }

  /** Calibrates the probabilities that are given from now on; nothing gives the method's own. */
  calibrateBy(calibration: Calibration | undefined): void {
    this.#calibration = calibration;
  }

  /**
   * The critic and the method's own probabilities of the groups, compiled when they are first asked for.
   * @throws a usage error where the method has not both
   */
  critic(): Promise<Critic> {
    this.#critic ??= Critic.open(this.session);
    return this.#critic;
  }

  /** Whether the method rejects some of what it generates. */
  get rejects(): boolean {
    return this.graphs.rejection !== undefined;
  }

  /** Samples [n, ...shape] of the latents [n, width], those that the method would reject among them. */
  generate(latents: Float64Array): Promise<Float32Array> {
    const width = this.prior.width;
    const count = latents.length / width;
    return inBatches(this.session.engine, programOf('generate'), 'samples', count, (start, rows, buffer) => {
      buffer.latent = filled(ROWS * width, latents.subarray(start * width, (start + rows) * width));
    });
  }

  /**
   * n new samples of component c, [n, ...shape]; the same seed and path give the same samples.
   * @throws a usage error where c is not 0..K-1.
   */
  async sampleComponent(c: number, n: number, ...path: (string | number)[]): Promise<Float32Array> {
    const draw = (count: number, stream: Stream) => this.prior.sampleComponent(c, count, stream);
    return (await this.sampleBy(n, draw, this.stream.fork('samples', ...path, c))).samples;
  }

  /** n new samples of the whole mixture, [n, ...shape], and the component that each was drawn from, n. */
  sampleMixture(n: number, ...path: (string | number)[]): Promise<Drawn> {
    const draw = (count: number, stream: Stream) => this.prior.sample(count, stream);
    return this.sampleBy(n, draw, this.stream.fork('samples', ...path, 'mixture'));
  }

  /** n new samples of latents from `draw`, those that the method rejects left out, and their components. */
  async sampleBy(n: number, draw: Candidates['draw'], stream: Stream): Promise<Drawn> {
    const { rejection } = this.graphs;
    if (rejection) {
      const judge = (latents: LatentBatch) => this.#judge(rejection, latents);
      if (!rejection.retries) return accepted(n, { draw, judge }, stream);
      const drawAgain = (components: Int32Array, own: Stream) => latentsOf(this.prior, components, own);
      return retried(n, { draw, judge, drawAgain }, stream);
    }
    const { z, component } = draw(n, stream);
    return { samples: await this.generate(z), components: component };
  }

  /** Samples of latents, and the probability of keeping each. */
  async #judge(rejection: Rejection, { z, component }: LatentBatch): Promise<Judged> {
    const { width } = this.prior;
    const size = sampleSize(this.data.shape);
    const samples = await this.generate(z);
    const scores = await inBatches(
      this.session.engine,
      programOf('score'),
      'scores',
      component.length,
      (start, rows, buffer) => {
        const end = start + rows;
        Object.assign(buffer, rejection.constants?.(), {
          samples: filled(ROWS * size, samples.subarray(start * size, end * size)),
          latent: filled(ROWS * width, z.subarray(start * width, end * width)),
        });
      },
    );
    return { samples, keep: rejection.accept(scores, component) };
  }

  /** Features of samples [n, ...shape], [n, f]. */
  featuresOf(samples: Float32Array): Promise<Float32Array> {
    const size = sampleSize(this.data.shape);
    return inBatches(
      this.session.engine,
      programOf('features'),
      'features',
      samples.length / size,
      (start, rows, buffer) => {
        buffer.samples = filled(ROWS * size, samples.subarray(start * size, (start + rows) * size));
      },
    );
  }

  /** The most probable group of each of samples [n, ...shape]; rejects unless the method {@link assigns}. */
  async groupOf(samples: Float32Array): Promise<Int32Array> {
    return this.mostProbable(await this.probabilitiesOf(samples));
  }

  /** The component of each row by its probabilities, n x K: of the most probable class, where components share classes. */
  mostProbable(probabilities: ArrayLike<number>): Int32Array {
    return mostProbable(probabilities, this.components, this.graphs.labelClasses);
  }

  /**
   * Group probabilities of samples [n, ...shape], [n, K]; rejects unless the method {@link assigns}.
   * @param own the method's own, also where there is a calibration
   */
  async probabilitiesOf(samples: Float32Array, own?: 'own'): Promise<Float32Array> {
    const size = sampleSize(this.data.shape);
    const { constants } = this;
    const count = samples.length / size;
    const found = await inBatches(
      this.session.engine,
      programOf('assign'),
      'probabilities',
      count,
      (start, rows, buffer) => {
        const part = samples.subarray(start * size, (start + rows) * size);
        Object.assign(buffer, constants, { samples: filled(ROWS * size, part) });
      },
    );
    return own ? found : this.#calibrated(found);
  }

  #calibrated(probabilities: Float32Array): Float32Array {
    const { calibration, prior } = this;
    return calibration ? calibrated(probabilities, prior.mixing, calibration) : probabilities;
  }

  /**
   * Features of the data at `indices`, [n, f]; rejects data of other units than those of the model's own.
   * @param opened data that were opened as the run reads its own are not checked: what could not be had so was told then
   */
  async features(data: Samples, indices: ArrayLike<number>, opened?: 'as the run'): Promise<Float32Array> {
    if (!opened) this.#requireUnits(data);
    return this.#overData(programOf('features'), 'features', data, indices, {});
  }

  /**
   * Group probabilities of the data at `indices`, [n, K]; rejects unless the method {@link assigns}, and data of other units
   * than those of the model's own.
   * @param opened as of {@link Inference.features}
   */
  async assign(data: Samples, indices: ArrayLike<number>, opened?: 'as the run'): Promise<Float32Array> {
    if (!opened) this.#requireUnits(data);
    const { constants } = this;
    return this.#calibrated(
      await this.#overData(programOf('assign'), 'probabilities', data, indices, constants),
    );
  }

  /** Values of one of the model's row tools for the data at `indices`, row-major. */
  overRows(tool: RowTool, data: Samples, indices: ArrayLike<number>): Promise<Float32Array> {
    return this.#overData(programOf('rows', tool), 'values', data, indices, tool.constants?.() ?? {});
  }

  #requireUnits(data: Samples): void {
    const { own } = this;
    if (!own || sameUnits(data, own) || data.fingerprint === own.fingerprint) return;
    throw new MixturaError(
      `The values of ${data.name} became numbers otherwise than those of ${own.name}, which the model was trained on (another scaling, coding, maximum or largest count); open it by openAs(run, path), or give its path to assignFile.`,
    );
  }

  #overData(
    program: string,
    output: string,
    data: Samples,
    indices: ArrayLike<number>,
    constants: Readonly<Record<string, Float32Array>>,
  ): Promise<Float32Array> {
    const size = sampleSize(data.shape);
    return inBatches(this.session.engine, program, output, indices.length, (start, rows, buffer) => {
      const samples = new Float32Array(ROWS * size);
      data.read(
        Uint32Array.from({ length: rows }, (_, i) => indices[start + i]!),
        samples.subarray(0, rows * size),
      );
      Object.assign(buffer, constants, { samples });
    });
  }
}

/** The name of a program of this file, apart from those that a method gives its own. */
function programOf(use: 'generate' | 'features' | 'assign' | 'score' | 'rows', tool?: RowTool): string {
  return `inference: ${use}${tool ? ` ${tool.name}` : ''}`;
}
