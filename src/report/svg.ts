/** @file The parts of every SVG picture: escaped text, elements, scales with round ticks, number formats. */
import { NEUTRAL } from './palette.js';

/** Attributes of an SVG element; undefined ones are left out. */
export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** Escapes text for HTML and XML, inside elements and inside attributes. */
export function escapeText(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  // Control characters, except tab and line ends, are illegal in XML.
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, '').replace(/[&<>"']/g, (c) => entities[c]!);
}

/** One element; attribute values are escaped, numbers are shortened, children are markup already. */
export function element(name: string, attributes: SvgAttributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeText(String(value))}"`,
    )
    .join('');
  return children.length > 0 ? `<${name}${written}>${children.join('')}</${name}>` : `<${name}${written}/>`;
}

/** Text at a place; `anchor` is start, middle or end. */
export function label(x: number, y: number, text: string, attributes: SvgAttributes = {}): string {
  return element('text', { x, y, fill: NEUTRAL.ink, ...attributes }, escapeText(text));
}

/** The outermost element of a picture: scales to the width it is given, has a title for screen readers. */
export function svg(width: number, height: number, title: string, ...children: readonly string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      width,
      height,
      role: 'img',
      'aria-label': title,
      'font-family': 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
      'font-size': 12,
    },
    element('title', {}, escapeText(title)),
    ...children,
  );
}

/** A coordinate with at most two decimals: files stay small and stable. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

/** A map from data to pixels, with the values where ticks belong. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/**
 * A linear scale; its ticks are multiples of 1, 2 or 5 times a power of ten inside the domain.
 *
 * @param domain data at the two ends; equal ends are widened
 * @param range pixels at the two ends
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 5,
): Scale {
  const [low, high] = widen(domain);
  const step = niceStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const map = (value: number) => range[0] + ((value - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(map, { ticks, format: (value: number) => formatTick(value, decimals) });
}

/** A base-10 logarithmic scale with ticks at powers of ten (and at 2 and 5 where these are few). */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const low = Math.log10(domain[0]);
  const high = domain[1] > domain[0] ? Math.log10(domain[1]) : low + 1;
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const multiples = high - low < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    if (power % every !== 0) continue;
    for (const multiple of multiples) {
      const tick = Number(`${multiple}e${power}`);
      if (Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9) ticks.push(tick);
    }
  }
  const map = (value: number) =>
    range[0] + ((Math.log10(value) - low) / (high - low)) * (range[1] - range[0]);
  return Object.assign(map, {
    ticks,
    format: (value: number) => (value >= 1e-4 && value < 1e4 ? String(value) : formatNumber(value)),
  });
}

/** Smallest and largest finite value, or `[0, 1]` when there is none. */
export function extent(...lists: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** 1, 2 or 5 times a power of ten, the smallest such number that is not below `raw`. */
export function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw) + 1e-9);
  const factor = [1, 2, 5, 10].find((candidate) => candidate >= raw / power - 1e-9) ?? 10;
  return factor >= 1 && power < 1 ? factor / Math.round(1 / power) : factor * power;
}

/** A number for people: "20,000", "0.931", "0.00012"; what is not finite is written as such. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return minus(value.toExponential(2));
  if (Number.isInteger(value)) return minus(groupThousands(String(value)));
  const decimals = Math.min(20, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
  return minus(groupThousands(value.toFixed(decimals)));
}

/** A number to so many significant digits, written out. */
export function formatDigits(value: number, digits: number): string {
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value) || 1));
  return minus(groupThousands(String(Number(value.toFixed(Math.min(20, Math.max(0, decimals)))))));
}

/** A share (0..1) as percent with a narrow space: "53 %"; "<1 %" for what is there but rounds to nothing. */
export function formatPercent(share: number, decimals = 0): string {
  const smallest = 10 ** -decimals;
  const percent = share * 100;
  if (percent > 0 && percent < smallest / 2) return `<${smallest}\u202f%`;
  return `${minus(percent.toFixed(decimals))}\u202f%`;
}

/** Estimated width of text in pixels at a font size: good to a few pixels, enough to place legends. */
export function estimateWidth(text: string, fontSize = 12): number {
  return text.length * fontSize * 0.56;
}

function formatTick(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return minus(`${Number((value / 1e6).toFixed(3))}M`);
  if (size >= 1e4) return minus(`${Number((value / 1e3).toFixed(3))}k`);
  return minus(groupThousands(value.toFixed(decimals)));
}

function groupThousands(text: string): string {
  const [whole = '', ...rest] = text.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}

function minus(text: string): string {
  return Number(text.replaceAll(',', '')) === 0 ? text.replace('-', '') : text.replace(/^-/, '−');
}

function widen([low, high]: readonly [number, number]): [number, number] {
  if (high > low) return [low, high];
  const margin = Math.abs(low) > 0 ? Math.abs(low) * 0.1 : 1;
  return [low - margin, high + margin];
}
