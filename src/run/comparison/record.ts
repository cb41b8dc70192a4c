/** @file What is kept of a cell: how far it is, its scores, what it took. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { PublishedScore } from '../saved-scores.js';

/** What a step before the training of a run reached by itself: the groups that were found, the student that learned them. */
export interface StageScores {
  readonly name: string;
  readonly scores: readonly PublishedScore[];
}

/** Seconds that a cell has taken so far, over all sessions: its stages, its steps, and scoring while it trains. */
export interface Spent {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** A cell that is trained and scored, has failed, or has begun. */
export type CellRecord = Spent &
  (
    | { readonly state: 'begun' }
    | {
        readonly state: 'done';
        /** Steps that were trained. */
        readonly step: number;
        readonly scores: readonly PublishedScore[];
        readonly stages: readonly StageScores[];
        /** What a reader of the figures should know. */
        readonly notes: readonly string[];
      }
    | { readonly state: 'failed'; readonly sentence: string }
  );

/** Writes what is kept of a cell. */
export function writeRecord(file: string, record: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
}

/** What is kept in a file; nothing where there is none, or it cannot be read: what it says is found out again. */
export function readRecord<T extends object>(file: string): T | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Measures what a cell takes in this process, on top of what it took before. */
export class Clock {
  readonly #began = performance.now();
  readonly #cpu = process.cpuUsage();

  constructor(private readonly before: Spent = { wallSeconds: 0, cpuSeconds: 0 }) {}

  /** Seconds up to now. */
  spent(): Spent {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      wallSeconds: this.before.wallSeconds + (performance.now() - this.#began) / 1000,
      cpuSeconds: this.before.cpuSeconds + (user + system) / 1e6,
    };
  }
}
