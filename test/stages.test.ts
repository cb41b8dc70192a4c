/** @file Runs that look for groups first and learn them: what they leave, and that they go on where they were interrupted. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRequest } from '../src/config/resolve.js';
import type { Dataset } from '../src/data/dataset.js';
import { encodeNpy } from '../src/data/formats/npy.js';
import { ExitCode, MixturaError } from '../src/errors.js';
import { evaluate } from '../src/graph/evaluate.js';
import { input } from '../src/graph/tensor.js';
import { Stream } from '../src/math/random.js';
import { studentNetwork } from '../src/nets/student.js';
import { reopenData } from '../src/run/data/run-data.js';
import { RunFolder } from '../src/run/folder.js';
import { readCheckpoint } from '../src/run/formats/checkpoint.js';
import { lessonsOf } from '../src/run/learn.js';
import { fit as trained } from '../src/run/model/fit.js';
import { prepareRun } from '../src/run/prepare.js';
import type { RunEvent } from '../src/run/recorder.js';
import { resumeRun } from '../src/run/resume.js';
import { lessonKeys } from '../src/run/stages/keys.js';
import { StageInterrupted } from '../src/run/stages/stage-files.js';
import { readTeacher } from '../src/run/stages/teacher.js';
import { startRun } from '../src/run/start.js';
import { withTrained } from '../src/run/trained.js';
import { stagedRows, writeImages, writeRows } from './support/staged-data.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'mixtura-'));
const at = (...parts: string[]) => path.join(scratch, ...parts);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const settings = { units: 16, latent: 4, relocate: 0, teacher: 'groups', studentSteps: 20 };
const common = { preset: 'robust', steps: 20, batch: 16, seed: 3, threads: 1 };
const TABLE: RunRequest = { ...common, data: { name: at('table.npy') }, settings };
const IMAGES: RunRequest = {
  ...common,
  data: { name: at('images.npy') },
  settings: { ...settings, transformations: 'digits', pretextSteps: 8 },
};
const PRETEXT = 'learning what transformations leave (digits)';
const SEARCH = 'looking for groups';
const STUDENT = 'learning the groups that were found';

const last = (run: string) => at(run, 'checkpoints', 'step-00000020.safetensors');
const groupsOf = (run: string) => at(run, 'stages', 'groups.safetensors');
const stage = (run: string, name: string, step: number) =>
  at(run, 'stages', name, `step-${String(step).padStart(8, '0')}.safetensors`);
const bytes = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const pretextAndAll = (run: string) => [stage(run, 'pretext', 8), ...all(run)].map(bytes);
const all = (run: string) => [groupsOf(run), stage(run, 'student', 20), last(run)];

/** Follows a run, and interrupts it where a part of it has been done so far. */
function follower(where?: { readonly what: string; readonly done: number }) {
  const abort = new AbortController();
  const learned = new Set<string>();
  const onEvent = (event: RunEvent) => {
    const what = event.kind === 'learning' ? event.what.replace(/^(looking for groups).*/, '$1') : event.kind;
    learned.add(what);
    const done = event.kind === 'learning' ? event.done : 1;
    if (where?.what === what && done >= where.done) abort.abort();
  };
  return { signal: abort.signal, onEvent, learned };
}

async function interruptedRun(run: string, request: RunRequest, what: string, done: number): Promise<string> {
  const start = startRun(request, { ...follower({ what, done }), folder: at(run) });
  const cause = await start.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(cause instanceof StageInterrupted)) throw cause;
  expect(cause.exitCode).toBe(ExitCode.interrupted);
  return cause.message;
}

beforeAll(async () => {
  writeRows(at('table.npy'), stagedRows());
  writeImages(at('images.npy'));
  await startRun(TABLE, { folder: at('table') });
  await startRun(IMAGES, { folder: at('images') });
}, 120_000);

describe('a run that learns groups first', () => {
  it('leaves the groups, every stage, and how many groups it has found', () => {
    const run = RunFolder.open(at('table')).readConfig();
    expect([run.components, run.auto]).toEqual([3, true]);
    const { teaching, groups } = readTeacher(groupsOf('table')).teacher;
    expect(groups).toBe(3);
    expect([...teaching.shares]).toEqual([1 / 2, 1 / 3, 1 / 6]);
    expect([...teaching.group.slice(0, 6)]).toEqual([0, 0, 0, 1, 1, 2]);
    expect(readdirSync(at('table', 'stages')).sort()).toEqual(['groups.safetensors', 'student']);
    expect(readdirSync(at('images', 'stages')).sort()).toEqual(['groups.safetensors', 'pretext', 'student']);
    expect(readdirSync(at('images', 'stages', 'pretext'))).toEqual(['step-00000008.safetensors']);
    expect(existsSync(at('images', 'report.html'))).toBe(true);
  });

  it('stands on its student, which is in the checkpoint as it was', () => {
    const student = readCheckpoint(stage('table', 'student', 20)).tensors;
    const { tensors } = readCheckpoint(last('table'));
    const own = Object.keys(tensors).filter((name) => name.startsWith('encoder'));
    expect(own).toContain('encoder/head/weight');
    expect(own).toContain('encoder/1-norm/running-variance');
    for (const name of own) expect(tensors[name]!.data).toEqual(student[name]!.data);
    const sizes = RunFolder.open(at('table')).readMetrics().at(-1)!.sizes;
    for (const [c, share] of [1 / 2, 1 / 3, 1 / 6].entries()) expect(sizes[c]).toBeCloseTo(share, 2);
  });

  it('is a whole model without what its stages left', async () => {
    cpSync(at('table'), at('alone'), { recursive: true });
    rmSync(at('alone', 'stages'), { recursive: true });
    const rows = Uint32Array.of(0, 3, 5);
    const dataset = await reopenData(RunFolder.open(at('alone')).readConfig());
    const assigned = await withTrained(at('alone'), ({ inference }) => inference.assign(dataset, rows));
    const student = studentNetwork({ shape: [3], range: 'real' }, 3);
    const values = new Float32Array(9);
    dataset.read(rows, values);
    const { tensors } = readCheckpoint(stage('table', 'student', 20));
    const feeds = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
    const [expected] = evaluate([student.eval(input('rows', [3, 3])).softmax()], { ...feeds, rows: values });
    for (const [i, p] of assigned.entries()) expect(p).toBeCloseTo(expected![i]!, 5);
    const follow = follower();
    const { step } = await resumeRun(at('alone'), { steps: 22 }, { ...follow, allow: ['steps'] });
    expect(step).toBe(22);
    expect([...follow.learned].filter((what) => what.startsWith('l'))).toEqual([]);
    expect(existsSync(at('alone', 'stages'))).toBe(false);
  });

  it('gives the bits of rows in memory', async () => {
    const { data: _, ...request } = TABLE;
    const model = await trained(stagedRows(), request);
    try {
      await model.save(at('memory'));
      expect(model.run.components).toBe(3);
    } finally {
      await model.close();
    }
    expect(readCheckpoint(last('memory')).tensors).toEqual(readCheckpoint(last('table')).tensors);
  });

  it('takes as many groups as it is asked for', async () => {
    await startRun({ ...TABLE, components: 5, steps: 2 }, { folder: at('five') });
    const run = RunFolder.open(at('five')).readConfig();
    expect([run.components, run.auto]).toEqual([5, undefined]);
    const { teaching } = readTeacher(groupsOf('five')).teacher;
    expect(teaching.shares).toHaveLength(5);
    expect(Math.max(...teaching.group)).toBe(4);
  });

  it('trains where there is one group, and gives it all', async () => {
    const { groups } = await startRun({ ...TABLE, components: 1, steps: 2 }, { folder: at('one') });
    expect(groups.map(({ size }) => size)).toEqual([1]);
  });

  it('of a random teacher has groups of the same sizes, whose rows are other ones', async () => {
    const random = { ...settings, teacher: 'random' };
    await startRun({ ...TABLE, settings: random, steps: 2 }, { folder: at('random') });
    const [own, mixed] = ['table', 'random'].map((run) => readTeacher(groupsOf(run)).teacher.teaching);
    expect(mixed!.shares).toEqual(own!.shares);
    expect([...mixed!.group].sort()).toEqual([...own!.group].sort());
    const same = own!.group.filter((c, row) => c === mixed!.group[row]).length;
    expect(Math.abs(same / 240 - (1 / 4 + 1 / 9 + 1 / 36))).toBeLessThan(0.12);
    expect(mixed!.sure.every((sure) => sure === 1)).toBe(true);
  });
});

describe('a run that is interrupted before its first step', () => {
  it.each([
    ['the pretext', PRETEXT, 0.5, `${PRETEXT} (4 of 8 steps)`],
    ['the search', SEARCH, 0.3, 'looking for groups, which begins again'],
    ['the student', STUDENT, 0.25, `${STUDENT} (5 of 20 steps)`],
  ])('in %s goes on there, and ends with the same bits', async (_, what, done, said) => {
    const run = `images ${done}`;
    expect(await interruptedRun(run, IMAGES, what, done)).toBe(
      `Interrupted while ${said}; what was done before is saved: go on with mixtura train --resume ${at(run)}.`,
    );
    expect(existsSync(at(run, '.lock'))).toBe(false);
    const pretext = stage(run, 'pretext', 8);
    const former = what === PRETEXT ? undefined : statSync(pretext).mtimeMs;
    const follow = follower();
    const { finished } = await resumeRun(at(run), {}, follow);
    expect(finished).toBe(true);
    const order = [PRETEXT, SEARCH, STUDENT];
    expect([...follow.learned].filter((one) => order.includes(one))).toEqual(
      order.slice(order.indexOf(what)),
    );
    expect(pretextAndAll(run)).toEqual(pretextAndAll('images'));
    if (former !== undefined) expect(statSync(pretext).mtimeMs).toBe(former);
  });

  it('twice goes on twice', async () => {
    await interruptedRun('twice', TABLE, STUDENT, 0.3);
    const shares: number[] = [];
    const follow = (done: number) => {
      const { signal, onEvent } = follower({ what: STUDENT, done });
      return {
        signal,
        onEvent(event: RunEvent) {
          if (event.kind === 'learning' && event.what === STUDENT) shares.push(event.done);
          onEvent(event);
        },
      };
    };
    await expect(resumeRun(at('twice'), {}, follow(0.7))).rejects.toThrow(
      `Interrupted while ${STUDENT} (14 of 20 steps)`,
    );
    await resumeRun(at('twice'), {}, follow(2));
    // Steps 7 to 20, each once.
    expect(shares).toEqual(Array.from({ length: 14 }, (_, i) => (7 + i) / 20));
    expect(all('twice').map(bytes)).toEqual(all('table').map(bytes));
  });

  it('and in its training goes on without looking for groups', async () => {
    const first = await startRun(TABLE, { ...follower({ what: 'step', done: 1 }), folder: at('later') });
    expect([first.step, first.finished]).toEqual([1, false]);
    const follow = follower();
    await resumeRun(at('later'), {}, follow);
    expect([...follow.learned].filter((what) => [SEARCH, STUDENT].includes(what))).toEqual([]);
    expect(all('later').map(bytes)).toEqual(all('table').map(bytes));
  });

  it('in memory says that there is no model', async () => {
    const abort = AbortSignal.abort();
    const { data: _, ...request } = TABLE;
    await expect(trained(stagedRows(), { ...request, signal: abort })).rejects.toThrow(
      'Interrupted while looking for groups, which begins again: there is no model yet.',
    );
  });
});

describe('what stages have left', () => {
  it('is made again where it is damaged, cut or half-written: the same bits', async () => {
    await interruptedRun('damaged', TABLE, STUDENT, 0.5);
    truncateSync(stage('damaged', 'student', 10), 1000);
    writeFileSync(groupsOf('damaged'), 'no groups');
    writeFileSync(at('damaged', 'stages', 'student', '.step-00000012.safetensors.0-1-2.tmp'), 'half');
    await resumeRun(at('damaged'));
    expect(all('damaged').map(bytes)).toEqual(all('table').map(bytes));
    expect(readdirSync(at('damaged', 'stages', 'student'))).toEqual(['step-00000020.safetensors']);
  });

  it('is made again where settings have been changed that it depends on, and only then', async () => {
    const saved = settings;
    await interruptedRun('changed', { ...TABLE, settings: { ...saved, studentSteps: 30 } }, STUDENT, 0.5);
    const follow = follower();
    const fewer = { settings: { studentSteps: 20 } };
    await resumeRun(at('changed'), fewer, { ...follow, allow: ['studentSteps'] });
    expect([follow.learned.has(SEARCH), follow.learned.has(STUDENT)]).toEqual([false, true]);
    expect(all('changed').map(bytes)).toEqual(all('table').map(bytes));
  });

  it('stays once the run has made steps, so that its settings cannot change', async () => {
    const change = { steps: 40, settings: { studentSteps: 21 } };
    await expect(resumeRun(at('table'), change, { allow: ['steps', 'studentSteps'] })).rejects.toThrow(
      /^What the run .*table learned before its first step stays as it is, so studentSteps cannot change; leave that out, or train a new run\.$/,
    );
  });

  it('of images of four channels is followed by steps, sheets and a report', async () => {
    const stream = Stream.root(6);
    const data = Float64Array.from({ length: 60 * 4 * 256 }, (_, i) =>
      Math.floor(255 * (Math.floor(i / 1024) % 3 === 0 ? 0.2 : 0.8) * stream.uniform()),
    );
    writeFileSync(at('four.npy'), encodeNpy({ shape: [60, 4, 16, 16], data }));
    const asked = { ...IMAGES, data: { name: at('four.npy') }, components: 2, steps: 2 };
    const { step, files } = await startRun(asked, { folder: at('four') });
    expect([step, existsSync(files.samples!), existsSync(files.report!)]).toEqual([2, true, true]);
  }, 60_000);

  it('does not keep the folder of a run that fails before anything was learned', async () => {
    writeRows(at('equal.npy'), Array(40).fill([1, 2, 3]));
    const equal = { ...TABLE, data: { name: at('equal.npy') } };
    await expect(startRun(equal, { folder: at('equal') })).rejects.toThrow(
      /^All rows are equal in the view standardised, so there are no groups to find: give rows that differ\.$/,
    );
    expect(existsSync(at('equal'))).toBe(false);
  });
});

describe('keys of stages', () => {
  it.each(['mixed/mixed.csv', 'typed/float64.npy', 'tables/genes.mtx', 'digits'])(
    'are the same for data that are opened again: %s',
    async (name) => {
      const file = path.join(import.meta.dirname, 'fixtures', name);
      const request = { ...TABLE, components: 2, batch: 2, data: { name: existsSync(file) ? file : name } };
      const { run, method, dataset } = await prepareRun(request);
      const lessons = lessonsOf({ run, method })!;
      const keyOf = (data: Dataset) =>
        lessonKeys({ lessons, dataset: data, seed: 1, device: 'cpu', groups: 2 }).teacher;
      expect(keyOf(await reopenData(JSON.parse(JSON.stringify(run))))).toBe(keyOf(dataset));
    },
  );
});

describe('data', () => {
  it('of 20 rows, fewer than a batch, train; two rows are too few, which is said', async () => {
    writeRows(at('few.npy'), stagedRows(20));
    const few = { ...TABLE, data: { name: at('few.npy') } };
    const { run, groups } = await startRun(few, { folder: at('few') });
    expect(groups).toHaveLength(run.components);
    writeRows(at('two.npy'), stagedRows(2));
    const two = { ...TABLE, batch: 2, data: { name: at('two.npy') } };
    await expect(startRun(two, { folder: at('two') })).rejects.toThrow(
      /^two\.npy has 2 rows, too few to have groups: give at least 3\.$/,
    );
    expect(existsSync(at('two'))).toBe(false);
  });

  it('that are a table have no transformations, which is said before anything is written', async () => {
    const turned = { ...TABLE, settings: { ...settings, transformations: 'digits' } };
    const refused = startRun(turned, { folder: at('turned') });
    await expect(refused).rejects.toThrow(MixturaError);
    await expect(refused).rejects.toThrow(
      /^Transformations \(digits\) are for images, and these data are none; leave out --set transformations\.$/,
    );
    expect(existsSync(at('turned'))).toBe(false);
  });
});
