/** @file Standard streams and output files that fail or are no regular files: nothing is lost, nothing is destroyed. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, Scratch } from './support/cli.js';
import { ownDevice } from './support/device.js';

const place = new Scratch();
afterAll(() => place.remove());
const TRAIN = '--batch 4 --set units=8 --set latent=4 --threads 1 --components 2 --steps 20';
const NODE = `'${process.execPath}' '${MAIN}'`;

beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 2},${(i * 7) % 5},${i % 3}`);
  writeFileSync(place.file('t.csv'), `a,b,c\n${rows.join('\n')}\n`);
  await place.json('train', 't.csv', ...TRAIN.split(' '), '--out', 'run');
}, 60_000);

/** Runs a line of the shell, in which `mixtura` is the built command line. */
const shell = (line: string) => place.launch('bash', ['-c', `mixtura() { ${NODE} "$@"; }; ${line}`]).finished;
const hasFull = existsSync('/dev/full');
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const mounted = (size: string, line: string) =>
  place.launch('unshare', [
    ...['-rm', 'bash', '-c'],
    `mixtura() { ${NODE} "$@"; }; mkdir -p disk && mount -t tmpfs -o size=${size} tmpfs disk && ${line}`,
  ]).finished;
const groups = async () => (await place.run('cluster', 'run', 't.csv')).stdout;
const FULL =
  'Cannot write standard output: the disk is full; free some space there, or choose another place.\n';

describe('standard output', () => {
  const commands = [
    'cluster run t.csv',
    'cluster run t.csv --json',
    'data list',
    '--help',
    '--version',
    'data inspect t.csv',
  ];
  it.skipIf(!hasFull).each(commands)('that is full: %s says so in one sentence', async (command) => {
    const { code, stdout, stderr } = await shell(`mixtura ${command} > /dev/full`);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(FULL);
  });

  it.skipIf(!canMount)('that takes only a part of the words is no success', async () => {
    const rows = readFileSync(place.file('t.csv'), 'utf8').split('\n').slice(1, -1).join('\n');
    writeFileSync(place.file('long.csv'), `a,b,c\n${`${rows}\n`.repeat(12)}`);
    const { code, stdout, stderr } = await mounted(
      '8k',
      'mixtura cluster run long.csv > disk/o; echo $? $(wc -c < disk/o)',
    );
    expect([code, stdout, stderr]).toEqual([0, '1 8192\n', FULL]);
  });

  it('that nobody reads any more is no failure', async () => {
    const { code, stderr } = await shell('set -o pipefail; mixtura cluster run t.csv | head -1 > head.csv');
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(place.file('head.csv'), 'utf8')).toBe('index,group,probability,p1,p2,unlike\n');
    const closed = await shell('set -o pipefail; mixtura data list | true');
    expect([closed.code, closed.stderr]).toEqual([0, '']);
  });

  it('that is closed or cannot be written leaves the run saved', async () => {
    const lines = ['>&-', '1</dev/null', ...(hasFull ? ['>/dev/full'] : [])];
    for (const [i, to] of lines.entries()) {
      await shell(`mixtura train t.csv ${TRAIN} --out out${i} ${to}`);
      expect(place.checkpoints(`out${i}`), to).toEqual([20]);
      expect(existsSync(place.file(`out${i}`, 'report.html')), to).toBe(true);
      expect(existsSync(place.file(`out${i}`, '.lock')), to).toBe(false);
    }
  });
});

describe('standard error that cannot be written', () => {
  const ways = ['2>&-', '2</dev/null', '2> >(true)', ...(hasFull ? ['2>/dev/full'] : [])];
  it.each(ways)('(%s) is ignored: the run goes on and is saved', async (way) => {
    const run = `err${ways.indexOf(way)}`;
    const { code, stdout } = await shell(
      `sleep 0.1; mixtura train t.csv ${TRAIN} --json --out ${run} ${way}`,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run, steps: 20 });
    expect(place.checkpoints(run)).toEqual([20]);
  });

  it('with standard output behind a reader that ends: the run goes on and is saved', async () => {
    const { code } = await shell(`set -o pipefail; mixtura train t.csv ${TRAIN} --out both 2>&1 | head -1`);
    expect(code).toBe(0);
    expect(place.checkpoints('both')).toEqual([20]);
  });

  it.skipIf(!hasFull)('keeps the exit code of what failed', async () => {
    expect((await shell('mixtura cluster none t.csv 2>/dev/full')).code).toBe(1);
    expect((await shell('mixtura trian 2>/dev/full >/dev/full')).code).toBe(2);
  });
});

describe('--out', () => {
  it('that is a link stays one, for every verb that writes a file', async () => {
    mkdirSync(place.file('far'));
    const verbs: [string, string][] = [
      ['cluster run t.csv', 'l.csv'],
      ['sample run --count 5', 's.npy'],
      ['data inspect digits', 'd.png'],
    ];
    for (const [verb, name] of verbs) {
      writeFileSync(place.file('far', name), 'old');
      symlinkSync(`far/${name}`, place.file(name));
      expect((await place.run(...verb.split(' '), '--out', name)).code).toBe(0);
      expect(readFileSync(place.file('far', name), 'utf8')).not.toBe('old');
    }
    expect(readFileSync(place.file('far', 'l.csv'), 'utf8')).toBe(await groups());
    expect(readdirSync(place.file('far')).sort()).toEqual(['d.png', 'l.csv', 's.npy']);
    expect((await shell('readlink l.csv s.npy d.png')).stdout).toBe('far/l.csv\nfar/s.npy\nfar/d.png\n');
  });

  it('that is a pipe reaches its reader', async () => {
    const { code, stdout } = await shell(
      'mkfifo p; timeout 20 cat p & mixtura cluster run t.csv --out p; wait $!; test -p p',
    );
    expect([code, stdout]).toEqual([0, await groups()]);
  });

  it('that is a device is written, and stays what it is', async ({ skip }) => {
    const [nothing, full] = [ownDevice(place.path, 'null'), ownDevice(place.path, 'full')];
    if (nothing === undefined || full === undefined) return skip();
    const { rdev } = statSync(nothing);
    expect((await place.run('cluster', 'run', 't.csv', '--out', nothing)).code).toBe(0);
    expect([statSync(nothing).isCharacterDevice(), statSync(nothing).rdev]).toEqual([true, rdev]);
    const { code, stderr } = await place.run('cluster', 'run', 't.csv', '--out', 'full-device');
    expect(code).toBe(1);
    expect(stderr).toMatch(/group +1 [\s\S]*\nCannot write full-device: the disk is full; [^\n]*\n$/);
    expect(statSync(full).isCharacterDevice()).toBe(true);
  });

  it('that is standard output goes behind what is there', async () => {
    // A link as /dev/stdout is one, but in a folder where nothing can be broken.
    symlinkSync('/proc/self/fd/1', place.file('stdout'));
    for (const name of ['stdout', '/dev/fd/1', '/proc/self/fd/1']) {
      expect((await shell(`mixtura cluster run t.csv --out ${name} | cat`)).stdout).toBe(await groups());
      await shell(`echo first > log; mixtura cluster run t.csv --out ${name} >> log`);
      expect(readFileSync(place.file('log'), 'utf8')).toBe(`first\n${await groups()}`);
    }
    expect((await shell('readlink stdout')).stdout).toBe('/proc/self/fd/1\n');
  });

  it('leaves files of others that lie beside it', async () => {
    for (const name of ['o.csv.tmp', '.o.csv.tmp', 'o.csv.part']) writeFileSync(place.file(name), 'mine');
    expect((await place.run('cluster', 'run', 't.csv', '--out', 'o.csv')).code).toBe(0);
    for (const name of ['o.csv.tmp', '.o.csv.tmp', 'o.csv.part'])
      expect(readFileSync(place.file(name), 'utf8')).toBe('mine');
  });

  it('of export keeps links in the folder that it replaces', async () => {
    mkdirSync(place.file('run', 'export'), { recursive: true });
    writeFileSync(place.file('far', 'deployed.onnx'), 'old');
    symlinkSync('../../far/deployed.onnx', place.file('run', 'export', 'assign.onnx'));
    writeFileSync(place.file('run', 'export', 'generator.onnx.part'), 'mine');
    expect((await place.run('export', 'run')).code).toBe(0);
    expect(statSync(place.file('far', 'deployed.onnx')).size).toBeGreaterThan(100);
    expect(readFileSync(place.file('run', 'export', 'generator.onnx.part'), 'utf8')).toBe('mine');
    rmSync(place.file('run', 'export'), { recursive: true });
  });

  it('is refused before the work where it cannot be written', async () => {
    for (const command of ['cluster nowhere x.csv', 'sample nowhere']) {
      const { stderr } = await place.run(...command.split(' '), '--out', 'none/x.csv');
      expect(stderr).toBe('Cannot write none/x.csv: its folder does not exist; create it first.\n');
    }
    const { stderr } = await place.run('features', 'digits', '--out', 'none/x.onnx');
    expect(stderr).toBe('Cannot write none/x.onnx: its folder does not exist; create it first.\n');
  });
});

describe('a place that cannot be written', () => {
  const readOnly = (line: string, size = '9m') =>
    mounted(size, `cp -r run disk/ && mount -o remount,ro disk && ${line}`);
  const RO = 'the disk is read-only there; make it writable or choose another place';

  it.skipIf(!canMount)('does not hide the scores of evaluate', async () => {
    const table = (await place.run('evaluate', 'run', '--samples', '20')).stdout;
    for (const json of ['', ' --json']) {
      const { code, stdout, stderr } = await readOnly(`mixtura evaluate disk/run --samples 20${json}`);
      expect(code).toBe(0);
      expect(stderr.split('\n').filter((line) => line.startsWith('Cannot'))).toEqual([
        `Cannot write disk/run/metrics.json: ${RO}. The scores are shown, but not kept in the run.`,
      ]);
      if (json === '') expect(stdout).toBe(table);
      else expect(Object.keys((JSON.parse(stdout) as { metrics: object }).metrics).length).toBeGreaterThan(0);
    }
    const several = await readOnly('cp -r run second; mixtura evaluate disk/run second --samples 20 --json');
    expect([several.code, (JSON.parse(several.stdout) as { runs: string[] }).runs.length]).toEqual([0, 2]);
    expect(several.stderr).not.toContain('--out');
  });

  it.skipIf(!canMount)('is named as read-only, for a new run, a resumed one and an export', async () => {
    const train = await readOnly(`mixtura train t.csv ${TRAIN} --out disk/new/deep`);
    expect([train.code, train.stderr.split('\n').at(-2)]).toEqual([1, `Cannot write disk/new/deep: ${RO}.`]);
    const resume = await readOnly('mixtura train --resume disk/run');
    expect([resume.code, resume.stderr.split('\n').at(-2)]).toEqual([
      1,
      `Cannot write disk/run/.lock: ${RO}.`,
    ]);
    const exported = await readOnly('mixtura export disk/run');
    expect([exported.code, exported.stderr]).toEqual([1, `Cannot write disk/run/export: ${RO}.\n`]);
    const sampled = await readOnly('mixtura sample disk/run --out disk/run/x.npy');
    expect([sampled.code, sampled.stderr]).toEqual([1, `Cannot write disk/run/x.npy: ${RO}.\n`]);
  });

  it('of the report does not hide what a run has found', async () => {
    const first = place.start('train', 't.csv', ...TRAIN.split(' '), '--out', 'noreport');
    while (!existsSync(place.file('noreport', 'config.json')))
      await new Promise((done) => setTimeout(done, 2));
    mkdirSync(place.file('noreport', 'report.html'));
    const { code, stdout, stderr } = await first.finished;
    expect(code).toBe(1);
    expect(stdout).toMatch(/group +1[\s\S]*20 steps in/);
    expect(stdout).not.toContain('report:');
    expect(stderr.split('\n').at(-2)).toBe(
      'Cannot write noreport/report.html: it is a folder; give the name of a file.',
    );
    expect(existsSync(place.file('noreport', 'metrics.json'))).toBe(true);
  });
});

it('a run that is not followed to its end by a reader of a descriptor is saved', async () => {
  const fd = openSync(place.file('log.txt'), 'w');
  const child = spawn(process.execPath, [MAIN, 'train', 't.csv', ...TRAIN.split(' '), '--out', 'fd'], {
    cwd: place.path,
    stdio: ['ignore', fd, fd],
  });
  const code = await new Promise((done) => child.on('close', done));
  closeSync(fd);
  expect(code).toBe(0);
  expect(readFileSync(place.file('log.txt'), 'utf8')).toMatch(/20 steps[\s\S]*report: fd\/report\.html\n$/);
});
