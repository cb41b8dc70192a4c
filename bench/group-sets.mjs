// The development sets in which groups are looked for without training, by name: a function of the seed each.
import { sparseDataset } from '../dist/data/formats/sparse.js';
import { arrayDataset, openDataset } from '../dist/entries/data.js';
import { Stream } from '../dist/entries/prior.js';
import { alongPrincipal } from '../dist/views/components.js';
import { madeData } from './made-data.mjs';

const table = ({ x, labels, coding }) =>
  arrayDataset({
    name: 'made',
    kind: 'table',
    shape: [x.columns],
    range: 'real',
    values: x.values,
    labels,
    coding,
    source: 'Made.',
  });

/** Unequal digits of MNIST along 50 components, embedded in 384 columns. */
async function embeddings(seed, unit) {
  const digits = await openDataset('mnist');
  const sizes = [2000, 1500, 1000, 700, 450, 300, 180, 100];
  const wanted = sizes.slice();
  const rows = Stream.root(seed)
    .fork('digits')
    .permutation(digits.count)
    .filter((i) => wanted[digits.labels[i]]-- > 0);
  const pixels = new Float32Array(rows.length * 784);
  digits.read(rows, pixels);
  const x = { rows: rows.length, columns: 784, values: pixels };
  const short = alongPrincipal({ most: 50, share: 1 })(x).apply(x);
  const labels = Int32Array.from(rows, (i) => digits.labels[i]);
  return table({ x: madeData.embedded(short, Stream.root(seed), { unit }), labels });
}

function counts(seed, difference) {
  const made = madeData.cellCounts(Stream.root(seed), { difference });
  const about = { name: 'made', kind: 'table', shape: [made.counts.columns], range: 'real', source: 'Made.' };
  return sparseDataset({ ...about, labels: made.labels }, made.counts);
}

/** Four signs at 60:25:10:5; the seed chooses the images. */
const fourSigns = (subsetSeed) =>
  openDataset('traffic-signs', {
    classes: 'priority-road,yield,keep-right,stop',
    ratio: '60:25:10:5',
    subsetSeed,
  });

export const SETS = {
  digits: () => openDataset('digits', { classes: '2,0,6,7', ratio: '8:4:2:1' }),
  pendigits: () => openDataset('pendigits'),
  groups: (seed) => table(madeData.fiveGroups(Stream.root(seed))),
  exponentiated: (seed) => table(madeData.fiveGroups(Stream.root(seed), { exponentiated: true })),
  mixed: (seed) => table(madeData.mixedTable(Stream.root(seed))),
  optdigits: () => openDataset('digits'),
  counts: (seed) => counts(seed, 0.45),
  'faint-counts': (seed) => counts(seed, 0.3),
  embeddings: (seed) => embeddings(seed, true),
  'raw-embeddings': (seed) => embeddings(seed, false),
  'four-signs': fourSigns,
  'traffic-signs': () => openDataset('traffic-signs'),
  'fashion-mnist': () => openDataset('fashion-mnist'),
  'fmnist-5': () => openDataset('fmnist-5'),
  mnist: () => openDataset('mnist'),
  'mnist-10-1': () =>
    openDataset('mnist', {
      classes: '0,1,2,3,4,5,6,7,8,9',
      ratio: '1000:774:599:464:359:278:215:167:129:100',
    }),
  'mnist-2': () => openDataset('mnist-2'),
  'mnist-2-9-1': () => openDataset('mnist-2', { ratio: '9:1' }),
  ring: () => openDataset('ring'),
  'cifar-10': () => openDataset('cifar-10'),
};

/** The rows of a set that are looked at: all, or so many drawn by the seed. */
export function rowsOf(data, seed, most) {
  return Stream.root(seed).fork('rows').choice(data.count, Math.min(data.count, most));
}
