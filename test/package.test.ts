/** @file The package as a consumer gets it: packed, installed without its optional packages, compiled strictly, and run. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly bin: { readonly mixtura: string };
  readonly sideEffects: readonly string[];
};

/** `mixtura`, `mixtura/graph`, and so on. */
const subpaths = Object.keys(manifest.exports)
  .filter((key) => !key.endsWith('.json'))
  .map((key) => path.posix.join('mixtura', key));

/** Uses every subpath, some of its types, and a run that was trained before. */
const CONSUMER = `
${subpaths.map((subpath, i) => `import * as module${i} from '${subpath}';`).join('\n')}
import { MixturaError, prepareRun, type TrainedRun, withTrained } from 'mixtura';
import { grad, input, interpret } from 'mixtura/graph';
import { z } from 'mixtura/method';
import { nmi } from 'mixtura/metrics';

export const modules: readonly object[] = [${subpaths.map((_, i) => `module${i}`).join(', ')}];
const x = input('x', [2]);
const [slope] = grad(x.square().sum(), [x]);
const settings = z.object({ rate: z.number().default(0.5) });
const rate: number = settings.parse({}).rate;
const refusal: unknown = await prepareRun({ data: { name: 'digits' }, batch: 10_000 }).catch((error: unknown) => error);
const draw = ({ inference }: TrainedRun): Promise<Float32Array> => inference.sampleComponent(0, 2);
console.log(
  JSON.stringify({
    names: modules.map((module) => Object.keys(module).length),
    slope: Array.from(interpret([slope!], { x: Float32Array.of(1, -2) })[0]!),
    nmi: nmi([0, 0, 1, 1], [1, 1, 0, 0]),
    rate,
    exitCode: refusal instanceof MixturaError && refusal.exitCode,
    values: (await withTrained('run', draw)).length,
  }),
);
`;

let project = '';
let packed = '';
beforeAll(() => {
  // Not within the checkout: TypeScript looks for packages of types in all folders above.
  project = realpathSync(mkdtempSync(path.join(tmpdir(), 'mixtura-package-')));
  const packages = path.join(project, 'node_modules');
  mkdirSync(packages);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', '--silent', '--ignore-scripts', '--offline', '--pack-destination', project], {
    cwd: ROOT,
    shell: process.platform === 'win32',
  });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  packed = path.join(project, tarball);
  mkdirSync(path.join(packages, 'mixtura'));
  execFileSync('tar', ['-xzf', tarball, '-C', path.join('node_modules', 'mixtura'), '--strip-components=1'], {
    cwd: project,
  });
  for (const name of Object.keys(manifest.dependencies)) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(packages, name), 'junction');
  }
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(project, 'consumer.ts'), CONSUMER);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  const { outputText } = ts.transpileModule(CONSUMER, { compilerOptions });
  writeFileSync(path.join(project, 'consumer.js'), outputText);
}, 60_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packed package', () => {
  // zod names a type of the DOM or of Node (URL), so one of them there must be.
  it.each([
    ['the types of the DOM and none of Node', ['lib.es2023.d.ts', 'lib.dom.d.ts'], []],
    ['the types of Node and none of the DOM', ['lib.es2023.d.ts'], ['node']],
  ])('compiles strictly, declarations checked, with %s', (_, lib, types) => {
    const program = ts.createProgram([path.join(project, 'consumer.ts')], {
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, skipDefaultLibCheck: true },
      ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, lib, types },
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      // Dependencies are looked up as they are linked, not beside @types/node in the checkout.
      preserveSymlinks: true,
    });
    const ofNode = program.getSourceFiles().some(({ fileName }) => fileName.includes('@types/node'));
    expect(ofNode).toBe(types.length > 0);
    // The types of Node are not ours, and zod is the same in both cases: checking them takes most of the time.
    const checked = program
      .getSourceFiles()
      .filter(({ fileName }) => types.length === 0 || !/@types|undici-types|zod/.test(fileName));
    const problems = [
      ...program.getGlobalDiagnostics(),
      ...checked.flatMap((file) => [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ]),
    ];
    const host = {
      getCanonicalFileName: (file: string) => file,
      getCurrentDirectory: () => project,
      getNewLine: () => '\n',
    };
    expect(ts.formatDiagnostics(problems, host)).toBe('');
  });

  it('runs: the command trains, every subpath loads, and the library opens the run', () => {
    const node = (...args: string[]) =>
      execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    const command = path.join('node_modules/mixtura', manifest.bin.mixtura);
    const trained = JSON.parse(
      node(command, 'train', 'digits', '--steps', '3', '--out', 'run', '--json'),
    ) as object;
    expect(trained).toMatchObject({ run: 'run', method: 'slogan', steps: 3 });
    const { names, ...result } = JSON.parse(node('consumer.js')) as { readonly names: readonly number[] };
    expect(names.every((count) => count > 0)).toBe(true);
    expect(result).toEqual({ slope: [2, -4], nmi: 1, rate: 0.5, exitCode: 2, values: 2 * 64 });
  });
});

/** Runs the command of a package of the checkout. */
function tool(name: string, command: string, ...args: string[]): string {
  const options = {
    cwd: project,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1' },
  } as const;
  return execFileSync(process.execPath, [path.join(ROOT, 'node_modules', name, command), ...args], options);
}

describe('what ships', () => {
  const shipped = () => {
    const folder = path.join(project, 'node_modules/mixtura');
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        path.relative(folder, path.join(parentPath, name)).replaceAll(path.sep, '/'),
      );
  };

  it('is the build, its data, the documents and the examples', () => {
    const tops = [...new Set(shipped().map((file) => file.split('/')[0]!))];
    expect(tops.sort()).toEqual([
      ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'NOTICE.md', 'README.md'],
      ...['assets', 'dist', 'docs', 'examples', 'package.json'],
    ]);
    const kinds = new Set(
      shipped().map((file) => `${file.split('/')[0]} ${/(?:\.d)?\.\w+$/.exec(file)?.[0] ?? ''}`),
    );
    expect([...kinds].filter((kind) => /^(dist|assets|examples) /.test(kind)).sort()).toEqual([
      ...[
        'assets .gz',
        'assets .onnx',
        'dist .d.ts',
        'dist .js',
        'dist .json',
        'dist .wasm',
        'examples .mjs',
      ],
    ]);
  });

  it('has no tests, maps or generated reference, and every file that the manifest names', () => {
    expect(shipped().filter((file) => /\.test\.|\.map$|^docs\/api\/|(^|\/)\./.test(file))).toEqual([]);
    const named = JSON.stringify([manifest.exports, manifest.bin, manifest.sideEffects]).match(
      /dist\/[\w/.-]+/g,
    )!;
    expect(named.filter((file) => !shipped().includes(file))).toEqual([]);
  });

  it('is what its documents link to, but for sources', () => {
    const files = new Set(shipped());
    const dead = [...files]
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) => {
        const text = readFileSync(path.join(project, 'node_modules/mixtura', file), 'utf8');
        const links = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s#]+)/g)].map(
          ([, link]) => link!,
        );
        return links
          .filter((link) => !/^[a-z]+:/.test(link))
          .map((link) => path.posix.join(path.posix.dirname(file), link))
          .filter((target) => ![...files].some((one) => one === target || one.startsWith(`${target}/`)));
      });
    expect(dead.filter((target) => !target.startsWith('src/'))).toEqual([]);
  });

  it('is small: less than 2 MB packed', () => {
    expect(statSync(packed).size).toBeLessThan(2e6);
  });

  it('satisfies publint', () => {
    expect(tool('publint', 'src/cli.js', packed, '--strict')).toContain('All good!');
  });

  it('has types that resolve wherever ES modules do', () => {
    const args = [packed, '--profile', 'esm-only', '--format', 'json'];
    const { analysis } = JSON.parse(tool('@arethetypeswrong/cli', 'dist/index.js', ...args)) as {
      readonly analysis: {
        readonly entrypoints: object;
        readonly problems: readonly { readonly kind: string; readonly resolutionKind?: string }[];
      };
    };
    expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(manifest.exports));
    // Older resolution knows no exports, and `require` of an ES module is an error in Node 20.
    const others = analysis.problems.filter(
      ({ kind, resolutionKind }) => resolutionKind !== 'node10' && kind !== 'CJSResolvesToESM',
    );
    expect(others).toEqual([]);
  });
});

describe('sideEffects', () => {
  it('lists the scripts that do something when they are loaded, and no other source does', () => {
    const source = path.join(ROOT, 'src');
    const scripts = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll(path.sep, '/'))
      .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|^wasm\/kernel\//.test(file))
      .filter((file) => hasEffects(path.join(source, file)))
      .map((file) => `./dist/${file.replace(/ts$/, 'js')}`);
    expect([...manifest.sideEffects].sort()).toEqual(scripts.sort());
  });
});

describe('optional packages', () => {
  it('are loaded when they are needed: no module imports one, but the GPU that itself is loaded so', () => {
    const build = path.join(ROOT, 'dist');
    const names = Object.keys(manifest.optionalDependencies);
    const imports = (file: string) => {
      const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023);
      return statements.some(
        (one) =>
          (ts.isImportDeclaration(one) || ts.isExportDeclaration(one)) &&
          one.moduleSpecifier !== undefined &&
          names.includes((one.moduleSpecifier as ts.StringLiteral).text),
      );
    };
    const importing = readdirSync(build, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll(path.sep, '/'))
      .filter((file) => file.endsWith('.js') && imports(path.join(build, file)));
    expect(importing).toEqual(['engine/webgpu/device.js']);
  });
});

/** Whether a source has statements beside declarations at its top. */
function hasEffects(file: string): boolean {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023);
  return statements.some(
    (statement) =>
      !(
        ts.isImportDeclaration(statement) ||
        ts.isExportDeclaration(statement) ||
        ts.isVariableStatement(statement) ||
        ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement)
      ),
  );
}
