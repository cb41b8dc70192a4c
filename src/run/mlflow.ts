/**
 * @file A run told to an MLflow server by its REST API 2.0: settings, the lines of the log, the report. A server that is
 * down or refuses never harms the training.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../atomic-file.js';
import type { Environment } from '../cache-folder.js';
import type { ResolvedRun } from '../config/schema.js';
import { usageError } from '../errors.js';
import { VERSION } from '../version.js';
import type { MetricsLine } from './folder.js';
import { scalarsOf } from './scalars.js';

/** Most of a kind that one call of `log-batch` takes, and most characters of a parameter's value (MLflow 2). */
const MOST = { params: 100, metrics: 1000, value: 500 };
const TIMEOUT_MS = 10_000;
/** Where the name of the run on the server is kept, so that a run that goes on stays one run there. */
const FILE = 'mlflow.json';

/** The run on the server. */
interface ServerRun {
  /** Address of the server. */
  readonly url: string;
  readonly runId: string;
  readonly artifactUri: string;
}

/** How a run has ended, in MLflow's words. */
export type MlflowStatus = 'FINISHED' | 'KILLED' | 'FAILED';

/** What {@link MlflowTracker} needs. */
export interface MlflowOptions {
  /** Address of the server; for a run that goes on, by default the one that it had. */
  readonly url?: string | undefined;
  /** The run folder. */
  readonly folder: string;
  /** Called once with a sentence, when the server cannot be reached or refuses. */
  readonly warn: (sentence: string) => void;
  /** Where `MLFLOW_TRACKING_TOKEN`, `_USERNAME`, `_PASSWORD` and `MLFLOW_EXPERIMENT_NAME` are looked up. */
  readonly environment?: Environment & Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which a call is given up (default 10 s). */
  readonly timeoutMs?: number;
}

/** The address of a server as it is used: without a slash at its end. @throws a usage error for what is no address. */
export function mlflowUrl(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return text.replace(/\/+$/, '');
  throw usageError(`--mlflow is '${text}'; give the address of a server, such as http://localhost:5000.`);
}

/** Tells a run to a server. Calls follow one another in the order of their methods, and none throws. */
export class MlflowTracker {
  readonly #server: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: MlflowOptions;
  readonly #saved: ServerRun | undefined;
  #run: ServerRun | undefined;
  #queue: Promise<void> = Promise.resolve();
  #failed = false;

  /** The tracker of a run that has a server, asked for now or when it began. @throws a usage error for a wrong address. */
  static of(options: MlflowOptions): MlflowTracker | undefined {
    const saved = savedRun(options.folder);
    const url = options.url ?? saved?.url;
    return url === undefined ? undefined : new MlflowTracker(mlflowUrl(url), saved, options);
  }

  private constructor(url: string, saved: ServerRun | undefined, options: MlflowOptions) {
    const parsed = new URL(url);
    const { environment = process.env } = options;
    const user = decodeURIComponent(parsed.username) || environment.MLFLOW_TRACKING_USERNAME;
    const password = decodeURIComponent(parsed.password) || environment.MLFLOW_TRACKING_PASSWORD;
    const token = environment.MLFLOW_TRACKING_TOKEN;
    [parsed.username, parsed.password] = ['', ''];
    this.#server = parsed.href.replace(/\/+$/, '');
    this.#saved = saved?.url === this.#server ? saved : undefined;
    this.#options = options;
    const basic = user && `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
    const authorization = token ? `Bearer ${token}` : basic;
    this.#headers = authorization ? { authorization } : {};
  }

  /** Makes the run on the server, or goes on with it. */
  begin(run: ResolvedRun): void {
    this.#then(async () => {
      const saved = this.#saved;
      if (saved) {
        await this.#post('runs/update', { run_id: saved.runId, status: 'RUNNING' });
        this.#run = saved;
        return;
      }
      const { folder } = this.#options;
      const { run: made } = await this.#post('runs/create', {
        experiment_id: await this.#experiment(),
        run_name: basename(folder),
        start_time: Date.now(),
        tags: [
          { key: 'mlflow.source.name', value: 'mixtura' },
          { key: 'mixtura.version', value: VERSION },
          { key: 'mixtura.folder', value: folder },
        ],
      });
      const info = (made as { info?: { run_id?: string; artifact_uri?: string } } | undefined)?.info;
      if (!info?.run_id) throw new Error('it named no run');
      this.#run = { url: this.#server, runId: info.run_id, artifactUri: info.artifact_uri ?? '' };
      writeFileAtomic(join(folder, FILE), `${JSON.stringify(this.#run, null, 2)}\n`);
      const params = paramsOf(run);
      for (let at = 0; at < params.length; at += MOST.params)
        await this.#batch({ params: params.slice(at, at + MOST.params) });
    });
  }

  /** Tells how many groups were found, where that was not known when the run began. */
  found({ auto, components }: ResolvedRun): void {
    if (!auto) return;
    this.#then(async () => {
      await this.#batch({ params: [{ key: 'components', value: String(components) }] });
    });
  }

  /** Tells a line of the log. */
  line(line: MetricsLine): void {
    const timestamp = Date.now();
    this.#then(async () => {
      const metrics = Object.entries(scalarsOf(line))
        .filter(([, value]) => Number.isFinite(value))
        .map(([key, value]) => ({ key: plainKey(key), value, timestamp, step: line.step }));
      for (let at = 0; at < metrics.length; at += MOST.metrics)
        await this.#batch({ metrics: metrics.slice(at, at + MOST.metrics) });
    });
  }

  /** Tells the end, and hands the files over where the server takes them; resolves when all has been told or given up. */
  finish(status: MlflowStatus, files: readonly string[] = []): Promise<void> {
    for (const file of files) this.#then(() => this.#artifact(file));
    this.#then(async () => {
      await this.#post('runs/update', { run_id: this.#run!.runId, status, end_time: Date.now() });
    });
    return this.#queue;
  }

  #then(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#failed) return;
      try {
        await work();
      } catch (cause) {
        this.#failed = true;
        this.#options.warn(
          `MLflow at ${this.#server} does not take this run (${reasonOf(cause)}); training goes on without it.`,
        );
      }
    });
  }

  async #experiment(): Promise<string> {
    const { environment = process.env } = this.#options;
    const name = environment.MLFLOW_EXPERIMENT_NAME || 'mixtura';
    const found = await this.#call(`experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`);
    const answer =
      found.status === 404 ? await this.#post('experiments/create', { name }) : await jsonOf(found);
    const { experiment } = answer as { experiment?: { experiment_id?: string } };
    const id = experiment?.experiment_id ?? answer.experiment_id;
    if (typeof id !== 'string') throw new Error('it named no experiment');
    return id;
  }

  #batch(content: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#post('runs/log-batch', { run_id: this.#run!.runId, ...content });
  }

  /** A server that keeps artifacts elsewhere takes none by this way, which is no reason to stop. */
  async #artifact(file: string): Promise<void> {
    const [, place] = /^mlflow-artifacts:\/*(?:\/\/[^/]+\/)?(.*)$/.exec(this.#run!.artifactUri) ?? [];
    if (place === undefined || !existsSync(file)) return;
    const url = `${this.#server}/api/2.0/mlflow-artifacts/artifacts/${place}/${basename(file)}`;
    await this.#fetch(url, { method: 'PUT', body: readFileSync(file) }).catch(() => undefined);
  }

  async #post(path: string, body: unknown): Promise<Record<string, unknown>> {
    return jsonOf(
      await this.#call(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    );
  }

  #call(path: string, init: RequestInit = {}): Promise<Response> {
    return this.#fetch(`${this.#server}/api/2.0/mlflow/${path}`, init);
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    const { timeoutMs = TIMEOUT_MS } = this.#options;
    const headers = { ...init.headers, ...this.#headers };
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) });
  }
}

function savedRun(folder: string): ServerRun | undefined {
  try {
    const saved = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<ServerRun>;
    const { url, runId, artifactUri = '' } = saved;
    return typeof url === 'string' && typeof runId === 'string' ? { url, runId, artifactUri } : undefined;
  } catch {
    return undefined;
  }
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (response.ok) return text === '' ? {} : objectOf(text);
  if (response.status === 404 && !isJson(text)) throw notMlflow();
  const said = /"message"\s*:\s*"([^"]{1,200})/.exec(text)?.[1];
  throw new Error(`HTTP ${response.status}${said === undefined ? '' : `: ${said}`}`);
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** The object of an answer. @throws an Error for what an MLflow server does not answer, such as a web page */
function objectOf(text: string): Record<string, unknown> {
  if (!isJson(text)) throw notMlflow();
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw notMlflow();
  }
}

function notMlflow(): Error {
  return new Error('what answers there is no MLflow server');
}

/** The settings of a run as MLflow's parameters, those of the method under their own names. */
function paramsOf(run: ResolvedRun): { key: string; value: string }[] {
  const { method, steps, horizon, batch, seed, threads, device, data, settings, dataset } = run;
  const components = run.auto ? undefined : run.components; // A value that has been told cannot be changed.
  const facts = { samples: dataset.count, shape: dataset.shape.join('x'), fingerprint: dataset.fingerprint };
  const entries: [string, unknown][] = [
    ...Object.entries({ method, components, steps, horizon, batch, seed, threads, device }),
    ...Object.entries({ ...data, ...facts }).map(([key, value]): [string, unknown] => [`data/${key}`, value]),
    ...Object.entries(settings),
  ];
  return entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      key: plainKey(key),
      value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MOST.value),
    }));
}

/** MLflow's names have letters, digits, and `_ - . / ` and blanks. */
function plainKey(key: string): string {
  return key.replace(/[^\w\-./ ]/g, '_');
}

function reasonOf(cause: unknown): string {
  let inner = cause;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  const { code, message } = inner as NodeJS.ErrnoException;
  return message || code || String(cause);
}
