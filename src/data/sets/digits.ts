/** @file `digits`: the handwritten digits of UCI that are shipped with the package. */

import { fileURLToPath } from 'node:url';
import type { Dataset } from '../dataset.js';
import { idxDataset } from './idx-dataset.js';

// The same relative path from src/data/sets and from dist/data/sets.
const FOLDER = new URL('../../../assets/digits/', import.meta.url);

/**
 * Optical Recognition of Handwritten Digits: 3,823 training and 1,797 test images, 8x8, values 0..16 read as
 * [0, 1] (E. Alpaydin and C. Kaynak, UCI, CC BY 4.0; see NOTICE.md).
 *
 * @throws MixturaError if the package's own files are missing or damaged.
 */
export function digits(): Dataset {
  return load('train', () => load('test'));
}

function load(split: 'train' | 'test', test?: () => Dataset): Dataset {
  const file = (part: string) => fileURLToPath(new URL(`${split}-${part}-ubyte.gz`, FOLDER));
  return idxDataset({
    name: 'digits',
    images: file('images-idx3'),
    labels: file('labels-idx1'),
    maximum: 16,
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    source: `UCI Optical Recognition of Handwritten Digits (Alpaydin and Kaynak, CC BY 4.0), ${split} part.`,
    test,
  });
}
