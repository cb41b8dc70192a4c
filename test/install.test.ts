/**
 * @file The packed package, installed by npm into an empty project in the ways that the documents name, and run there. It is
 * skipped where npm can reach no registry and has no copy of the dependencies.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const WINDOWS = process.platform === 'win32';
/** npm's codes for a registry that does not answer. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E403|E407|E5\d\d)\b/;
/** Settings of the npm that runs the tests, such as this project's `ignore-scripts`, are not those of a user. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(config_ignore_scripts|package_|lifecycle_|config_local_prefix)/i.test(name),
  ),
);

const folder = mkdtempSync(path.join(tmpdir(), 'mixtura-install-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(cwd: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const options = { cwd, encoding: 'utf8', shell: WINDOWS, env: { ...environment, ...more } } as const;
  return spawnSync(WINDOWS ? 'npm.cmd' : 'npm', args, options);
}

let tarball = '';
beforeAll(() => {
  npm(ROOT, ['pack', '--silent', '--ignore-scripts', '--offline', '--pack-destination', folder]);
  tarball = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
}, 60_000);

describe('installed from its package into an empty project', () => {
  it.for([
    ['without install scripts', ['--ignore-scripts'], true],
    ['without optional packages', ['--omit=optional'], false],
  ] as const)('%s, the command trains and the library loads', ([name, flags, optional], { skip }) => {
    const project = path.join(folder, name.replaceAll(' ', '-'));
    mkdirSync(project);
    writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }');
    const quick = [
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--fetch-retries=0',
      '--fetch-timeout=20000',
    ];
    const { status, stderr } = npm(project, ['install', tarball, ...flags, ...quick]);
    if (status !== 0 && UNREACHABLE.test(stderr)) skip('npm reaches no registry');
    expect(`${status}: ${status === 0 ? '' : stderr}`).toBe('0: ');
    expect(existsSync(path.join(project, 'node_modules/onnxruntime-node'))).toBe(optional);

    const train = ['train', 'digits', '--steps', '10', '--out', 'run', '--json'];
    const command = npm(project, ['exec', '--offline', '--', 'mixtura', ...train]);
    expect(`${command.status}: ${command.status === 0 ? '' : command.stderr}`).toBe('0: ');
    expect(JSON.parse(command.stdout)).toMatchObject({ run: 'run', steps: 10 });
    expect(readFileSync(path.join(project, 'run/report.html'), 'utf8')).toContain('</html>');
    const script = "import { nmi } from 'mixtura/metrics'; console.log(nmi([0, 0, 1, 1], [1, 1, 0, 0]));";
    const library = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(library.stdout.trim()).toBe('1');
  });
});
