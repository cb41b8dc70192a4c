/** @file The built command line as a child process, in a folder of its own. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const HOST = fileURLToPath(new URL('cli-host.mjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** The process in which commands run one after another, and the end of the last one. */
let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command to its end in a process that has the modules of the command line already: a third of the time. Commands
 * that are killed, or leave a mark on their process, have one of their own ({@link Scratch.start}).
 */
function hosted(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Promise<Finished> {
  const own = last.then(() => {
    host ??= fork(HOST, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    host.unref();
    host.channel!.ref();
    return new Promise<Finished>((resolve, reject) => {
      const ended = (code: number | null) => {
        host = undefined;
        reject(new Error(`mixtura ${args.join(' ')} ended its process with ${code}`));
      };
      host!.once('exit', ended);
      host!.once('message', (finished) => {
        host!.off('exit', ended);
        host!.channel!.unref();
        resolve(finished as Finished);
      });
      host!.send({ main: MAIN, args, cwd, environment });
    });
  });
  last = own.catch(() => {});
  return own;
}

/** A temporary folder in which verbs run, without the network and without data of this machine. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'mixtura-'));

  /** Starts a command and goes on. */
  start(...args: readonly string[]): Running {
    return this.launch(process.execPath, [MAIN, ...args]);
  }

  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Finished> {
    return this.runWith({}, ...args);
  }

  /** Runs a command to its end, with these variables in its environment. */
  runWith(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
    // What is quiet once stays so in its process.
    if (args.includes('--quiet')) return this.launch(process.execPath, [MAIN, ...args], variables).finished;
    return hosted(args, this.path, this.#environment(variables));
  }

  /** Runs a command that must succeed and gives its one JSON object. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`mixtura ${args.join(' ')} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  launch(
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Running {
    const child = spawn(command, args, { cwd: this.path, env: this.#environment(variables) });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { process: child, finished };
  }

  #environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const own = { MIXTURA_OFFLINE: '1', MIXTURA_CACHE: join(this.path, 'cache'), MIXTURA_DATA: '' };
    return { ...process.env, ...own, ...variables };
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** Every file and folder in it, sorted. */
  listing(): string[] {
    return readdirSync(this.path, { recursive: true }).map(String).sort();
  }

  /** Steps of the checkpoints of a run, ascending. */
  checkpoints(run: string): number[] {
    const folder = this.file(run, 'checkpoints');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => Number(/\d+/.exec(name)![0]))
      .sort((a, b) => a - b);
  }

  /** Waits until a run that is going on has written a checkpoint at this step or later. */
  async untilStep(run: string, step: number): Promise<void> {
    while ((this.checkpoints(run).at(-1) ?? 0) < step) await delay(2);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
