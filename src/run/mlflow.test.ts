import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stagedRows, writeRows } from '../../test/support/staged-data.js';
import { MlflowTracker, mlflowUrl } from './mlflow.js';
import type { RunEvent } from './recorder.js';
import { resumeRun } from './resume.js';
import { startRun } from './start.js';

const root = mkdtempSync(join(tmpdir(), 'mixtura-mlflow-'));
afterAll(() => rmSync(root, { recursive: true }));

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown> & { params?: Pair[]; metrics?: Metric[] };
  readonly bytes: Buffer;
  readonly authorization: string | undefined;
}
type Pair = { key: string; value: string };
type Metric = { key: string; value: number; step: number; timestamp: number };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers as MLflow does, or as it is told to. */
async function fake(answer?: (call: Call, response: ServerResponse) => boolean) {
  const calls: Call[] = [];
  server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const text = bytes.toString();
    const body = text.startsWith('{') ? (JSON.parse(text) as Call['body']) : {};
    const { method = '', url = '', headers } = request;
    const call = {
      method,
      path: url.replace('/api/2.0/', ''),
      body,
      bytes,
      authorization: headers.authorization,
    };
    calls.push(call);
    if (answer?.(call, response)) return;
    const answers: Record<string, object> = {
      'mlflow/experiments/create': { experiment_id: '7' },
      'mlflow/runs/create': {
        run: { info: { run_id: 'r1', artifact_uri: 'mlflow-artifacts:/7/r1/artifacts' } },
      },
    };
    if (url.includes('get-by-name')) response.statusCode = 404;
    response.end(JSON.stringify(answers[call.path] ?? {}));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const SMALL = {
  data: { name: 'digits' },
  ...{ steps: 20, evaluateEvery: 10, checkpointEvery: 10, batch: 16, threads: 1 },
  settings: { network: 'mlp', units: 8, latent: 4 },
};
const checkpoint = (folder: string) => {
  const [last] = readdirSync(join(folder, 'checkpoints')).sort().reverse();
  return readFileSync(join(folder, 'checkpoints', last!));
};

describe('a run that is told to MLflow', () => {
  beforeAll(async () => {
    await startRun(SMALL, { folder: join(root, 'plain') });
  }, 60_000);

  it('is made there, with its settings, lines and files, and goes on as the same', async () => {
    const { calls, url } = await fake();
    const folder = join(root, 'told');
    await startRun(SMALL, { folder, mlflow: `${url}/` });
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET mlflow/experiments/get-by-name?experiment_name=mixtura',
      'POST mlflow/experiments/create',
      'POST mlflow/runs/create',
      'POST mlflow/runs/log-batch',
      'POST mlflow/runs/log-batch',
      'POST mlflow/runs/log-batch',
      'PUT mlflow-artifacts/artifacts/7/r1/artifacts/report.html',
      'PUT mlflow-artifacts/artifacts/7/r1/artifacts/samples.png',
      'POST mlflow/runs/update',
    ]);
    expect(calls[1]!.body).toEqual({ name: 'mixtura' });
    expect(calls[2]!.body).toMatchObject({ experiment_id: '7', run_name: 'told' });
    const params = Object.fromEntries(calls[3]!.body.params!.map(({ key, value }) => [key, value]));
    expect(params).toMatchObject({
      method: 'slogan',
      steps: '20',
      batch: '16',
      'data/name': 'digits',
      'data/shape': '1x8x8',
    });
    const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
    for (const [i, step] of [10, 20].entries()) {
      const { losses, sizes } = JSON.parse(lines[i]!) as { losses: Record<string, number>; sizes: number[] };
      const { metrics, run_id } = calls[4 + i]!.body;
      expect([run_id, new Set(metrics!.map((metric) => metric.step))]).toEqual(['r1', new Set([step])]);
      const values = Object.fromEntries(metrics!.map(({ key, value }) => [key, value]));
      for (const [name, value] of Object.entries(losses)) expect(values[`loss/${name}`]).toBe(value);
      expect(values['size/group-1']).toBe(sizes[0]);
    }
    expect(calls[6]!.bytes.equals(readFileSync(join(folder, 'report.html')))).toBe(true);
    expect(calls[7]!.bytes.equals(readFileSync(join(folder, 'samples.png')))).toBe(true);
    expect(calls[8]!.body).toMatchObject({ run_id: 'r1', status: 'FINISHED' });

    calls.length = 0;
    await resumeRun(folder, { steps: 30 }, { allow: ['steps'] });
    expect(calls.map(({ path }) => path)).toEqual([
      'mlflow/runs/update',
      'mlflow/runs/log-batch',
      'mlflow-artifacts/artifacts/7/r1/artifacts/report.html',
      'mlflow-artifacts/artifacts/7/r1/artifacts/samples.png',
      'mlflow/runs/update',
    ]);
    expect(calls[0]!.body).toEqual({ run_id: 'r1', status: 'RUNNING' });
    expect(calls[1]!.body.metrics![0]!.step).toBe(30);
  }, 60_000);

  it.each<
    [what: string, answer: ((call: Call, response: ServerResponse) => boolean) | undefined, reason: RegExp]
  >([
    ['is down', undefined, /ECONNREFUSED/],
    [
      'refuses',
      (_, response) => {
        response.statusCode = 403;
        response.end('{"error_code":"PERMISSION_DENIED","message":"Permission denied"}');
        return true;
      },
      /HTTP 403: Permission denied/,
    ],
    [
      'is no MLflow',
      (_, response) => {
        response.end('<html>');
        return true;
      },
      /no MLflow server/,
    ],
    [
      'breaks off later',
      ({ path }, response) => {
        if (path.endsWith('log-batch')) response.destroy();
        return path.endsWith('log-batch');
      },
      /other side closed|ECONNRESET|socket hang up/,
    ],
  ])(
    'by a server that %s is trained all the same, with one line',
    async (what, answer, reason) => {
      const { url } = await fake(answer);
      if (answer === undefined) await new Promise((resolve) => server!.close(resolve));
      const notes: string[] = [];
      const onEvent = (event: RunEvent) => {
        if (event.kind === 'note' && !event.note.startsWith('Before step')) notes.push(event.note);
      };
      const folder = join(root, what.replaceAll(' ', '-'));
      const result = await startRun(SMALL, { folder, mlflow: url, onEvent });
      expect(result.finished).toBe(true);
      expect(notes).toEqual([expect.stringMatching(reason)]);
      expect(notes[0]).toContain(`MLflow at ${url} does not take this run (`);
      expect(checkpoint(folder).equals(checkpoint(join(root, 'plain')))).toBe(true);
    },
    60_000,
  );
});

it('is told how many groups were found, once they are, and that a run was stopped before', async () => {
  const { calls, url } = await fake();
  const name = join(root, 'table.npy');
  writeRows(name, stagedRows(60));
  const settings = { ...SMALL.settings, teacher: 'groups', studentSteps: 5 };
  const request = { ...SMALL, data: { name }, preset: 'robust', settings };
  const folder = join(root, 'found');
  const abort = AbortSignal.abort();
  await expect(startRun(request, { folder, mlflow: url, signal: abort })).rejects.toThrow('Interrupted');
  expect(calls.at(-1)!.body).toMatchObject({ run_id: 'r1', status: 'KILLED' });
  const told = () => calls.flatMap(({ body }) => body.params ?? []).filter(({ key }) => key === 'components');
  expect(told()).toEqual([]);
  await resumeRun(folder, {}, { mlflow: url });
  expect(told()).toEqual([{ key: 'components', value: '3' }]);
  expect(calls.at(-1)!.body).toMatchObject({ run_id: 'r1', status: 'FINISHED' });
});

describe('MlflowTracker', () => {
  const LINE = { step: 1, seconds: 1, msPerStep: 1, losses: { a: Number.NaN }, sizes: [] };
  const run = { settings: {}, data: {}, dataset: { shape: [2] } } as never;

  it('cuts settings and numbers into calls of the sizes that MLflow takes', async () => {
    const { calls, url } = await fake();
    const tracker = MlflowTracker.of({ url, folder: root, warn: expect.fail })!;
    const settings = Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`s${i}`, i]));
    tracker.begin({
      settings: { ...settings, long: 'x'.repeat(9000), 'ü?': [1] },
      data: {},
      dataset: { shape: [2] },
    } as never);
    tracker.line({ ...LINE, sizes: new Array<number>(2500).fill(0.5) });
    await tracker.finish('KILLED');
    const batches = calls.filter(({ path }) => path.endsWith('log-batch')).map(({ body }) => body);
    const sizes = batches.map(({ params, metrics }) => [params?.length ?? 0, metrics?.length ?? 0]);
    expect(sizes).toEqual([
      [100, 0],
      [100, 0],
      [33, 0],
      [0, 1000],
      [0, 1000],
      [0, 501],
    ]);
    const params = batches.flatMap((batch) => batch.params ?? []);
    expect(params.find(({ key }) => key === 'long')!.value).toHaveLength(500);
    expect(params.find(({ key }) => key === '__')!.value).toBe('[1]');
    expect(batches.flatMap((batch) => batch.metrics ?? []).some(({ key }) => key === 'loss/a')).toBe(false);
    expect(calls.at(-1)!.body).toMatchObject({ status: 'KILLED' });
    rmSync(join(root, 'mlflow.json'));
  });

  it.each([
    ['a token', { MLFLOW_TRACKING_TOKEN: 't', MLFLOW_TRACKING_USERNAME: 'u' }, '', 'Bearer t'],
    [
      'a name and a password',
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p' },
      '',
      `Basic ${Buffer.from('u:p').toString('base64')}`,
    ],
    ['those of the address', {}, 'a:b%40@', `Basic ${Buffer.from('a:b@').toString('base64')}`],
    ['nothing', {}, '', undefined],
  ])('shows %s, and writes no password down', async (_, environment, user, authorization) => {
    const { calls, url } = await fake();
    const address = url.replace('http://', `http://${user}`);
    const tracker = MlflowTracker.of({ url: address, folder: root, environment, warn: expect.fail })!;
    tracker.begin(run);
    await tracker.finish('FINISHED');
    expect(new Set(calls.map((call) => call.authorization))).toEqual(new Set([authorization]));
    expect(JSON.parse(readFileSync(join(root, 'mlflow.json'), 'utf8'))).toEqual({
      url,
      runId: 'r1',
      artifactUri: 'mlflow-artifacts:/7/r1/artifacts',
    });
    rmSync(join(root, 'mlflow.json'));
  });

  it('finds an experiment that is there, by the name in the environment, and gives up a server that is silent', async () => {
    const { calls, url } = await fake(({ path }, response) => {
      if (path.includes('get-by-name')) response.end('{"experiment":{"experiment_id":"3"}}');
      return path.includes('get-by-name') || path.endsWith('runs/create');
    });
    const told: string[] = [];
    const environment = { MLFLOW_EXPERIMENT_NAME: 'my groups' };
    const warn = (sentence: string) => told.push(sentence);
    const tracker = MlflowTracker.of({ url, folder: root, environment, warn, timeoutMs: 200 })!;
    tracker.begin(run);
    tracker.line(LINE);
    await tracker.finish('FINISHED');
    expect(calls.map(({ path }) => path)).toEqual([
      'mlflow/experiments/get-by-name?experiment_name=my%20groups',
      'mlflow/runs/create',
    ]);
    expect(calls[1]!.body.experiment_id).toBe('3');
    expect(told).toEqual([expect.stringContaining('timeout')]);
  });

  it.each([
    [200, '<!doctype html><title>Hello</title>'],
    [404, '<html>Not found</html>'],
    [404, ''],
    [200, '{"experiment'],
  ])('says in one sentence that what answers %d %j is no MLflow server', async (status, page) => {
    const { url } = await fake((_, response) => {
      response.statusCode = status;
      response.end(page);
      return true;
    });
    const notes: string[] = [];
    const onEvent = (event: RunEvent) => event.kind === 'note' && notes.push(event.note);
    const folder = join(root, `page-${status}-${page.length}`);
    const { finished } = await startRun(SMALL, { folder, mlflow: url, onEvent });
    expect(finished).toBe(true);
    expect(notes).toContain(
      `MLflow at ${url} does not take this run (what answers there is no MLflow server); training goes on without it.`,
    );
  });

  it('takes addresses of servers alone', () => {
    expect(mlflowUrl('https://x.org/mlflow//')).toBe('https://x.org/mlflow');
    for (const wrong of ['localhost:5000', 'file:///tmp', 'x']) {
      expect(() => mlflowUrl(wrong)).toThrow(`--mlflow is '${wrong}'; give the address of a server`);
    }
    expect(MlflowTracker.of({ folder: root, warn: expect.fail })).toBeUndefined();
  });
});
