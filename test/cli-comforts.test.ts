/** @file What makes the command line short: completion, files of settings, silence, and other spellings. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { presets } from '../src/config/presets.js';
import { methodNames } from '../src/methods/index.js';
import { VERSION } from '../src/version.js';
import { Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

interface Config {
  readonly data: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly seed: number;
  readonly components: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

describe('completion', () => {
  async function completed(...words: readonly string[]): Promise<string[]> {
    const { code, stdout } = await place.run('completion', 'bash');
    expect(code).toBe(0);
    writeFileSync(place.file('completion.bash'), stdout);
    const program = `
      source completion.bash
      COMP_WORDS=(mixtura "$@"); COMP_CWORD=$#
      _mixtura
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const args = ['-c', program, 'bash', ...words];
    return execFileSync('bash', args, { cwd: place.path, encoding: 'utf8' }).trim().split('\n');
  }

  it('in bash knows verbs, options, their values, names of data, and files', async () => {
    expect(await completed('e')).toEqual(['evaluate', 'export']);
    expect(await completed('train', '--dr')).toEqual(['--drop', '--dry-run']);
    expect(await completed('train', '--method', '')).toEqual(methodNames());
    expect(await completed('evaluate', 'run', '--split', '')).toEqual(['train', 'test']);
    expect(await completed('cluster', 'run', '--split', '')).toEqual(['train', 'test']);
    expect(await completed('train', '--preset', 'robust')).toEqual(['robust', 'robust-28x28']);
    expect(await completed('train', '--header', '')).toEqual(['yes', 'no']);
    expect(await completed('train', 'dig')).toEqual(['digits']);
    expect(await completed('data', 'ins')).toEqual(['inspect']);
    expect(await completed('help', 'cl')).toEqual(['cluster']);
    writeFileSync(place.file('my rows.csv'), '');
    expect(await completed('cluster', 'runs/x', 'my')).toEqual(['my rows.csv']);
    expect(await completed('cluster', '--out', 'my')).toEqual(['my rows.csv']);
  });

  it.each(['zsh', 'fish'])('for %s names every verb, option and choice', async (shell) => {
    const { script } = await place.json<{ script: string }>('completion', shell);
    for (const word of [
      'evaluate',
      'fitting-capacity',
      'dry-run',
      ...methodNames(),
      ...Object.keys(presets),
    ]) {
      expect(script).toContain(word);
    }
  });
});

describe('a file of settings', () => {
  const dryRun = (...args: string[]) => place.json<Config>('train', ...args, '--dry-run');

  it('in YAML or JSON is what flags would say; flags win', async () => {
    writeFileSync(
      place.file('mine.yaml'),
      '$schema: config.schema.json # for editors\ndata: { name: digits, classes: "0,4" }\nsteps: 30\nseed: 5\nsettings:\n  units: 16\n  lambda: 3\n',
    );
    const flags = '--classes 0,4 --steps 30 --seed 5 --set units=16 --set lambda=3'.split(' ');
    const ofFlags = await dryRun('digits', ...flags);
    expect(await dryRun('--config', 'mine.yaml')).toEqual(ofFlags);
    writeFileSync(
      place.file('mine.json'),
      JSON.stringify({
        data: { name: 'digits', classes: '0,4' },
        steps: 30,
        seed: 5,
        settings: { units: 16, lambda: 3 },
      }),
    );
    expect(await dryRun('--config', 'mine.json')).toEqual(ofFlags);
    const changed = await dryRun(
      '--config',
      'mine.yaml',
      '--steps',
      '40',
      '--set',
      'lambda=2',
      '--classes',
      '1,2',
    );
    expect([changed.steps, changed.seed, changed.data.classes]).toEqual([40, 5, '1,2']);
    expect(changed.settings).toEqual({ ...ofFlags.settings, lambda: 2 });
  });

  it('may be the config.json of a run', async () => {
    await place.json('train', 'digits', '--steps', '2', '--seed', '7', '--set', 'units=8', '--out', 'run');
    const again = await dryRun('--config', 'run/config.json');
    expect(again).toEqual(JSON.parse(readFileSync(place.file('run/config.json'), 'utf8')));
  });

  it('names data by a path from its own folder', async () => {
    mkdirSync(place.file('conf'));
    writeFileSync(place.file('conf', 'n.csv'), 'a,b\n1,2\n3,4\n5,7\n');
    writeFileSync(place.file('n.csv'), 'a,b,c\n1,2,3\n3,4,5\n');
    writeFileSync(place.file('conf', 'n.yaml'), 'data: { name: n.csv }\ncomponents: 2\n');
    const { data, dataset } = await place.json<Config & { dataset: { count: number } }>(
      ...['train', '--config', 'conf/n.yaml', '--dry-run'],
    );
    expect([data.name, dataset.count]).toEqual([place.file('conf', 'n.csv'), 3]);
    rmSync(place.file('conf', 'n.csv'));
    const gone = await place.run('train', '--config', 'conf/n.yaml', '--dry-run');
    expect([gone.code, gone.stderr]).toEqual([
      1,
      'conf/n.csv does not exist: check the name and the folder.\n',
    ]);
    const named = await dryRun('n.csv', '--config', 'conf/n.yaml');
    expect(named.data.name).toBe(place.file('n.csv'));
    writeFileSync(place.file('conf', 'typo.yaml'), 'data: { name: digit }\n');
    const typo = await place.run('train', '--config', 'conf/typo.yaml', '--dry-run');
    expect(typo.stderr).toContain('digit is neither a known data set nor a file (did you mean digits?)');
  });

  it('may name a preset alone', async () => {
    writeFileSync(place.file('ring.yaml'), 'preset: ring\n');
    expect((await dryRun('--config', 'ring.yaml')).data.name).toBe('ring');
  });

  it('that is wrong is named, with the place', async () => {
    const gone = await place.run('train', '--config', 'none.yaml');
    expect([gone.code, gone.stderr]).toEqual([
      1,
      'The file of settings none.yaml does not exist; check --config.\n',
    ]);
    writeFileSync(place.file('wrong.yaml'), 'steps: 3\ndata: [digits\n');
    const broken = await place.run('train', '--config', 'wrong.yaml');
    expect([broken.code, broken.stdout]).toEqual([1, '']);
    expect(broken.stderr).toMatch(/^wrong\.yaml, line \d is neither JSON nor YAML \(.*\); correct it\.\n$/);
    writeFileSync(place.file('key.yaml'), 'stepz: 3\n');
    const key = await place.run('train', '--config', 'key.yaml');
    expect([key.code, key.stdout]).toEqual([2, '']);
    expect(key.stderr).toMatch(
      /^There is no setting in key\.yaml 'stepz' \(did you mean steps\?\); choose of /,
    );
  });
});

describe('a preset', () => {
  it('is told by --dry-run, with the reason', async () => {
    const told = async (...args: string[]) => (await place.run('train', ...args, '--dry-run')).stderr;
    expect(await told()).toBe(`Preset digits (the preset of digits): ${presets.digits!.summary}.\n`);
    expect(await told('digits', '--preset', 'robust')).toBe(
      `Preset robust (asked for): ${presets.robust!.summary}.\n`,
    );
    writeFileSync(place.file('rows.csv'), 'a,b\n1,2\n3,4\n5,7\n');
    expect(await told('rows.csv', '--components', '2', '--batch', '2')).toBe(
      `Preset grouped (data without a preset of their own): ${presets.grouped!.summary}.\n`,
    );
  });
});

describe('--quiet', () => {
  it('leaves the result, and errors', async () => {
    const small = ['--steps', '2', '--set', 'units=8', '--set', 'latent=4'];
    const { code, stdout, stderr } = await place.run(
      'train',
      'digits',
      ...small,
      '--out',
      'quiet',
      '--quiet',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('report: quiet');
    const clustered = await place.run('cluster', 'quiet', 'digits', '--quiet', '--out', 'groups.csv');
    expect([clustered.code, clustered.stdout, clustered.stderr]).toEqual([0, '', '']);
    const refused = await place.run('train', 'nothing-here', '--quiet');
    expect([refused.code, refused.stderr.split('\n').length]).toEqual([2, 2]);
  });
});

describe('other spellings', () => {
  it('of the version and of help', async () => {
    for (const word of ['--version', '-V', '-v', 'version']) {
      expect((await place.run(word)).stdout).toBe(`${VERSION}\n`);
    }
    const { stdout } = await place.run('cluster', '--help');
    expect((await place.run('cluster', '-h')).stdout).toBe(stdout);
    expect((await place.run('help', 'cluster')).stdout).toBe(stdout);
    const overview = (await place.run('help')).stdout;
    for (const words of [[], ['-h'], ['--help']]) expect((await place.run(...words)).stdout).toBe(overview);
  });
});

describe('a model that a program has saved', () => {
  it('is a run for the verbs; only what needs its data says that they were in memory', async () => {
    const entry = pathToFileURL(join(import.meta.dirname, '../dist/entries/index.js')).href;
    const program = `
      import { fit } from '${entry}';
      const rows = Array.from({ length: 60 }, (_, i) => ({ a: i % 3, b: 100 * (i % 7), c: -i }));
      const options = { components: 2, steps: 5, batch: 16, settings: { units: 8, latent: 4 } };
      await (await fit(rows, options)).save('saved');`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: place.path });
    const sampled = await place.run('sample', 'saved', '--count', '3', '--out', 'new.csv');
    expect([sampled.code, sampled.stderr]).toEqual([0, '']);
    expect(readFileSync(place.file('new.csv'), 'utf8')).toMatch(/^a,b,c,/);
    writeFileSync(place.file('turned.csv'), 'c,b,a\n-1,200,2\n-50,100,1\n');
    expect((await place.run('cluster', 'saved', 'turned.csv', '--out', 'turned-groups.csv')).code).toBe(0);
    expect((await place.run('export', 'saved')).code).toBe(0);
    const resumed = await place.run('train', '--resume', 'saved', '--steps', '9', '--allow', 'steps');
    expect([resumed.code, resumed.stderr]).toEqual([
      1,
      'The data of this run were arrays in the memory of a program, so they cannot be read again; train on a file to go on with a run, or to score it.\n',
    ]);
  });
});
