/**
 * @file Every `@example` of the sources' docstrings, run against the build as a consumer would run it.
 *
 * Names that the package exports need no import, and `expression; // => value` is checked.
 */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const SOURCE = path.join(ROOT, 'src');

/** An example, and where it stands. */
interface Example {
  readonly place: string;
  readonly code: string;
}

/** The examples of a file: what follows `@example` up to the next tag, or to the end of the docstring. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(path.join(SOURCE, file), 'utf8');
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g)].flatMap((docstring) => {
    const lines = docstring[0]
      .split('\n')
      .map((line) => line.replace(/^\s*\*(?:\/| ?)/, '').replace(/\*\/$/, ''));
    const first = text.slice(0, docstring.index).split('\n').length;
    return lines.flatMap((line, at) => {
      if (!line.startsWith('@example')) return [];
      const rest = lines.slice(at + 1);
      const end = rest.findIndex((next) => next.startsWith('@'));
      const code = rest.slice(0, end < 0 ? undefined : end).filter((next) => !next.startsWith('```'));
      return [{ place: `${file}:${first + at}`, code: code.join('\n').trim() }];
    });
  });
}

const examples = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort()
  .flatMap(examplesOf);

/** The entry that exports a name, by the name. */
const entryOf = new Map<string, string>();
let folder = '';
/** Why each example failed, by its place; empty where it did not. */
let failures: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  for (const [key, entry] of Object.entries(manifest.exports)) {
    if (typeof entry === 'string') continue;
    const module = (await import(pathToFileURL(path.join(ROOT, entry.default)).href)) as object;
    for (const name of Object.keys(module)) entryOf.set(name, path.posix.join('mixtura', key));
  }
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'mixtura-examples-')));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(ROOT, path.join(folder, 'node_modules/mixtura'), 'junction');
  failures = runAll();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CHECK = `
import { deepEqual } from 'node:assert/strict';
const plain = (x) => ArrayBuffer.isView(x) ? Array.from(x) : Array.isArray(x) ? x.map(plain) :
  typeof x === 'object' && x !== null ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)])) : x;
const check = (actual, expected) => deepEqual(plain(actual), plain(expected));
`;

/** The example as a module: with its imports, and with checks in place of \`// => value\`. */
function moduleOf(code: string): string {
  const checked = code.replace(/^([^/\n]+); \/\/ => (.+)$/gm, 'check($1, $2);');
  const used = [...entryOf].filter(([name]) => freeNames(checked).has(name));
  const imports = used.map(([name, entry]) => `import { ${name} } from '${entry}';`);
  const { outputText } = ts.transpileModule(`${imports.join('\n')}\n${checked}`, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  });
  return CHECK + outputText;
}

/** Names that a program uses and neither declares nor imports. */
function freeNames(code: string): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const binds =
        (ts.isVariableDeclaration(parent) ||
          ts.isParameter(parent) ||
          ts.isBindingElement(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node;
      const labels =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
      if (binds) declared.add(node.text);
      else if (!labels) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2023, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}

/** Runs every example as a module of its own, in one process: starting Node.js costs more than most examples. */
function runAll(): Record<string, string> {
  const modules = Object.fromEntries(
    examples.map(({ place, code }) => {
      const file = path.join(folder, `${place.replace(/\W/g, '-')}.mjs`);
      writeFileSync(file, moduleOf(code));
      return [place, pathToFileURL(file).href] as const;
    }),
  );
  const runner = `
import { writeFileSync } from 'node:fs';
const failures = {};
for (const [place, module] of Object.entries(${JSON.stringify(modules)})) {
  failures[place] = await import(module).then(() => '', (error) => String(error?.stack ?? error));
}
writeFileSync('failures.json', JSON.stringify(failures));
`;
  writeFileSync(path.join(folder, 'run.mjs'), runner);
  execFileSync(process.execPath, ['run.mjs'], { cwd: folder, stdio: 'pipe' });
  return JSON.parse(readFileSync(path.join(folder, 'failures.json'), 'utf8')) as Record<string, string>;
}

describe('the examples in docstrings', () => {
  it('are found', () => {
    expect(examples.length).toBeGreaterThan(10);
  });

  it.each(examples)('$place', ({ place }) => {
    expect(failures[place]).toBe('');
  });
});
