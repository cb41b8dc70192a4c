/** @file The names that the package exports: each means one thing, says what it is, and the everyday entry is small. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
/** Names that the everyday entry may have. */
const MOST_NAMES = 80;

/** A name of an entry, and what it stands for. */
interface ExportedName {
  readonly entry: string;
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly document: string;
}

let names: ExportedName[] = [];
beforeAll(() => {
  names = exportedNames();
}, 60_000);

/** The entries of package.json by their keys, as sources. */
function entrySources(): (readonly [key: string, file: string])[] {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(manifest.exports).flatMap(([key, entry]) =>
    typeof entry === 'string'
      ? []
      : [[key, entry.default.replace('./dist/', 'src/').replace(/js$/, 'ts')] as const],
  );
}

/** Every name of every entry of package.json, resolved to where it is defined. */
function exportedNames(): ExportedName[] {
  const entries = entrySources();
  const configFile = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent(configFile, ts.sys, ROOT);
  const program = ts.createProgram(
    entries.map(([, file]) => path.join(ROOT, file)),
    options,
  );
  const checker = program.getTypeChecker();
  return entries.flatMap(([key, file]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path.join(ROOT, file))!)!;
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const document = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      return { entry: path.posix.join('mixtura', key), name: exported.name, symbol, document };
    });
  });
}

describe('the exported names', () => {
  it('mean one thing each, in whatever entry they are', () => {
    const meanings = new Map<string, Set<ts.Symbol>>();
    for (const { name, symbol } of names) meanings.set(name, (meanings.get(name) ?? new Set()).add(symbol));
    const ambiguous = [...meanings].filter(([, symbols]) => symbols.size > 1).map(([name]) => name);
    expect(ambiguous).toEqual([]);
  });

  it('are documented', () => {
    // `z` is the whole of zod, which has a documentation of its own.
    const silent = names.filter(({ name, document }) => name !== 'z' && document.trim().length < 10);
    expect(silent.map(({ entry, name }) => `${entry}: ${name}`)).toEqual([]);
  });

  it(`are fewer than ${MOST_NAMES} in the everyday entry`, () => {
    expect(names.filter(({ entry }) => entry === 'mixtura').length).toBeLessThan(MOST_NAMES);
  });
});

describe('the reference', () => {
  it('is of all entries', () => {
    const settings = JSON.parse(readFileSync(path.join(ROOT, 'typedoc.json'), 'utf8')) as {
      entryPoints: readonly string[];
    };
    expect(settings.entryPoints).toEqual(entrySources().map(([, file]) => file));
  });
});
