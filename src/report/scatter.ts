/**
 * @file Points of two dimensions, coloured by group: as SVG, and as pixels for sample sheets and TensorBoard.
 */
import { MixturaError } from '../errors.js';
import { formatColor, groupColor, mix, NEUTRAL, parseColor } from './palette.js';
import { Raster } from './raster.js';
import { coordinate, element, escapeText, extent, label, linearScale, type Scale, svg } from './svg.js';

/** What a scatter plot shows. */
export interface Scatter {
  /** Read out by screen readers; it is not drawn. */
  readonly title: string;
  /** `[n, 2]`, row-major; points that are not finite are left out. */
  readonly points: ArrayLike<number>;
  /** Group of each point, 0-based, the smaller ones on top; -1 or absent draws it grey. */
  readonly groups?: ArrayLike<number>;
  /** Certainty of each point's group, 0..1: the less certain, the paler (default 1). */
  readonly certainty?: ArrayLike<number>;
  /** What each point is, shown where the pointer rests on it; a point without one is drawn in less space. */
  readonly titles?: readonly (string | undefined)[];
  /** Text for each group, drawn in the middle of its points. */
  readonly labels?: readonly string[];
  /** Images beside their points, those that would cover another left out. */
  readonly pictures?: readonly ScatterPicture[];
  /** `[m, 2]`: crosses, such as means of groups, each in its own group's colour. */
  readonly centers?: ArrayLike<number>;
  /** Points drawn below in pale grey, such as the real data under generated samples: `[m, 2]`. */
  readonly background?: ArrayLike<number>;
  /** What the axes show, so that several pictures can share it: `[xLow, xHigh, yLow, yHigh]`. */
  readonly bounds?: readonly [number, number, number, number];
  /** Width of the picture in pixels (default 420); its height follows, since both axes have one unit. */
  readonly width?: number;
  /** Radius of a point in pixels; by default smaller the more points there are. */
  readonly radius?: number;
}

/** An image beside a point of a scatter plot. */
export interface ScatterPicture {
  /** Place of the point among all points. */
  readonly place: number;
  /** Longest side in pixels. */
  readonly side: number;
  /** Address of the image inside the page. */
  readonly source: string;
}

const GREY = '#a3a8b0';
/** Certainty is drawn in a few shades, so that points of one shade share one path. */
const SHADES = 4;
const MARGIN = 10;

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly x: Scale;
  readonly y: Scale;
}

/** Draws a scatter as an SVG string; the two axes have the same unit, so that round groups look round. */
export function scatterSvg(scatter: Scatter): string {
  const layout = layOut(scatter);
  const { width, height, radius, x, y } = layout;
  const frame = {
    x: 0.5,
    y: 0.5,
    width: width - 1,
    height: height - 1,
    rx: 6,
    fill: 'none',
    stroke: NEUTRAL.faint,
  };
  const below = dots(eachPoint(scatter.background), layout, GREY, 0.35);
  const { titles } = scatter;
  const layers = shadeLayers(scatter).map((layer) =>
    titles ? titledDots(layer, titles, layout) : dots(layer.points, layout, layer.color, 0.8),
  );
  const crosses = eachPoint(scatter.centers).map(([px, py], group) =>
    cross(x(px), y(py), Math.max(6, radius * 3), groupColor(group)),
  );
  const above = [...pictures(scatter, layout), ...crosses, ...groupLabels(scatter, layout)];
  return svg(width, height, scatter.title, element('rect', frame), below, ...layers, ...above);
}

/**
 * Draws a scatter as the bytes of a PNG file on white: the same picture as {@link scatterSvg}, without
 * crosses.
 */
export function scatterPng(scatter: Scatter): Uint8Array {
  const { width, height, radius, x, y } = layOut(scatter);
  const raster = new Raster(width, height, '#ffffff');
  const draw = (points: readonly Point[], color: string, opacity: number) => {
    for (const [px, py] of points) raster.dot(x(px), y(py), radius, parseColor(color), opacity);
  };
  draw(eachPoint(scatter.background), GREY, 0.35);
  for (const { color, points } of shadeLayers(scatter)) draw(points, color, 0.8);
  return raster.png();
}

/**
 * Bounds of points for {@link Scatter.bounds}, with a margin of 4 %: at least as wide as high, at least half
 * as high
 * as wide, so that a picture with one unit on both axes fills its place.
 */
export function scatterBounds(...lists: readonly ArrayLike<number>[]): [number, number, number, number] {
  const axis = (which: number) =>
    extent(...lists.map((list) => Array.from(list).filter((_, index) => index % 2 === which)));
  const [xLow, xHigh] = axis(0);
  const [yLow, yHigh] = axis(1);
  const width = Math.max(xHigh - xLow, yHigh - yLow, 1e-9) * 1.08;
  const height = Math.max((yHigh - yLow) * 1.08, width / 2);
  const [x, y] = [(xLow + xHigh) / 2, (yLow + yHigh) / 2];
  return [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
}

type Point = readonly [number, number];

function layOut({ points, background = [], centers = [], bounds, width = 420, radius }: Scatter): Layout {
  if (points.length % 2 !== 0) {
    throw new MixturaError(`A scatter needs pairs of coordinates; there are ${points.length} numbers.`);
  }
  const [xLow, xHigh, yLow, yHigh] = bounds ?? scatterBounds(points, background, centers);
  const height = Math.round(((width - 2 * MARGIN) * (yHigh - yLow)) / (xHigh - xLow)) + 2 * MARGIN;
  const count = points.length / 2;
  return {
    width,
    height,
    radius: radius ?? Math.min(3.5, Math.max(1.1, 60 / Math.sqrt(Math.max(1, count)))),
    x: linearScale([xLow, xHigh], [MARGIN, width - MARGIN]),
    y: linearScale([yLow, yHigh], [height - MARGIN, MARGIN]),
  };
}

function eachPoint(list: ArrayLike<number> = []): Point[] {
  return Array.from({ length: list.length >> 1 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!] as const);
}

/** Points of one colour. */
interface Layer {
  readonly color: string;
  readonly points: Point[];
  /** Places of the points among all. */
  readonly places: number[];
}

/**
 * Points by group and shade: large groups below small ones, and in a group pale points below certain ones, so that
 * nothing small is hidden.
 */
function shadeLayers({ points, groups, certainty }: Scatter): Layer[] {
  const layers = new Map<string, Layer & { readonly shade: number; readonly group: number }>();
  const sizes = new Map<number, number>();
  eachPoint(points).forEach((point, index) => {
    if (!point.every(Number.isFinite)) return;
    const group = groups?.[index] ?? -1;
    const sure = Math.min(1, Math.max(0, certainty?.[index] ?? 1));
    const shade = group < 0 ? SHADES : Math.max(1, Math.round(sure * SHADES));
    const key = `${shade}:${group}`;
    const layer = layers.get(key) ?? {
      ...{ shade, group, color: shadeColor(group, shade) },
      ...{ points: [], places: [] },
    };
    layer.points.push(point);
    layer.places.push(index);
    layers.set(key, layer);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  });
  return [...layers.values()].sort(
    (a, b) => sizes.get(b.group)! - sizes.get(a.group)! || a.group - b.group || a.shade - b.shade,
  );
}

function shadeColor(group: number, shade: number): string {
  if (group < 0) return GREY;
  return formatColor(mix(parseColor(groupColor(group)), parseColor(GREY), 0.85 * (1 - shade / SHADES)));
}

/** All points of one colour as a single path of round strokes: a fifth of the size of circles. */
function dots(points: readonly Point[], { radius, x, y }: Layout, color: string, opacity: number): string {
  const drawn = points.filter((point) => point.every(Number.isFinite));
  if (drawn.length === 0) return '';
  return element('path', {
    d: drawn.map(([px, py]) => `M${coordinate(tenth(x(px)))} ${coordinate(tenth(y(py)))}h0`).join(''),
    fill: 'none',
    stroke: color,
    'stroke-width': 2 * radius,
    'stroke-linecap': 'round',
    'stroke-opacity': opacity,
  });
}

/** Points of one colour, those with titles on top, each of which says what it is. */
function titledDots(
  { points, places, color }: Layer,
  titles: readonly (string | undefined)[],
  layout: Layout,
): string {
  const { radius, x, y } = layout;
  const untitled = points.filter((_, i) => titles[places[i]!] === undefined);
  const circles = points.flatMap(([px, py], i) => {
    const title = titles[places[i]!];
    if (title === undefined) return [];
    const at = { cx: tenth(x(px)), cy: tenth(y(py)), r: tenth(radius) };
    return element('circle', at, element('title', {}, escapeText(title)));
  });
  return dots(untitled, layout, color, 0.8) + element('g', { fill: color, 'fill-opacity': 0.8 }, ...circles);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Images at the lower right of their points, the first come first, none over another or over the rim. */
function pictures(scatter: Scatter, { x, y, width, height }: Layout): string[] {
  const taken: { left: number; top: number; side: number }[] = [];
  return (scatter.pictures ?? []).flatMap(({ place, side, source }) => {
    const left = x(scatter.points[2 * place]!) + 3;
    const top = y(scatter.points[2 * place + 1]!) + 3;
    const free = taken.every(
      (other) => Math.abs(other.left - left) > side + 2 || Math.abs(other.top - top) > side + 2,
    );
    const inside = left + side < width && top + side < height && left > 0 && top > 0;
    if (!free || !inside) return [];
    taken.push({ left, top, side });
    const group = scatter.groups?.[place] ?? 0;
    const color = group < 0 ? GREY : groupColor(group);
    const rim = { x: left - 1.5, y: top - 1.5, width: side + 3, height: side + 3, rx: 2, fill: color };
    const image = { x: left, y: top, width: side, height: side, href: source };
    const title = scatter.titles?.[place];
    return element(
      'g',
      {},
      ...(title === undefined ? [] : [element('title', {}, escapeText(title))]),
      element('rect', rim),
      element('image', image),
    );
  });
}

/** The text of each group at the median of its points. */
function groupLabels({ labels = [], points, groups }: Scatter, { x, y }: Layout): string[] {
  return labels.flatMap((text, group) => {
    const own = eachPoint(points).filter((point, i) => groups?.[i] === group && point.every(Number.isFinite));
    if (own.length === 0) return [];
    const median = (axis: 0 | 1) => own.map((point) => point[axis]).sort((a, b) => a - b)[own.length >> 1]!;
    return label(x(median(0)), y(median(1)) + 5, text, { class: 'place', 'text-anchor': 'middle' });
  });
}

function cross(x: number, y: number, size: number, color: string): string {
  const d = `M${coordinate(x - size)} ${coordinate(y)}h${coordinate(2 * size)}M${coordinate(x)} ${coordinate(y - size)}v${coordinate(2 * size)}`;
  const stroke = (width: number, ink: string) =>
    element('path', { d, fill: 'none', stroke: ink, 'stroke-width': width, 'stroke-linecap': 'round' });
  return stroke(5.5, '#ffffff') + stroke(2.5, color);
}
