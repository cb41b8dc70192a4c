/** @file What a comparison leaves: `comparison.json`, `comparison.csv`, and the page `comparison.html`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import { MixturaError } from '../../errors.js';
import { comparisonPage } from '../../report/comparison/comparison-page.js';
import type {
  ComparisonCurve,
  ComparisonPicture,
  ComparisonTable,
} from '../../report/comparison/page-data.js';
import { RunFolder } from '../folder.js';
import { recordedReport } from '../report-again.js';
import { comparisonCsv } from './comparison-csv.js';
import type { PlannedRow } from './plan.js';
import type { ComparisonState } from './table.js';

/** Paths of the files of a comparison. */
export interface WrittenComparison {
  readonly json: string;
  readonly csv: string;
  readonly page: string;
}

/** Writes all files of a comparison anew. @throws a MixturaError where one cannot be written */
export async function writeComparison(
  folder: string,
  state: ComparisonState,
  table: ComparisonTable,
): Promise<WrittenComparison> {
  const files = {
    json: join(folder, 'comparison.json'),
    csv: join(folder, 'comparison.csv'),
    page: join(folder, 'comparison.html'),
  };
  writeFileAtomic(files.json, `${JSON.stringify(table, null, 2)}\n`);
  writeFileAtomic(files.csv, comparisonCsv(table));
  const { rows } = state.plan;
  const pictures: ComparisonPicture[] = [];
  for (const row of rows) {
    const picture = await pictureOf(state, row);
    if (picture) pictures.push(picture);
  }
  const curves = rows.flatMap((row) => curveOf(state, row) ?? []);
  writeFileAtomic(files.page, comparisonPage({ table, pictures, curves, folder }));
  return files;
}

const shownName = ({ name, kind }: PlannedRow) => (kind === 'model' ? `${name} (full)` : name);

function doneSeeds({ plan, recordOf }: ComparisonState, row: PlannedRow): number[] {
  return plan.seeds.filter((seed) => recordOf(row, seed)?.state === 'done');
}

/** The sample sheet of the first run that is done, or what tells the groups of its table apart. */
async function pictureOf(state: ComparisonState, row: PlannedRow): Promise<ComparisonPicture | undefined> {
  const [seed] = doneSeeds(state, row);
  if (seed === undefined) return undefined;
  const path = state.pathOf(row, seed);
  const about = { row: shownName(row), seed };
  const { samplesFile } = RunFolder.open(path);
  if (existsSync(samplesFile)) return { ...about, png: readFileSync(samplesFile) };
  try {
    const { profile, groups, lookedAt } = await recordedReport(path);
    if (!profile || profile.length === 0) return undefined;
    return { ...about, profile: { profile, groups, ...(lookedAt !== undefined && { lookedAt }) } };
  } catch (cause) {
    // A picture that is missing is no reason to have no page.
    if (cause instanceof MixturaError) return undefined;
    throw cause;
  }
}

/** NMI of the own groups at every step that all runs of a row have scored; nothing for fewer than two steps. */
function curveOf(state: ComparisonState, row: PlannedRow): ComparisonCurve | undefined {
  const seeds = doneSeeds(state, row);
  const runs = seeds.map(
    (seed) =>
      new Map(
        RunFolder.open(state.pathOf(row, seed))
          .readMetrics()
          .flatMap(({ step, metrics = {} }) => {
            const name = Object.keys(metrics).find((one) => one.startsWith('nmi-assign-train'));
            return name === undefined ? [] : [[step, metrics[name]!] as const];
          }),
      ),
  );
  const [first, ...others] = runs;
  if (!first) return undefined;
  const steps = [...first.keys()].filter((step) => others.every((run) => run.has(step)));
  if (steps.length < 2) return undefined;
  const mean = (step: number) => runs.reduce((sum, run) => sum + run.get(step)! / runs.length, 0);
  return { row: shownName(row), steps, values: steps.map(mean) };
}
