/** @file The documents: no placeholder left in them, links and paths that lead somewhere, and paragraphs that are short. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { presets } from '../src/config/presets.js';
import { RUN_DEFAULTS } from '../src/config/schema.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Longest line of prose, in characters, and longest paragraph, in lines. */
const LINE = 160;
const PARAGRAPH = 5;

function documentsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map(({ name }) => posix.join(folder, name));
}

/** The documents of a folder and of all folders within it. */
function documentsUnder(folder: string): string[] {
  const folders = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return [...documentsIn(folder), ...folders.flatMap(({ name }) => documentsUnder(posix.join(folder, name)))];
}

/** Every document under version control; without git, those at their usual places. */
function documents(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
    const tracked = listed.split('\n').filter((name) => name !== '' && existsSync(join(ROOT, name)));
    if (tracked.length > 0) return tracked;
  } catch {
    // Not a checkout.
  }
  return [...documentsIn('.'), ...documentsUnder('docs'), ...documentsIn('bench')];
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');
const isLog = (name: string) => name.startsWith('docs/log/');
/** Made by a script, not under version control. */
const GENERATED = /^docs\/api\b/;

/** What readers are sent to; a log keeps the words that it was written in. */
const guides = documents().filter((name) => name === 'README.md' || /^(docs|bench)\//.test(name));
const prose = guides.filter((name) => !isLog(name));

/** Names of a document's headings in links to them, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}

/** Targets of links and pictures, those of other sites left out. */
function linksOf(text: string): string[] {
  const code = withoutCode(text);
  return [
    ...code.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g),
    ...code.matchAll(/\b(?:src|href)="([^"]+)"/g),
  ]
    .map(([, target]) => target!)
    .filter((target) => !/^([a-z]+:|\/\/)/i.test(target));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? from : posix.join(dirname(from), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || !target.endsWith('.md') || anchors(read(target)).includes(anchor);
}

/** Files and folders of the tree that a text names, `src/` left out or not; those with a `*` or `NAME` are patterns. */
function pathsIn(text: string): string[] {
  const whole = text.matchAll(/(?<![\w./-])(?:src|test|bench|docs|examples)\/[\w./*-]*[\w/*]/g);
  const within = text.matchAll(/(?<=`)[a-z][\w-]*\/[\w./-]+\.ts(?=`)/g);
  return [...whole, ...within]
    .map(([path]) => path)
    .filter((path) => !/\*|NAME/.test(path) && !GENERATED.test(path));
}

const inTree = (path: string) => existsSync(join(ROOT, path)) || existsSync(join(ROOT, 'src', path));

/** Blocks of prose: paragraphs and items of lists, without code, tables and headings. */
function paragraphsOf(text: string): string[][] {
  const paragraphs: string[][] = [[]];
  for (const line of withoutCode(text).split('\n')) {
    const apart = line.trim() === '' || /^\s*(\||#|!\[)/.test(line);
    if (apart || /^\s*([-*]|\d+\.) /.test(line)) paragraphs.push([]);
    if (!apart) paragraphs.at(-1)!.push(line);
  }
  return paragraphs.filter((lines) => lines.length > 0);
}

describe('the documents', () => {
  it.each(documents())('%s has no placeholder', (name) => {
    const left = read(name)
      .split('\n')
      .filter((line) => /^[A-Z]+_(TABLE|ROWS|NOTE)$|^MISSING$/.test(line.trim()));
    expect(left).toEqual([]);
  });

  it.each(guides)('%s links to files and headings that are there', (name) => {
    expect(linksOf(read(name)).filter((link) => !leadsSomewhere(name, link))).toEqual([]);
  });

  it.each(documents().filter((name) => !isLog(name)))('%s names files that are there', (name) => {
    expect(pathsIn(read(name)).filter((path) => !inTree(path))).toEqual([]);
  });

  it.each(prose)('%s has short lines and short paragraphs', (name) => {
    const paragraphs = paragraphsOf(read(name));
    expect(paragraphs.flat().filter((line) => line.length > LINE)).toEqual([]);
    expect(paragraphs.filter((lines) => lines.length > PARAGRAPH)).toEqual([]);
  });
});

describe('docs/presets.md', () => {
  const rows = new Map(
    [...read('docs/presets.md').matchAll(/^\| `([^`]+)` \|.*\| ([\d,]+) \|[^|]*\|[^|]*\|$/gm)].map(
      ([, name, steps]) => [name!, Number(steps!.replaceAll(',', ''))],
    ),
  );

  it('has every preset with its steps', () => {
    const steps = Object.entries(presets).map(([name, preset]) => [name, preset.steps ?? RUN_DEFAULTS.steps]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(steps));
  });
});

describe('what the tests of the documents look at', () => {
  it('reads the documents of every folder within docs', () => {
    expect(documentsUnder('docs')).toContain('docs/log/results.md');
    expect(guides).toContain('docs/RESULTS.md');
    expect(prose).not.toContain('docs/log/results.md');
  });

  it('finds headings, paths and paragraphs', () => {
    expect(anchors('# MNIST-2 at 9:1\n## `a-b` *c*\n```\n# no\n```\n')).toEqual(['mnist-2-at-91', 'a-b-c']);
    expect(
      pathsIn('`method/slogan.ts`, src/graph/, test/*.txt, `src/method/NAME.ts` and `node bench/steps.mjs`'),
    ).toEqual(['src/graph/', 'bench/steps.mjs', 'method/slogan.ts']);
    expect(leadsSomewhere('docs/RESULTS.md', '../README.md#nowhere')).toBe(false);
    expect(paragraphsOf('# h\na\nb\n\n- c\n- d\n  e\n\n| t |\n')).toEqual([
      ['a', 'b'],
      ['- c'],
      ['- d', '  e'],
    ]);
  });
});
