/**
 * @file One colour for a group, the same in every picture of a run, told apart also by colour-blind readers.
 */

/**
 * Okabe and Ito's palette without its black and pale yellow, two of Paul Tol's "muted" set, then colours that are far from
 * all before them and from the grey of rows in no group.
 */
const BASE = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#d55e00',
  '#cc79a7',
  '#56b4e9',
  '#882255',
  '#999933',
  '#ff00dd',
  '#774422',
  '#aa99ff',
  '#115555',
  '#ff0055',
  '#99cc00',
  '#772299',
  '#ffaa88',
] as const;

/** Ink and lines that are readable on white and on near-black alike, so that one picture serves both. */
export const NEUTRAL = { ink: '#64748b', line: '#94a3b8', faint: '#94a3b833', truth: '#64748b' } as const;

/** A colour by its channels, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Colour of a group as `#rrggbb`; after sixteen the same hues come again, lighter, then darker.
 *
 * @param index 0-based: the number of the group less one
 */
export function groupColor(index: number): string {
  const base = parseColor(BASE[index % BASE.length]!);
  const round = Math.floor(index / BASE.length) % 3;
  if (round === 0) return formatColor(base);
  return formatColor(mix(base, round === 1 ? [255, 255, 255] : [0, 0, 0], 0.42));
}

/** Parses `#rrggbb`. */
export function parseColor(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Formats 0..255 channels as `#rrggbb`. */
export function formatColor(color: Rgb): string {
  return `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** Goes a share (0..1) of the way from one colour to another. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (a: number, b: number) => a + (b - a) * share;
  return [at(from[0], to[0]), at(from[1], to[1]), at(from[2], to[2])];
}
