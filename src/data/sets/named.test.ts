import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classCounts } from '../dataset.js';
import { encodeIdx } from '../formats/idx.js';
import { download } from './download.js';
import { fetchSet, namedSet, namedSetPresence } from './named.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mixtura-named-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The four files of a tiny set: 3 training images and 2 test images of 2x2. */
function tinySet(into: string): void {
  mkdirSync(into, { recursive: true });
  for (const [split, n] of [
    ['train', 3],
    ['t10k', 2],
  ] as const) {
    const data = Uint8Array.from({ length: n * 4 }, (_, i) => i);
    writeFileSync(
      join(into, `${split}-images-idx3-ubyte.gz`),
      encodeIdx({ shape: [n, 2, 2], data }, { gzip: true }),
    );
    const labels = { shape: [n], data: Uint8Array.from({ length: n }, (_, i) => i) };
    writeFileSync(join(into, `${split}-labels-idx1-ubyte`), encodeIdx(labels));
  }
}

const refused = async (): Promise<Response> => {
  throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND mirror') });
};

describe('namedSet', () => {
  it("reads the user's folder first, without the network, zipped or not", async () => {
    tinySet(join(folder, 'fashion-mnist'));
    const environment = { MIXTURA_DATA: folder, MIXTURA_CACHE: join(folder, 'cache') };
    const set = await namedSet('fashion-mnist', { environment, fetch: refused });
    expect([set.count, set.test!().count, set.shape]).toEqual([3, 2, [1, 2, 2]]);
    expect(set.classNames![1]).toBe('Trouser');
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });

  it('reads the cache next', async () => {
    tinySet(join(folder, 'cache', 'mnist'));
    const environment = { MIXTURA_CACHE: join(folder, 'cache') };
    expect((await namedSet('mnist', { environment, fetch: refused })).count).toBe(3);
  });

  it('says offline which files to put where, and leaves nothing behind', async () => {
    tinySet(join(folder, 'data', 'mnist'));
    rmSync(join(folder, 'data', 'mnist', 't10k-images-idx3-ubyte.gz'));
    const environment = { MIXTURA_DATA: join(folder, 'data'), MIXTURA_CACHE: join(folder, 'cache') };
    await expect(namedSet('mnist', { environment, fetch: refused })).rejects.toThrow(
      'The data set mnist is not on this machine, and https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz ' +
        'cannot be downloaded (getaddrinfo ENOTFOUND mirror); put t10k-images-idx3-ubyte.gz in ' +
        `${join(folder, 'data', 'mnist')} (MIXTURA_DATA) or ${join(folder, 'cache', 'mnist')}.`,
    );
    expect(readdirSync(join(folder, 'cache', 'mnist'))).toEqual([]);
  });

  it('does not use the network where that is forbidden', async () => {
    const environment = { MIXTURA_OFFLINE: '1', MIXTURA_CACHE: folder };
    await expect(namedSet('mnist', { environment })).rejects.toThrow(
      'MIXTURA_OFFLINE is set; put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, ' +
        't10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz in',
    );
  });

  it('refuses a download that is not the file published', async () => {
    const environment = { MIXTURA_CACHE: folder };
    const fetch = async () => new Response(new Uint8Array(9912422));
    await expect(namedSet('mnist', { environment, fetch })).rejects.toThrow(
      "gave another file than its publisher's",
    );
    expect(readdirSync(join(folder, 'mnist'))).toEqual([]);
  });

  it.runIf(existsSync(join(process.env.MIXTURA_DATA ?? '', 'mnist')))('reads the real MNIST', async () => {
    const set = await namedSet('mnist', { fetch: refused });
    expect([...classCounts(set)!]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...classCounts(set.test!())!]).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });
});

describe('sets that the user puts in place', () => {
  it('are asked for in one sentence that says what goes where', async () => {
    const environment = { MIXTURA_DATA: join(folder, 'data'), MIXTURA_CACHE: join(folder, 'cache') };
    await expect(namedSet('cifar-10', { environment })).rejects.toThrow(
      'The data set cifar-10 is not on this machine (missing data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, ' +
        'data_batch_4.bin, data_batch_5.bin, test_batch.bin): unpack cifar-10-binary.tar.gz from ' +
        'https://www.cs.toronto.edu/~kriz/cifar.html and put its six .bin files into ' +
        `${join(folder, 'data', 'cifar-10-batches-bin')} (MIXTURA_DATA) or ${join(folder, 'cache', 'cifar-10-batches-bin')}.`,
    );
    await expect(namedSet('traffic-signs', { environment: { MIXTURA_CACHE: folder } })).rejects.toThrow(
      `into ${join(folder, 'traffic-signs')}, or into a folder traffic-signs within $MIXTURA_DATA.`,
    );
    mkdirSync(join(folder, 'data', 'pendigits'), { recursive: true });
    writeFileSync(join(folder, 'data', 'pendigits', 'pendigits.tes'), '');
    await expect(fetchSet('pendigits', { environment })).rejects.toThrow(
      `(missing pendigits.tra): put pendigits.tra and pendigits.tes from https://archive.ics.uci.edu/dataset/81 ` +
        `(or both as CSV) into ${join(folder, 'data', 'pendigits')}.`,
    );
  });

  it('are found under either of their names, first in the folder of the user', () => {
    const environment = { MIXTURA_DATA: join(folder, 'data'), MIXTURA_CACHE: join(folder, 'cache') };
    mkdirSync(join(folder, 'cache', 'traffic-signs'), { recursive: true });
    expect(namedSetPresence('traffic-signs', environment).found).toBe(join(folder, 'cache', 'traffic-signs'));
    mkdirSync(join(folder, 'data', 'gtsrb10'), { recursive: true });
    const { found, missing, advice } = namedSetPresence('traffic-signs', environment);
    expect([found, missing, advice]).toEqual([join(folder, 'data', 'gtsrb10'), [], undefined]);
  });
});

describe('fetchSet', () => {
  it('tells the files behind a constructed set, and gets none that is there', async () => {
    tinySet(join(folder, 'mnist'));
    const options = { environment: { MIXTURA_DATA: folder }, fetch: refused };
    const files = await fetchSet('mnist-elastic-07', options);
    expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
      join('mnist', 'train-images-idx3-ubyte.gz'),
      join('mnist', 'train-labels-idx1-ubyte'),
      join('mnist', 't10k-images-idx3-ubyte.gz'),
      join('mnist', 't10k-labels-idx1-ubyte'),
    ]);
    await expect(fetchSet('fmnist-5', options)).rejects.toThrow('The data set fashion-mnist is not on this');
    await expect(fetchSet('nothing', options)).rejects.toThrow('nothing is not a known set');
  });
});

describe('namedSetPresence', () => {
  it('tells the bytes of a download, and where complete files are', () => {
    const environment = { MIXTURA_CACHE: folder };
    const before = namedSetPresence('mnist', environment);
    expect([before.missing.length, before.missingBytes, before.found]).toEqual([4, 11594722, undefined]);
    expect(before.advice).toBe('mixtura data fetch mnist downloads 11.6 MB.');
    tinySet(join(folder, 'mnist'));
    expect(namedSetPresence('mnist', environment)).toMatchObject({
      missing: [],
      missingBytes: 0,
      found: join(folder, 'mnist'),
    });
  });
});

describe('download', () => {
  const BODY = Buffer.from('twelve bytes');
  const SHA = '02fb3c5c2ab6abce3f43fb1a08ebe2cc1389e6c32ca4ab9fbbe5ff96a8f6a5ee';
  let server: Server;
  let base: string;
  beforeEach(async () => {
    server = createServer((request, response) => {
      if (request.url === '/missing') response.writeHead(404).end();
      else if (request.url === '/hang') response.write(BODY.subarray(0, 5));
      else response.end(request.url === '/short' ? BODY.subarray(0, 5) : BODY);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (path: string, sha256: string, bytes = BODY.length) =>
    download({ url: base + path, bytes, sha256 }, join(folder, 'deep', 'f'), { idleMs: 300 });

  it('puts a whole, checked file in place and tells progress', async () => {
    const { createHash } = await import('node:crypto');
    const seen: number[] = [];
    const sha256 = createHash('sha256').update(BODY).digest('hex');
    const file = { url: `${base}/f`, bytes: BODY.length, sha256 };
    await download(file, join(folder, 'deep', 'f'), { progress: (p) => seen.push(p.received / p.total) });
    expect(readdirSync(join(folder, 'deep'))).toEqual(['f']);
    expect(seen.at(-1)).toBe(1);
  });

  it.each([
    ['/missing', BODY.length, 'cannot be downloaded (HTTP 404)'],
    ['/short', BODY.length, 'ended after 5 of 12 bytes'],
    ['/hang', BODY.length, 'cannot be downloaded (nothing arrived for 0.3 s)'],
    ['/f', BODY.length, "gave another file than its publisher's"],
    ['/f', 4, "gave another file than its publisher's"],
  ])('leaves nothing of %s (%i bytes expected): %s', async (path, bytes, message) => {
    await expect(get(path, SHA, bytes)).rejects.toThrow(message);
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });

  it('says so if the folder cannot be written', async () => {
    writeFileSync(join(folder, 'deep'), 'a file where a folder should be');
    await expect(get('/f', SHA)).rejects.toThrow('cannot be written');
  });
});
