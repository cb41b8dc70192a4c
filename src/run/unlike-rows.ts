/** @file Whether the new rows of a group are like its real ones, column by column: what can be known of tables without labels. */
import { type Dataset, sampleSize } from '../data/dataset.js';
import { restoredRows } from '../data/tables/restore.js';
import { GroupMoments, type ReportColumn } from '../report/profile.js';
import { columnsOf, valuesOfRows } from '../report/real-rows.js';
import { formatMean } from '../report/report-members.js';
import type { Inference } from '../train/inference.js';
import { TooFewKept } from '../train/rejection.js';

/** Real rows that are looked at, and new rows of each component. */
const ROWS = { real: 4000, generated: 200 };
/** A group with fewer real rows is not judged. */
const FEWEST = 10;
/** Means that are further apart than so many pooled deviations are told. */
const MOST_EFFECT = 1;
/** Columns that are named at most. */
const MOST_NAMED = 4;

/** A column whose new values are unlike the real ones of a group. */
interface UnlikeColumn {
  /** The number of the group. */
  readonly group: number;
  readonly column: ReportColumn;
  readonly real: number;
  readonly generated: number;
  /** |mean of new - mean of real| / s, s^2 the mean of both variances. */
  readonly effect: number;
}

/**
 * A sentence where new rows of a table's groups are unlike the real rows that the model puts there: the means of a column
 * are more than a deviation apart. Nothing for images, points, and methods that do not assign.
 *
 * @param data the run's own training data
 * @param order the component of each group, that of group g at g - 1
 */
export async function unlikeWarnings(
  inference: Inference,
  data: Dataset,
  order: readonly number[],
): Promise<string[]> {
  if (!inference.assigns || data.kind !== 'table') return [];
  const found = await unlikeColumns(inference, data, order);
  if (found.length === 0) return [];
  const named = found.slice(0, MOST_NAMED).map(({ group, column, real, generated }) => {
    const [there, here] = [formatMean(column, generated), formatMean(column, real)];
    return `group ${group} in ${column.name} (mean ${there}, of real ones ${here})`;
  });
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  return [
    `New rows of some groups are unlike their real ones: ${named.join(', ')}${more}. Do not use them: train for more steps, or give a column with a long tail as its logarithm.`,
  ];
}

/** The columns that are unlike in some group, the worst first. */
async function unlikeColumns(
  inference: Inference,
  data: Dataset,
  order: readonly number[],
): Promise<UnlikeColumn[]> {
  const size = sampleSize(data.shape);
  const [real, generated] = [new GroupMoments(order.length, size), new GroupMoments(order.length, size)];
  const rows = inference.stream.fork('unlike').choice(data.count, Math.min(data.count, ROWS.real)).sort();
  const groups = inference.mostProbable(await inference.assign(data, rows));
  const values = valuesOfRows(data, rows);
  groups.forEach((component, i) => {
    real.add(order.indexOf(component), values, i * size);
  });
  try {
    for (const [g, component] of order.entries()) {
      const samples = await inference.sampleComponent(component, ROWS.generated, 'unlike');
      const restored = restoredRows(samples, data, 'NaN');
      for (let at = 0; at < restored.length; at += size) generated.add(g, restored, at);
    }
  } catch (cause) {
    if (cause instanceof TooFewKept) return [];
    throw cause;
  }
  const columns = columnsOf(data);
  return order
    .flatMap((_, g) => columns.map((column, j) => compared(g, column, real, generated, g * size + j)))
    .filter(({ effect }) => effect > MOST_EFFECT)
    .sort((a, b) => b.effect - a.effect);
}

function compared(
  g: number,
  column: ReportColumn,
  real: GroupMoments,
  generated: GroupMoments,
  at: number,
): UnlikeColumn {
  const means = { real: real.mean[at]!, generated: generated.mean[at]! };
  const about = { group: g + 1, column, ...means };
  if (real.count[at]! < FEWEST || generated.count[at]! < FEWEST) return { ...about, effect: 0 };
  const difference = Math.abs(means.real - means.generated);
  const variance = [real, generated].reduce((sum, part) => sum + part.squares[at]! / part.count[at]! / 2, 0);
  // What differs by rounding is not different, however little either varies.
  const rounding = 1e-6 * Math.max(Math.abs(means.real), Math.abs(means.generated));
  return { ...about, effect: difference <= rounding ? 0 : difference / Math.sqrt(variance) };
}
