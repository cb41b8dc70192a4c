/** @file The map of the rows that were looked at. */
import { html, type Part, raw } from '../html.js';
import { imageSource } from '../report-members.js';
import { groupTag } from '../report-summary.js';
import { type ScatterPicture, scatterBounds, scatterSvg } from '../scatter.js';
import { formatNumber } from '../svg.js';
import type { GroupsPageData } from './page-data.js';

const PICTURE = 26;

/** The rows in the plane, coloured by group, small groups on top. */
export function mapSection(data: GroupsPageData): Part {
  const { map, groups, looked, data: facts } = data;
  if (map.points.length === 0) return undefined;
  const pictures = picturesOf(data);
  const picture = scatterSvg({
    title: 'Map of the rows, coloured by group',
    points: map.points,
    groups: map.groups,
    titles: map.titles,
    bounds: scatterBounds(map.points),
    labels: groups.map(({ group }) => String(group)),
    ...(pictures && { pictures }),
    width: 960,
    radius: Math.min(3.5, Math.max(1.3, 90 / Math.sqrt(map.points.length / 2))),
  });
  const which =
    looked < facts.count
      ? `${formatNumber(looked)} of ${formatNumber(facts.count)} rows`
      : `All ${formatNumber(looked)} rows`;
  const legend = groups.map(({ group }) => html`<span class="name">${groupTag({ number: group })}</span> `);
  return html`<section><h2>Map</h2>
<p class="hint">${which}, placed so that nearest neighbours lie near each other. Distances between groups, lengths and angles mean nothing, and the groups were not found on this map.</p>
<div class="map"><figure>${raw(picture)}<figcaption><span class="legend">${legend}</span> Small groups are drawn on top; rows in no group are grey. Rest the pointer on a point to read which row it is.</figcaption></figure></div></section>`;
}

function picturesOf({ map, form }: GroupsPageData): ScatterPicture[] | undefined {
  if (form.kind !== 'image' || map.pictures === undefined) return undefined;
  const size = form.shape.reduce((product, length) => product * length, 1);
  const values = Array.from(map.pictures.values);
  return map.pictures.places.map((place, i) => ({
    place,
    side: PICTURE,
    source: imageSource(values.slice(i * size, (i + 1) * size), form),
  }));
}
