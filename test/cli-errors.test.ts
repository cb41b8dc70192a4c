/** @file Bad input: one clear sentence on standard error, exit code 1 or 2, nothing lost or half-written. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methodNames } from '../src/methods/index.js';
import { writeBadFiles } from './support/bad-files.js';
import { MAIN, Scratch } from './support/cli.js';

const place = new Scratch();
afterAll(() => place.remove());

interface TrainConfig {
  data: { name: string };
  settings: Record<string, unknown>;
}

beforeAll(async () => {
  writeBadFiles(place.path);
  const settings = ['--components', '2', '--batch', '4', '--set', 'units=8', '--set', 'latent=4'];
  const often = ['--steps', '20', '--set', 'checkpointEvery=10'];
  await place.json('train', 'good-images-idx3-ubyte', ...settings, ...often, '--out', 'run');
  await place.json(
    'train',
    'narrow.csv',
    ...settings,
    '--batch',
    '2',
    '--steps',
    '2',
    '--method',
    'wgan',
    '--out',
    'wgan',
  );
}, 60_000);

/** A copy of the run, to be spoilt. */
function copyOf(name: string): string {
  cpSync(place.file('run'), place.file(name), { recursive: true });
  return name;
}

/** Runs a command that must be refused with this sentence, and must leave every file as it was. */
async function refused(command: string, code: 1 | 2, sentence: string): Promise<void> {
  const before = place.listing();
  const result = await place.run(...command.split(' '));
  expect(result.stderr.replaceAll(place.path, 'DIR')).toBe(`${sentence}\n`);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
  expect(place.listing()).toEqual(before);
}

it('names a folder that is given for a file of settings', () =>
  refused(
    'train --config run',
    1,
    'The file of settings run is a folder; give a file in it, such as the config.json of a run.',
  ));

describe('a wrong word', () => {
  const cases: [command: string, sentence: string][] = [
    ['trian', "There is no verb 'trian' (did you mean train?); see mixtura --help."],
    ['train --stesp 5', "'train' has no option --stesp (did you mean steps?); see mixtura train --help."],
    [
      'train --method slogn',
      `There is no method 'slogn' (did you mean slogan?); choose one of ${methodNames().join(', ')}.`,
    ],
    [
      'train --classes 0,12 --ratio 1:1',
      '"12" is not a class of digits (did you mean 1?): the classes are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.',
    ],
    ['train --out=', '--out is empty; give FOLDER, or leave it out.'],
    ['train --set lambda', "--set is 'lambda'; give it as key=value."],
    [
      'train --set lambda=-1',
      'The setting of slogan lambda is not valid: it is -1; give a number of at least 0.',
    ],
    [
      'train --set critic=wassertein',
      "The setting of slogan critic is not valid: it is 'wassertein' (did you mean wasserstein?); give wasserstein, hinge, bce or non-saturating.",
    ],
    [
      'train --set relocateSizes=3',
      'The setting of slogan relocateSizes is not valid: it is 3; give true or false.',
    ],
    ['train --seed', '--seed has no value; give --seed N, or see mixtura train --help.'],
    ['train --out --json', '--out has no value; give --out FOLDER, or see mixtura train --help.'],
    ['train --seed -1', "--seed is '-1'; give a whole number of at least 0."],
    ['train --seed=-1', "--seed is '-1'; give a whole number of at least 0."],
    ['train --json=yes', "--json is a switch and takes no value; leave out '=yes'."],
    ['train -s 3', "'train' has no option -s; see mixtura train --help."],
    ['-x', "There is no option '-x'; see mixtura --help."],
    ['help trian', "There is no verb 'trian' (did you mean train?); see mixtura --help."],
    ['completion bsh', "There is no completion for 'bsh' (did you mean bash?); give one of bash, zsh, fish."],
    ['train a b', "'train' takes 0 to 1 arguments but was given 2; use it as: mixtura train [DATA]."],
    ['sample run', "Where the samples go is not said; give --out, such as '--out x.png'."],
    [
      'sample run --out x.jpg',
      "--out is 'x.jpg'; give a file that ends in .png, .npy, .csv, .tsv, .parquet or .json.",
    ],
    [
      'sample run --group 3 --out x.png',
      'There is no group 3; groups are numbered from 1, the largest, to 2.',
    ],
    ['sample run --group 0', 'There is no group 0; groups are numbered from 1, the largest, to 2.'],
    ['sample run --group -1', 'There is no group -1; groups are numbered from 1, the largest, to 2.'],
    ['sample run --group 1.5', 'There is no group 1.5; groups are numbered from 1, the largest, to 2.'],
    ['sample run --group a', "--group is 'a'; give the number of a group, from 1, the largest."],
    ['train ', 'A name or path is empty; give it as: mixtura train [DATA].'],
    [
      'sample run --component 1 --out x.png',
      'There is no --component any more: groups count from 1, the largest, so give --group 1 to K.',
    ],
    [
      'cluster run --label a',
      "--label says how other data are read; name them after the run, or leave it out: the run's own are read as they were.",
    ],
    ['cluster run --copy', '--copy goes with --out-folder; give that too.'],
    ['cluster', "'cluster' takes 1 to 2 arguments but was given 0; use it as: mixtura cluster RUN [DATA]."],
    ['evaluate run --split tset', "--split is 'tset'; give train or test."],
    [
      'data insepct',
      "'data' does not know 'insepct' (did you mean inspect?); give one of list, fetch, inspect, path.",
    ],
    [
      'data fetch',
      "'data fetch' takes 1 argument; use it as: mixtura data [list | fetch NAME | inspect DATA | path].",
    ],
    [
      'data fetch mnits',
      "There is no data set 'mnits' to fetch (did you mean mnist?); see mixtura data list.",
    ],
    ['data inspect digits --out x.jpg', "--out is 'x.jpg'; give a file that ends in .png."],
    [
      'train mnist-2 --classes 0,1',
      'mnist-2 is itself a choice of classes: leave out --classes, or give it with mnist.',
    ],
    [
      'train --resume run --dry-run',
      '--dry-run shows the settings of a new run; those of a run that goes on are in its config.json.',
    ],
    ['doctor now', "'doctor' takes 0 arguments but was given 1; use it as: mixtura doctor."],
  ];
  it.each(cases)('%s', (command, sentence) => refused(command, 2, sentence));

  it('in a preset or a setting names those that there are', async () => {
    const preset = await place.run('train', '--preset', 'mnits');
    expect(preset.code).toBe(2);
    expect(preset.stderr).toMatch(
      /^There is no preset 'mnits' \(did you mean mnist\?\); choose one of .*\bmnist-2\b.*\.\n$/,
    );
    const setting = await place.run('train', '--set', 'lamda=1');
    expect(setting.code).toBe(2);
    expect(setting.stderr).toMatch(
      /^There is no setting of slogan 'lamda' \(did you mean lambda\?\); choose of .*\blambda\b.*\.\n$/,
    );
    const vanishing = await place.run('train', '--set', '__proto__=1', '--dry-run');
    expect([vanishing.code, vanishing.stderr]).toEqual([
      2,
      "--set is '__proto__=1'; give it as key=value.\n",
    ]);
  });
});

describe('the help', () => {
  it("of train lists the presets, and the settings of the default method as data of one's own get them", async () => {
    const { code, stdout } = await place.run('train', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n {2}grouped {2,}tables, points and images of less than 16 a side, by groups .*\(their default\)\n/,
    );
    expect(stdout).toContain('\nSettings (--set key=value), of slogan, as the preset grouped has them:\n');
    const { settings } = await place.json<TrainConfig>(
      'train',
      'narrow.csv',
      '--components',
      '2',
      '--batch',
      '2',
      '--dry-run',
    );
    for (const key of ['relocate', 'lambda', 'scale', 'latent', 'units', 'critic', 'margin']) {
      expect(stdout).toContain(`\n  ${key}=${settings[key]} `);
    }
    expect(stdout).toMatch(/\n {2}teacher=groups {2,}groups that the encoder learns/);
    expect(stdout).toMatch(/\n {2}scaleEnd=2 {2,}where the feature scale goes/);
    const ofRing = (await place.run('help', 'train', 'ring')).stdout;
    expect(ofRing).toContain('of slogan, as the preset ring has them:\n');
    expect((await place.run('train', '-h')).stdout).toBe(stdout);
  });

  it('of train lists the settings of any method, and says how to see those of the others', async () => {
    const plain = (await place.run('train', '--help')).stdout;
    expect(plain).toMatch(/--method NAME {2,}slogan \(default\), infogan, /);
    expect(plain).toContain(': mixtura train --method NAME --help.\n');
    const { code, stdout } = await place.run('train', '--method', 'infogan', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('\nSettings (--set key=value), of infogan, as the preset grouped has them:\n');
    expect(stdout).toMatch(/\n {2}learningRate=0\.0005 {2,}Adam rate of generator and encoder/);
    expect(stdout).not.toContain('relocate=');
    expect(stdout).toContain(
      '\nSettings of the run that --set takes too: horizon, labelDraw, labelSeed, untilCalm, evaluateEvery, checkpointEvery, keepCheckpoints; of the data: subsetSeed.\n',
    );
    const wrong = await place.run('train', '--method', 'slogn', '--help');
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  });

  it('of cluster says what probabilities are worth', async () => {
    const { stdout } = await place.run('cluster', '--help');
    expect(stdout).toContain('of rows like these with probability 0.8, about 0.8 are of the group');
    expect(stdout).toContain('0.79 for K = 3');
    expect(Math.E / (Math.E + 2 / Math.E)).toBeCloseTo(0.79, 2);
  });
});

describe('a number out of range', () => {
  const good = 'train good-images-idx3-ubyte --batch 4';
  const most = Math.max(64, 4 * availableParallelism());
  const cases: [command: string, sentence: string][] = [
    ['train --components 0', "--components is '0'; give a whole number of at least 1."],
    ['train --components x', "--components is 'x'; give a whole number of at least 1, or auto."],
    [`${good} --components 11`, 'There are 10 samples for 11 groups; give --components 10 or less.'],
    [
      'train good-images-idx3-ubyte --batch 11',
      'A batch of 11 is larger than the data (10 samples); give --batch 10 or less.',
    ],
    ['train --threads 0', "--threads is '0'; give a whole number of at least 1."],
    ['train --threads 99999', `99999 threads are too many; give --threads ${most} or less.`],
    ['train --resume run --threads 99999', `99999 threads are too many; give --threads ${most} or less.`],
    ['train --steps 1.5', "--steps is '1.5'; give a whole number of at least 1."],
    [
      'train --classes 0,4 --ratio 7:3:1',
      'The ratio 7:3:1 has 3 numbers for 2 groups: give one number a class or group.',
    ],
    [
      'train --classes 0,4 --ratio 7:0',
      'The ratio 7:0 has "0" at place 2: give positive numbers apart by colons, such as 7:3.',
    ],
    ['sample run --count 0 --out x.png', "--count is '0'; give a whole number of at least 1."],
    [
      'sample run --count 99999999999 --out x.npy',
      '--count is 99999999999; at most 33554432 samples are drawn at once.',
    ],
  ];
  it.each(cases)('%s', (command, sentence) => refused(command, 2, sentence));
});

describe('a dry run refuses what a run would', () => {
  const rows = 'train narrow.csv --components 2 --batch 2';
  const cases: [command: string, code: number, sentence: string][] = [
    ['train digits --out run', 2, 'The output folder run exists and is not empty;'],
    [
      'train digits --out narrow.csv/new',
      1,
      'Cannot write narrow.csv/new: a part of that path is a file and not a folder; choose another place.',
    ],
    [
      `${rows} --method infogan-original`,
      2,
      'The networks of InfoGAN are made for images whose sides are multiples of 4 from 8 to 64,',
    ],
    [`${rows} --preset robust --set network=dcgan`, 2, 'The dcgan networks are made for images'],
    [
      'train digits --method clustergan-original --steps 4',
      2,
      "The generator of ClusterGAN (authors' setting) is trained from step 5 on, but the run has 4 steps; give --steps 5 or more.",
    ],
    ['train digits --method gmgan --steps 1', 2, 'The classifier of GM-GAN is trained from step 2 on,'],
    ['train digits --method wgan --seeds 2', 2, 'WGAN learns no groups that could agree between seeds;'],
    ['train digits --seeds 1', 2, "--seeds is '1'; give a whole number of at least 2."],
    ['train digits --mlflow nowhere', 2, "--mlflow is 'nowhere'; give the address of a server,"],
    [
      'train digits --method elastic-infogan --set classes=given',
      2,
      'With classes=given, shares must be the sizes of the 4 groups',
    ],
    ['train digits --components 700 --set latent=4096', 2, 'Networks of these sizes do not fit into memory;'],
    [
      'train digits --set steps=9',
      2,
      'steps is no setting of slogan but an option of its own; give it as --steps.',
    ],
  ];
  it.each(cases)('%s', async (command, code, sentence) => {
    const result = await place.run(...command.split(' '), '--dry-run');
    const last = result.stderr.trimEnd().split('\n').at(-1);
    expect([result.code, last]).toEqual([code, expect.stringContaining(sentence)]);
    expect(place.listing()).not.toContain('runs');
  });
});

describe('a bad file', () => {
  const again = 'get the file again.';
  const half = 'not a finite number, in a column where 1 of 2 values are numbers: correct it, ';
  const cases: [file: string, sentence: string][] = [
    ['missing.csv', 'missing.csv does not exist: check the name and the folder.'],
    ['empty-idx3-ubyte', `empty-idx3-ubyte is empty: ${again}`],
    ['cut-idx3-ubyte', `cut-idx3-ubyte is truncated: its header promises 160 bytes of data; ${again}`],
    ['cut-idx3-ubyte.gz', `cut-idx3-ubyte.gz is truncated: its header promises 160 bytes of data; ${again}`],
    [
      'plain-idx3-ubyte.gz',
      'plain-idx3-ubyte.gz is named .gz but is not gzip: get the file again, or drop the .gz if it is a plain IDX file.',
    ],
    [
      'magic-idx3-ubyte',
      'magic-idx3-ubyte is not an IDX file (it begins with 12345678, not 0000 08): give an IDX file.',
    ],
    [
      'more-images-idx3-ubyte',
      'more-labels-idx1-ubyte has 9 labels but more-images-idx3-ubyte has 10 samples: put the two files of the same set together.',
    ],
    ['empty.csv', 'empty.csv is empty: give a table of numbers, one row a sample.'],
    [
      'inf.csv',
      `inf.csv, row 2 (line 3), column 2 (b) is "inf", ${half}or leave the column out by --drop b.`,
    ],
    [
      'text.csv',
      `text.csv, row 2 (line 3), column 2 (b) is "four", ${half}leave the cell empty if the value is missing (see --missing), leave the column out by --drop b, or take it for labels by --label b.`,
    ],
    [
      'ragged.csv',
      'ragged.csv, row 2 (line 2) has 1 cell(s) where 2 are expected: complete it or remove it.',
    ],
  ];
  it.each(cases)('train %s', (file, sentence) => refused(`train ${file} --components 2`, 1, sentence));

  it('cluster refuses it likewise', () =>
    refused(
      'cluster run inf.csv',
      1,
      'inf.csv, row 2 (line 3), column 2 (b) is "inf", not a finite number: correct it, or leave the column out by --drop b.',
    ));

  it('cluster refuses data of another shape', () =>
    refused(
      'cluster run digits',
      1,
      'digits has samples of shape 1x8x8 but the run was trained on 1x4x4 (good-images-idx3-ubyte); give data of that shape.',
    ));

  it('cluster refuses a method without groups', () =>
    refused(
      'cluster wgan narrow.csv',
      2,
      'The run wgan was trained by wgan, which does not assign data to groups; use a run of a method that does, such as slogan.',
    ));

  it('a published set that is not there says which files to put where', async () => {
    const { code, stderr } = await place.run('train', 'mnist');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The data set mnist is not on this machine, .*put train-images.* in .*cache.mnist.*\.\n$/,
    );
  });
});

describe('an output that cannot be', () => {
  const good = 'train good-images-idx3-ubyte --components 2 --batch 4 --steps 2';
  const cases: [command: string, code: 1 | 2, sentence: string][] = [
    [
      `${good} --out run`,
      2,
      'The output folder run exists and is not empty; choose another --out, or go on with that run by --resume run.',
    ],
    [`${good} --out notes.txt`, 2, 'The output folder notes.txt is a file; choose another --out.'],
    [
      `${good} --out notes.txt/run`,
      1,
      'Cannot write notes.txt/run: a part of that path is a file and not a folder; choose another place.',
    ],
    ['export run --out wgan', 2, 'The output folder wgan exists and is not empty; choose another --out.'],
    [
      'sample run --out none/x.png',
      1,
      'Cannot write none/x.png: its folder does not exist; create it first.',
    ],
    [
      'cluster run good-images-idx3-ubyte --out run',
      1,
      'Cannot write run: it is a folder; give the name of a file.',
    ],
    [
      'sample run --out x.csv',
      2,
      'x.csv would be a table, and the samples are images; give a .png or .npy file.',
    ],
  ];
  it.each(cases)('%s', (command, code, sentence) => refused(command, code, sentence));

  it('a run that fails before it starts leaves no folder', async () => {
    const before = place.listing();
    const { code, stderr } = await place.run(...`${good} --set network=dcgan --out new`.split(' '));
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'The dcgan networks are made for images whose sides are multiples of 4 from 16 to 64, but this data has shape 1x4x4; read a folder of images with --size 32, or use --set network=mlp.',
    );
    expect(place.listing()).toEqual(before);
  });
});

describe('a run that cannot go on', () => {
  const last = (run: string) => place.file(run, 'checkpoints', 'step-00000020.safetensors');

  it('is none', () =>
    refused(
      'train --resume nowhere',
      1,
      "nowhere is not a run: it has no config.json; give the folder that 'train' wrote.",
    ));

  it('has a checkpoint that is cut', async () => {
    const run = copyOf('cut');
    writeFileSync(last(run), readFileSync(last(run)).subarray(0, -100));
    for (const verb of [`sample ${run} --out x.png`, `evaluate ${run}`, `export ${run}`]) {
      const { code, stderr } = await place.run(...verb.split(' '));
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^The checkpoint cut.checkpoints.step-00000020\.safetensors is cut: .*; remove it to use an older one in cut.checkpoints\.\n$/,
      );
    }
    const config = readFileSync(place.file(run, 'config.json'), 'utf8');
    const resumed = await place.run('train', '--resume', run, '--set', 'lambda=1', '--allow', 'lambda');
    expect(resumed.code).toBe(1);
    expect(resumed.stderr).toContain('is cut');
    expect(readFileSync(place.file(run, 'config.json'), 'utf8')).toBe(config);
    rmSync(last(run));
    expect((await place.json<{ steps: number }>('train', '--resume', run)).steps).toBe(20);
  });

  it('has a checkpoint of another version', async () => {
    const run = copyOf('version');
    const bytes = readFileSync(last(run));
    bytes.write('mixtura-checkpoint-9', bytes.indexOf('mixtura-checkpoint-1'));
    writeFileSync(last(run), bytes);
    await refused(
      `export ${run}`,
      1,
      'The checkpoint version/checkpoints/step-00000020.safetensors is of another version (mixtura-checkpoint-9, expected mixtura-checkpoint-1); use the version of Mixtura that wrote it.',
    );
  });

  it('has no checkpoint yet: it goes on from its start, to the same bits', async () => {
    const run = copyOf('none');
    rmSync(place.file(run, 'checkpoints'), { recursive: true });
    const { code } = await place.run('train', '--resume', run);
    expect(code).toBe(0);
    const last = (name: string) => readFileSync(place.file(name, 'checkpoints', 'step-00000020.safetensors'));
    expect(last(run).equals(last('run'))).toBe(true);
  });

  it('has other settings: the difference is printed', async () => {
    await refused(
      'train --resume run --steps 30 --set lambda=1',
      2,
      [
        'The settings differ from those of the run:',
        '  steps: the run has 20, you asked for 30',
        `  lambda: the run has ${configOf('run').settings.lambda}, you asked for 1`,
        'Leave them out, or allow the change by --allow steps,lambda.',
      ].join('\n'),
    );
  });

  it('has a preset already, and allows only settings that there are', async () => {
    await refused(
      'train --resume run --preset ring',
      2,
      '--resume goes on with the settings of its run; leave out --preset.',
    );
    await refused(
      'train --resume run --set lambda=1 --allow lamda',
      2,
      "There is no setting 'lamda' to --allow (did you mean lambda?); give names of settings, such as steps,lambda.",
    );
  });

  it('is not one whose data are given again as they were typed', async () => {
    const run = copyOf('typed');
    const { steps } = await place.json<{ steps: number }>(
      ...['train', 'good-images-idx3-ubyte', '--resume', run],
    );
    expect(steps).toBe(20);
  });

  it('has a damaged config', async () => {
    const run = copyOf('config');
    writeFileSync(place.file(run, 'config.json'), '{"method":');
    await refused(
      `evaluate ${run}`,
      1,
      'config/config.json is damaged: it is not JSON; the run cannot be read.',
    );
    writeFileSync(place.file(run, 'config.json'), '{}');
    await refused(
      `train --resume ${run}`,
      1,
      'config/config.json is damaged: it does not describe a run; restore it, or train again.',
    );
  });

  it('has a folder of images that was moved', async () => {
    const run = copyOf('moved');
    const { data, ...rest } = configOf(run);
    const config = { ...rest, data: { ...data, name: place.file('photos'), size: '4', color: 'grey' } };
    writeFileSync(place.file(run, 'config.json'), JSON.stringify(config));
    const sentence = 'DIR/photos does not exist: check the name and the folder.';
    await refused(`evaluate ${run}`, 1, sentence);
    await refused(`train --resume ${run}`, 1, sentence);
    await refused('train ./photos --size 4', 1, './photos does not exist: check the name and the folder.');
  });

  it('has data that changed', async () => {
    const run = copyOf('changed');
    const { data, ...rest } = configOf(run);
    const bytes = readFileSync(place.file('good-images-idx3-ubyte'));
    bytes[20]! ^= 1;
    writeFileSync(place.file('other-images-idx3-ubyte'), bytes);
    const config = { ...rest, data: { ...data, name: 'other-images-idx3-ubyte' } };
    writeFileSync(place.file(run, 'config.json'), JSON.stringify(config));
    const { code, stderr } = await place.run('evaluate', run);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The data other-images-idx3-ubyte has changed since the run began \(fingerprint \w{12}, was \w{12}\); put the old data back\.\n$/,
    );
  });

  it('is being written by another process', async () => {
    const run = copyOf('locked');
    writeFileSync(place.file(run, '.lock'), String(process.pid));
    await refused(
      `train --resume ${run}`,
      1,
      `Process ${process.pid} is writing the run locked by its lock locked/.lock; wait for it, or stop it, or delete that file if no such process trains.`,
    );
    // The lock of a process that is gone does not hold.
    writeFileSync(place.file(run, '.lock'), '999999999');
    expect((await place.json<{ steps: number }>('train', '--resume', run)).steps).toBe(20);
    expect(readdirSync(place.file(run))).not.toContain('.lock');
  });

  function configOf(run: string): TrainConfig {
    return JSON.parse(readFileSync(place.file(run, 'config.json'), 'utf8')) as TrainConfig;
  }
});

describe('a full disk', async () => {
  const mounted = (kilobytes: number, command: string) =>
    place.launch('unshare', [
      '-rm',
      'sh',
      '-c',
      `mkdir -p disk && mount -t tmpfs -o size=${kilobytes}k tmpfs disk && cd disk && ${command}`,
    ]).finished;
  const possible = await mounted(40, 'true').then(
    ({ code }) => code === 0,
    () => false,
  );
  const train = `'${process.execPath}' '${MAIN}' train digits --steps 20 --set checkpointEvery=5 --set relocate=0 --out r`;

  it.skipIf(!possible)('at the start leaves nothing', async () => {
    const { stdout, stderr } = await mounted(8, `${train}; echo exit $?; find .`);
    expect(stdout).toBe('exit 1\n.\n');
    expect(stderr).toMatch(/\nCannot write r\/.*: the disk is full; free some space there, .*\.\n$/);
  });

  it.skipIf(!possible)('later keeps the last good checkpoint, whole, and says how to go on', async () => {
    const check = `'${process.execPath}' '${MAIN}' evaluate r --json >/dev/null 2>&1; echo evaluate $?`;
    const { stdout, stderr } = await mounted(
      700,
      `${train}; echo exit $?; ${check}; find r -name '*.tmp' -o -name .lock -o -name '*.safetensors' | sort`,
    );
    expect(stderr).toMatch(
      /Cannot write r\/.*: the disk is full; .* The last good checkpoint is r\/checkpoints\/step-0*(\d+)\.safetensors; go on from it with --resume r\.\n$/,
    );
    const [exit, evaluated, ...files] = stdout.trim().split('\n');
    expect([exit, evaluated]).toEqual(['exit 1', 'evaluate 0']);
    expect(files.every((file) => file.endsWith('.safetensors'))).toBe(true);
    expect(stderr).toContain(`The last good checkpoint is ${files.at(-1)};`);
  });
});
