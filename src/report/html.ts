/** @file HTML as tagged templates that escape whatever is put into them, unless it is markup already. */
import { escapeText } from './svg.js';

/** Text that is markup and must not be escaped again. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text, which is escaped, markup, or nothing. */
export type Part = string | number | Markup | undefined | false | readonly Part[];

/**
 * A template of HTML: strings and numbers in it are escaped, markup and lists of it are kept, `undefined` and
 * `false` vanish.
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.reduce((text, literal, index) => text + written(parts[index - 1]) + literal));
}

/** Marks text of our own, such as an SVG picture, as markup. */
export function raw(text: string): Markup {
  return new Markup(text);
}

/** A PNG's bytes as an address inside the page itself. */
export function pngSource(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

/** An image of a PNG's bytes, inside the page itself. */
export function inlinePng(png: Uint8Array, description: string): Markup {
  return html`<img src="${pngSource(png)}" alt="${description}">`;
}

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  return part.map(written).join('');
}
