/** @file What a comparison trains: rows (a method or a preset each) by seeds on one data set, as plain data in its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../atomic-file.js';
import { requestOfContent } from '../../config/request.js';
import type { RunRequest } from '../../config/resolve.js';
import { MixturaError, usageError } from '../../errors.js';

/** How generated samples are scored; by default as `mixtura evaluate` does. */
export interface Scoring {
  readonly samples?: number | undefined;
  readonly features?: string | undefined;
  readonly convention?: string | undefined;
}

/** A row of the plan: one request, trained with every seed. */
export interface PlannedRow {
  readonly name: string;
  readonly kind: 'method' | 'preset' | 'model';
  readonly request: RunRequest;
}

/** Content of `plan.json`. */
export interface ComparisonPlan {
  readonly version: string;
  /** Name of the data, as it was given. */
  readonly data: string;
  /** Fingerprint of the data as they were opened, so that runs on others do not come into one table. */
  readonly fingerprint?: string | undefined;
  readonly seeds: readonly number[];
  /** Whether plain methods stand beside the trained ones. */
  readonly baselines: boolean;
  /** The row that the others are compared with. */
  readonly reference: string;
  readonly scoring: Scoring;
  readonly rows: readonly PlannedRow[];
  /** Methods that do not suit the data, where every method was asked for, each with the reason. */
  readonly leftOut?: readonly LeftOut[] | undefined;
}

/** A method that is not compared. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** One run of a plan. */
export interface Cell {
  readonly row: PlannedRow;
  readonly seed: number;
}

const planSchema = z.strictObject({
  version: z.string(),
  data: z.string(),
  fingerprint: z.string().optional(),
  seeds: z.array(z.int().min(0)).min(1),
  baselines: z.boolean(),
  reference: z.string(),
  scoring: z.strictObject({
    samples: z.int().min(2).optional(),
    features: z.string().optional(),
    convention: z.string().optional(),
  }),
  rows: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['method', 'preset', 'model']),
        request: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
  leftOut: z.array(z.strictObject({ name: z.string(), why: z.string() })).optional(),
});

/** The cells in the order in which they are trained: every row with the first seed, then with the next. */
export function cellsOf({ rows, seeds }: Pick<ComparisonPlan, 'rows' | 'seeds'>): Cell[] {
  return seeds.flatMap((seed) => rows.map((row) => ({ row, seed })));
}

/** What is not compared, and why: a sentence a reason. */
export function leftOutSentences(leftOut: readonly LeftOut[] = []): string[] {
  const reasons = [...new Set(leftOut.map(({ why }) => why))];
  return reasons.map((why) => {
    const names = leftOut.filter((one) => one.why === why).map(({ name }) => name);
    return `Left out: ${names.join(', ')}. ${why}`;
  });
}

/** Name of a cell in file names. */
export function cellName({ row, seed }: Cell): string {
  return `${row.name.replaceAll(' ', '-')}-seed-${seed}`;
}

const planFile = (folder: string) => join(folder, 'plan.json');

/** Whether a folder holds a comparison. */
export function isComparison(folder: string): boolean {
  return existsSync(planFile(folder));
}

/** Writes `plan.json`. */
export function writePlan(folder: string, plan: ComparisonPlan): void {
  writeFileAtomic(planFile(folder), `${JSON.stringify(plan, null, 2)}\n`);
}

/** The plan of a folder. @throws a MixturaError where there is none, or it cannot be read */
export function readPlan(folder: string): ComparisonPlan {
  const file = planFile(folder);
  if (!existsSync(file)) {
    throw usageError(
      `${folder} holds no comparison: it has no plan.json; give the folder that 'compare' wrote, or begin one by mixtura compare DATA.`,
    );
  }
  try {
    const { rows, ...plan } = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return {
      ...plan,
      rows: rows.map((one) => ({ ...one, request: requestOfContent(one.request, file) })),
    };
  } catch (cause) {
    if (cause instanceof MixturaError) throw cause;
    throw new MixturaError(
      `${file} is damaged; the runs in ${folder} are whole: score them by mixtura evaluate.`,
      { cause },
    );
  }
}
