import { describe, expect, it } from 'vitest';
import { parseMetricName } from './metric.js';
import { type PublishedQuery, publishedCell, publishedCells, publishedData } from './published.js';
import { SLOGAN_TABLE_9 } from './published-tables.js';

const from = (source: string) => publishedCells.filter((cell) => cell.source === source);

const MNIST_2: PublishedQuery = {
  base: 'mnist',
  classNames: ['0', '4'],
  classCounts: [5923, 2538],
  method: 'slogan',
  settings: { lambda: 4, scale: 4, margin: 0.5 },
};

describe('the published tables', () => {
  it('have every cell: nine methods less the N/A of WGAN', () => {
    expect(from('SLOGAN Table 6')).toHaveLength(12 * 9 - 4);
    expect(from('SLOGAN Table 7')).toHaveLength(13 * 9 - 4);
    expect(from('SLOGAN Table 9')).toHaveLength(5 * 3);
    expect(from('SLOGAN Table 10')).toHaveLength(5);
    expect(from('GM-GAN, clustering table')).toHaveLength(18 + 11);
    expect(publishedCells).toHaveLength(104 + 113 + 15 + 5 + 29);
    expect(publishedCells.every(({ mean, deviation = 0 }) => mean >= 0 && deviation >= 0)).toBe(true);
  });

  it('have these values', () => {
    const value = (data: string, method: string, metric: string, source: string) => {
      const found = publishedCells.filter(
        (cell) =>
          cell.data === data && cell.method === method && cell.metric === metric && cell.source === source,
      );
      expect(found).toHaveLength(1);
      return [found[0]!.mean, found[0]!.deviation];
    };
    expect(value('FMNIST', 'SLOGAN', 'ICFID', 'SLOGAN Table 6')).toEqual([23.31, 2.77]);
    expect(value('CIFAR-2', 'DeLiGAN', 'FID', 'SLOGAN Table 6')).toEqual([338.97, 70.85]);
    expect(value('CIFAR-10', 'PGMGAN', 'NMI', 'SLOGAN Table 6')).toEqual([0.29, 0.02]);
    expect(value('MNIST-2 (7:3)', 'ClusterGAN', 'ICFID', 'SLOGAN Table 7')).toEqual([25.41, 1.02]);
    expect(value('CIFAR-2 (9:1)', 'CD-GAN', 'ICFID', 'SLOGAN Table 7')).toEqual([128.46, 3.03]);
    expect(value('10x_73k', 'WGAN', 'NMI', 'SLOGAN Table 7')).toEqual([0.22, 0.04]);
    expect(value('CIFAR-10', 'SLOGAN', 'ICFID', 'SLOGAN Table 9')).toEqual([78.26, undefined]);
    expect(value('MNIST', 'GM-GAN', 'ACC', 'GM-GAN, clustering table')).toEqual([0.9924, undefined]);
    expect(value('Synthetic Traffic Signs', 'K-Means*', 'NMI', 'GM-GAN, clustering table')).toEqual([
      0.1977,
      undefined,
    ]);
  });

  it('agree where they repeat each other: SLOGAN in Table 9 and in Tables 6 and 7', () => {
    const rows = SLOGAN_TABLE_9.trim()
      .split('\n')
      .map((line) => line.split('|'))
      .filter(([, variant]) => variant === 'SLOGAN');
    expect(rows).toHaveLength(5);
    for (const [data, , ...values] of rows) {
      const means = (['NMI', 'FID', 'ICFID'] as const).map(
        (metric) =>
          publishedCells.find(
            (cell) => cell.data === data && cell.metric === metric && cell.method === 'SLOGAN',
          )!.mean,
      );
      expect(values.map(Number)).toEqual(means);
    }
  });
});

describe('the data of a run as the papers call them', () => {
  it('are recognised by classes and shares, in any order', () => {
    expect(publishedData(MNIST_2)).toEqual(['MNIST-2 (7:3)']);
    expect(publishedData({ base: 'mnist', classNames: ['4', '0'], classCounts: [2538, 5923] })).toEqual([
      'MNIST-2 (7:3)',
    ]);
    const merged = ['Bag', 'Dress + T-shirt/top', 'Trouser', 'Shirt + Pullover + Coat'];
    expect(
      publishedData({
        base: 'fashion-mnist',
        classNames: [...merged, 'Ankle boot + Sneaker + Sandal'],
        classCounts: [6000, 12000, 6000, 18000, 18000],
      }),
    ).toEqual(['FMNIST-5']);
    const names = Array.from({ length: 10 }, (_, y) => `class ${y}`);
    expect(
      publishedData({ base: 'fashion-mnist', classNames: names, classCounts: names.map(() => 6000) }),
    ).toEqual(['FMNIST', 'Fashion-MNIST']);
    expect(
      publishedData({
        base: 'cells.h5ad',
        classNames: [],
        classCounts: [2612, 10085, 9232, 8385, 10224, 11953, 10479, 10263],
      }),
    ).toEqual(['10x_73k']);
  });

  it('are not those of other shares, classes or sets', () => {
    expect(publishedData({ ...MNIST_2, classCounts: [5923, 658] })).toEqual([]);
    expect(publishedData({ ...MNIST_2, classNames: ['0', '7'] })).toEqual([]);
    expect(publishedData({ ...MNIST_2, base: 'digits' })).toEqual([]);
    const counts = new Array<number>(10).fill(1000);
    expect(publishedData({ base: 'mnist', classNames: counts.map(String), classCounts: counts })).toEqual([]);
  });
});

describe('the cell beside a metric', () => {
  const value = (query: Partial<PublishedQuery>, name: string) => {
    const found = publishedCell({ ...MNIST_2, ...query }, parseMetricName(name));
    return found && [found.method, found.mean, found.source];
  };

  it('is that of the same data, method and metric', () => {
    expect(value({}, 'nmi-kmeans-encoder-test')).toEqual(['SLOGAN', 0.92, 'SLOGAN Table 7']);
    expect(value({}, 'fd1400-lenet-mnist-test')).toEqual(['SLOGAN', 4.02, 'SLOGAN Table 7']);
    expect(value({}, 'icfid420-lenet-mnist-test')).toEqual(['SLOGAN', 5.91, 'SLOGAN Table 7']);
    expect(value({ method: 'wgan' }, 'nmi-kmeans-critic-test')).toEqual(['WGAN', 0.9, 'SLOGAN Table 7']);
    expect(value({ method: 'wgan' }, 'icfid420-lenet-mnist-test')).toBeUndefined();
    const critic = 'nmi-kmeans-critic-test';
    expect(value({ method: 'deligan' }, critic)).toEqual(['DeLiGAN', 0.9, 'SLOGAN Table 7']);
    const encoder = 'nmi-kmeans-encoder-test';
    expect(value({ method: 'deligan-plus' }, encoder)).toEqual(['DeLiGAN+', 0.48, 'SLOGAN Table 7']);
  });

  it('is that of the ablation that the settings are', () => {
    expect(value({ settings: { lambda: 0 } }, 'nmi-kmeans-encoder-test')).toEqual([
      'SLOGAN',
      0.25,
      'SLOGAN Table 9',
    ]);
    const scaled = { settings: { lambda: 4, scale: 8, margin: 0.5 } };
    expect(value(scaled, 'icfid420-lenet-mnist-test')).toEqual(['SLOGAN', 33.98, 'SLOGAN Table 10']);
    expect(value(scaled, 'nmi-kmeans-encoder-test')).toEqual(['SLOGAN', 0.92, 'SLOGAN Table 7']);
    const other = { settings: { lambda: 4, scale: 8, margin: 0 } };
    expect(value(other, 'icfid420-lenet-mnist-test')).toEqual(['SLOGAN', 5.91, 'SLOGAN Table 7']);
  });

  it('of CD-GAN and of PGMGAN, whose samples may be rejected, are found by their names here', () => {
    expect(value({ method: 'cdgan', settings: {} }, 'nmi-kmeans-encoder-test')).toEqual([
      'CD-GAN',
      expect.any(Number),
      'SLOGAN Table 7',
    ]);
    const rejected = value({ method: 'pgmgan', settings: {} }, 'fd10k-lenet-mnist-rejection-test');
    expect(rejected).toEqual(['PGMGAN', expect.any(Number), 'SLOGAN Table 7']);
    expect(value({ method: 'pgmgan', settings: {} }, 'fd10k-raw-rejection-test')).toBeUndefined();
  });

  it("of accuracy is GM-GAN's table, and of what no paper has is none", () => {
    const mnist = {
      classNames: Array.from({ length: 10 }, (_, y) => String(y)),
      classCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      method: 'infogan',
      settings: {},
    };
    expect(value(mnist, 'acc-assign-test')).toEqual(['InfoGAN', 0.95, 'GM-GAN, clustering table']);
    const own = { ...mnist, method: 'gmgan' };
    expect(value(own, 'acc-assign-test')).toEqual(['GM-GAN', 0.9924, 'GM-GAN, clustering table']);
    expect(value(own, 'nmi-assign-test')).toEqual(['GM-GAN', 0.9618, 'GM-GAN, clustering table']);
    expect(value(mnist, 'nmi-kmeans-encoder-test')).toEqual(['InfoGAN', 0.9, 'SLOGAN Table 6']);
    for (const name of ['ari-assign-test', 'fd10k-raw-test', 'kid10k-lenet-mnist-test', 'nmi-assign-test']) {
      expect(value(mnist, name), name).toBeUndefined();
    }
  });
});
