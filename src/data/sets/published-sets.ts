/** @file The published sets: what they hold, which files they are, and where those come from. Data only. */

import type { RemoteFile } from './download.js';

/** What is known of a set without opening it. */
export interface SetFacts {
  readonly title: string;
  readonly shape: readonly number[];
  /** Samples of every class in the training part; absent where that is up to the user's folder. */
  readonly train?: readonly number[];
  /** Samples of every class in the held-out part. */
  readonly test?: readonly number[];
}

/** Four gzipped IDX files in a folder named as the set, each downloaded and checked where it is missing. */
export interface DownloadedSet extends SetFacts {
  readonly mirror: string;
  readonly files: Readonly<Record<IdxFile, Omit<RemoteFile, 'url'>>>;
  readonly classNames: readonly string[];
}

/** A folder that the user puts in place. */
export interface LocalSet extends SetFacts {
  /** Folders and the files in them that make the set whole; the first that is there is taken. */
  readonly layouts: readonly { readonly folder: string; readonly files: readonly string[] }[];
  /** How to get it: the part of a sentence before "into FOLDER". */
  readonly advice: string;
}

/** The four files of a set in the format of MNIST. */
export const IDX_FILES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
] as const;
/** One of {@link IDX_FILES}. */
export type IdxFile = (typeof IDX_FILES)[number];

const MNIST: DownloadedSet = {
  title: 'MNIST handwritten digits (LeCun, Cortes, Burges)',
  shape: [1, 28, 28],
  train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  test: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  mirror: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
  files: {
    'train-images-idx3-ubyte.gz': {
      bytes: 9912422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    'train-labels-idx1-ubyte.gz': {
      bytes: 28881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    't10k-images-idx3-ubyte.gz': {
      bytes: 1648877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    't10k-labels-idx1-ubyte.gz': {
      bytes: 4542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  },
};

const FASHION_MNIST: DownloadedSet = {
  title: 'Fashion-MNIST (Zalando Research, MIT)',
  shape: [1, 28, 28],
  train: new Array<number>(10).fill(6000),
  test: new Array<number>(10).fill(1000),
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  mirror: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  files: {
    'train-images-idx3-ubyte.gz': {
      bytes: 26421880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    'train-labels-idx1-ubyte.gz': {
      bytes: 29515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    't10k-images-idx3-ubyte.gz': {
      bytes: 4422102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    't10k-labels-idx1-ubyte.gz': {
      bytes: 5148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  },
};

const CIFAR_FILES = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`).concat('test_batch.bin');

const CIFAR_10: LocalSet = {
  title: 'CIFAR-10, colour photographs of ten kinds of things (Krizhevsky)',
  shape: [3, 32, 32],
  train: new Array<number>(10).fill(5000),
  test: new Array<number>(10).fill(1000),
  layouts: [
    { folder: 'cifar-10-batches-bin', files: CIFAR_FILES },
    { folder: 'cifar-10', files: CIFAR_FILES },
  ],
  advice:
    'unpack cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html and put its six .bin files',
};

const PENDIGITS: LocalSet = {
  title: 'Pen digits, eight pen positions a digit (Alpaydin, Alimoglu; UCI, CC BY 4.0)',
  shape: [16],
  train: [780, 779, 780, 719, 780, 720, 720, 778, 719, 719],
  test: [363, 364, 364, 336, 364, 335, 336, 364, 336, 336],
  layouts: [
    { folder: 'pendigits', files: ['pendigits.tra', 'pendigits.tes'] },
    { folder: 'pendigits', files: ['train.csv', 'test.csv'] },
  ],
  advice: 'put pendigits.tra and pendigits.tes from https://archive.ics.uci.edu/dataset/81 (or both as CSV)',
};

const TRAFFIC_SIGNS: LocalSet = {
  title: 'Traffic signs, a folder of photographs with a sub-folder a class',
  shape: [3, 32, 32],
  layouts: [
    { folder: 'traffic-signs', files: [] },
    { folder: 'gtsrb10', files: [] },
  ],
  advice: 'put PNG, JPEG or WebP images, in a sub-folder for each class within train and test,',
};

const CELEBA_FILES = ['img_align_celeba', 'list_attr_celeba.txt', 'list_eval_partition.txt'];

const celebA = (what: string): LocalSet => ({
  title: `CelebA, photographs of faces ${what} (Liu, Luo, Wang, Tang)`,
  shape: [3, 64, 64],
  layouts: [{ folder: 'celeba', files: CELEBA_FILES }],
  advice:
    'unpack img_align_celeba.zip from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html and put its folder, list_attr_celeba.txt and list_eval_partition.txt',
});

/** The sets that can be downloaded, by name. */
export const DOWNLOADED_SETS: Readonly<Record<string, DownloadedSet>> = {
  mnist: MNIST,
  'fashion-mnist': FASHION_MNIST,
};

/** The sets that the user puts in place, by name. */
export const LOCAL_SETS: Readonly<Record<string, LocalSet>> = {
  'cifar-10': CIFAR_10,
  pendigits: PENDIGITS,
  'traffic-signs': TRAFFIC_SIGNS,
  'celeba-male': celebA('with and without the attribute Male'),
  'celeba-eyeglasses': celebA('with and without eyeglasses'),
  'celeba-black-hair': celebA('with and without black hair'),
};

/** The sets that are read as folders of images, with the options of those. */
export const IMAGE_FOLDER_SETS: readonly string[] = [
  'traffic-signs',
  'celeba-male',
  'celeba-eyeglasses',
  'celeba-black-hair',
];
