/** @file The house as CONTRIBUTING.md prints it: imports go downwards, in no circle, and every room can be read in one look. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = path.join(import.meta.dirname, '../src');
/** Lines of a file, and files of a folder, that can be read in one look. */
const LIMITS = { lines: 300, files: 24 };

/** Every source file but tests and the kernels, which are another language, by its path below src/. */
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
const textOf = new Map(files.map((file) => [file, readFileSync(path.join(SOURCE, file), 'utf8')]));

/** The rooms from top to bottom: the rows of the table in CONTRIBUTING.md. */
const rooms = [
  ...readFileSync(path.join(SOURCE, '../CONTRIBUTING.md'), 'utf8').matchAll(/^\| `src\/([\w/-]+)\/` \|/gm),
].map(([, room]) => room!);

/** What a file imports from this project, by path below src/. */
function importsOf(file: string): string[] {
  return [...textOf.get(file)!.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g)].map(
    ([, target]) => `${path.posix.normalize(path.posix.join(path.posix.dirname(file), target!))}.ts`,
  );
}

const folderOf = (file: string) => path.posix.dirname(file);
const inRooms = files.filter((file) => folderOf(file) !== '.' && !file.startsWith('wasm/kernel/'));

describe('the folders', () => {
  it('are all in the printed order, and all printed ones are there', () => {
    expect([...new Set(inRooms.map(folderOf))].sort()).toEqual([...rooms].sort());
  });

  it('import only from folders below them', () => {
    const upwards = inRooms.flatMap((file) =>
      importsOf(file)
        .filter((target) => folderOf(target) !== '.' && folderOf(target) !== folderOf(file))
        .filter((target) => rooms.indexOf(folderOf(target)) < rooms.indexOf(folderOf(file)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upwards).toEqual([]);
  });

  it('hold no more files than one look takes', () => {
    const crowded = [...new Set(files.map(folderOf))].filter(
      (folder) => files.filter((file) => folderOf(file) === folder).length > LIMITS.files,
    );
    expect(crowded).toEqual([]);
  });
});

describe('the files', () => {
  it('have no more lines than one look takes', () => {
    const long = files.filter((file) => textOf.get(file)!.split('\n').length - 1 > LIMITS.lines);
    expect(long).toEqual([]);
  });

  it('beside the folders import no folder', () => {
    const low = files.filter((file) => folderOf(file) === '.');
    const upwards = low.flatMap((file) =>
      importsOf(file)
        .filter((target) => folderOf(target) !== '.')
        .map((target) => `${file} -> ${target}`),
    );
    expect(upwards).toEqual([]);
  });

  it('that are entries of the package are imported by no source', () => {
    const entries = packageEntries();
    expect(entries.map(folderOf).filter((folder) => folder !== 'entries')).toEqual([]);
    const users = files.flatMap((file) => importsOf(file).filter((target) => entries.includes(target)));
    expect(users).toEqual([]);
  });

  it('import each other in no circle', () => {
    expect(circles()).toEqual([]);
  });
});

/** The sources of what package.json exports, by path below src/. */
function packageEntries(): string[] {
  const manifest = JSON.parse(readFileSync(path.join(SOURCE, '../package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string'
      ? []
      : [`${path.posix.relative('dist', entry.default).slice(0, -'.js'.length)}.ts`],
  );
}

/** Groups of files that reach each other (strongly connected components of more than one file; Tarjan 1972). */
function circles(): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of importsOf(file).filter((name) => textOf.has(name))) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}
