/** @file The map of the data: a plane in which each point is a datum in the colour of its group. */

import type { Matrix } from '../math/matrix.js';
import {
  alongComponents,
  type PrincipalComponents,
  principalComponents,
} from '../math/principal-components.js';
import { html, type Markup, type Part, raw } from './html.js';
import type { ReportData, ReportGroup, ReportView } from './report-data.js';
import { imageSource, probability } from './report-members.js';
import { groupTag, percent } from './report-summary.js';
import { type ScatterPicture, scatterBounds, scatterSvg } from './scatter.js';
import { firstAndSecond } from './typical.js';

/** Side of a picture on the map, in pixels of the drawing. */
const PICTURE = 26;

/** The data in the plane, coloured by the group that most probably made each point. */
export function mapSection({ view, groups, form }: ReportData): Part {
  if (view === undefined || view.points.length === 0) return undefined;
  const flat = flatten(view);
  const { first, second } = firstAndSecond(view.responsibilities, groups.length);
  const sure = sureness(view.responsibilities, first, groups.length);
  const bounds = scatterBounds(flat.points, flat.centers, view.generated?.points ?? []);
  const titles = view.ids?.map((id, i) => {
    const next = second[i]! < 0 ? '' : `, next group ${second[i]! + 1}`;
    return `${id}: group ${first[i]! + 1}, probability ${probability(sure.of[i]!)}${next}`;
  });
  const main = scatterSvg({
    title: view.kind === 'data' ? 'Data coloured by group' : 'Latents of the data coloured by group',
    points: flat.points,
    groups: first,
    certainty: sure.certainty,
    centers: flat.centers,
    bounds,
    labels: groups.map(({ number }) => String(number)),
    ...(titles && { titles }),
    ...(form.kind === 'image' && view.pictures && { pictures: picturesOf(view.pictures, form) }),
    width: view.generated === undefined ? 640 : 460,
  });
  const generated =
    view.generated !== undefined &&
    html`<figure><h3>New samples, by group</h3>${raw(
      scatterSvg({
        title: 'New samples coloured by group',
        points: view.generated.points,
        groups: view.generated.groups,
        bounds,
        width: 460,
      }),
    )}<figcaption>Same axes as the data.</figcaption></figure>`;
  const [heading, caption] =
    view.kind === 'data'
      ? ['The data', 'Real data, by group']
      : ['Map of the data', 'Encoded data, by group'];
  const crosses = flat.centers.length > 0 ? ' Crosses are means of groups.' : '';
  return html`<section><h2>${heading}</h2><p class="hint">${[flat.explanation, view.chosen].filter(Boolean).join(' ')}</p>
<div class="${generated === false ? 'wide' : 'pair'}"><figure><h3>${caption}</h3>${raw(main)}
<figcaption><span class="legend">${legend(groups)}</span> ${sure.caption} Small groups are drawn on top.${crosses}${titles && ' Rest the pointer on a point to read which datum it is.'}</figcaption></figure>${generated}</div></section>`;
}

function legend(groups: readonly ReportGroup[]): Markup[] {
  return groups.map((group) => html`<span class="name">${groupTag(group)}</span> `);
}

function picturesOf(
  { places, values }: NonNullable<ReportView['pictures']>,
  form: Extract<ReportData['form'], { kind: 'image' }>,
): ScatterPicture[] {
  const size = form.shape.reduce((product, length) => product * length, 1);
  const all = Array.from(values);
  return places.map((place, i) => ({
    place,
    side: PICTURE,
    source: imageSource(all.slice(i * size, (i + 1) * size), form),
  }));
}

interface FlatView {
  readonly points: ArrayLike<number>;
  readonly centers: ArrayLike<number>;
  readonly explanation: string;
}

/** Two dimensions stay as they are; more are projected on the plane of the two widest directions. */
function flatten({ kind, points, dimensions, centers = [] }: ReportView): FlatView {
  if (dimensions === 2) {
    const what =
      kind === 'data'
        ? 'Each point is a datum'
        : 'Each point is a datum, at the two features that the model sees of it';
    return { points, centers, explanation: `${what}, in the colour of its most probable group.` };
  }
  if (dimensions === 1) {
    const line = (list: ArrayLike<number>) => Array.from(list, (value) => [value, 0]).flat();
    return {
      points: line(points),
      centers: line(centers),
      explanation: 'The model sees one feature of a datum.',
    };
  }
  const rows = matrixOf(points, dimensions);
  const plane = principalComponents(rows, 2);
  const { variances, total } = plane;
  const share = percent(total > 0 ? variances.reduce((sum, value) => sum + value, 0) / total : 0);
  return {
    points: inPlane(rows, plane),
    centers: inPlane(matrixOf(centers, dimensions), plane),
    explanation: `The ${dimensions} features that the model sees of a datum, on their first two principal components, which hold ${share} of their variance: groups that overlap here may be apart in others.`,
  };
}

function matrixOf(values: ArrayLike<number>, columns: number): Matrix {
  return { rows: values.length / columns, columns, values: Float64Array.from(values) };
}

/** Coordinates along two components, 0 along those that are not there. */
function inPlane(rows: Matrix, plane: PrincipalComponents): Float64Array {
  const along = alongComponents(rows, plane);
  return Float64Array.from({ length: 2 * rows.rows }, (_, at) =>
    at % 2 < along.columns ? along.values[(at >> 1) * along.columns + (at % 2)]! : 0,
  );
}

/** The probability of each point's group, its place (0..1) between the least and the greatest, and a sentence on these. */
function sureness(responsibilities: ArrayLike<number>, first: Int32Array, groups: number) {
  const of = Float64Array.from(first, (group, i) => responsibilities[i * groups + group]!);
  const low = of.reduce((least, p) => Math.min(least, p), Number.POSITIVE_INFINITY);
  const high = of.reduce((most, p) => Math.max(most, p), 0);
  const apart = probability(low) !== probability(high);
  const caption = apart
    ? `The paler a point, the less certain its group: probabilities reach from ${probability(low)} (palest) to ${probability(high)}.`
    : `All points are equally certain of their group: probability ${probability(high)}.`;
  return { of, certainty: of.map((p) => (apart ? (p - low) / (high - low) : 1)), caption };
}
