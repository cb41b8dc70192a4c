/** @file CelebA: aligned photographs of faces, grouped by one of their attributes. */
import { readFileSync } from 'node:fs';
import { MixturaError } from '../../errors.js';
import { type Dataset, subset } from '../dataset.js';
import { type ImageFolderOptions, imageFolder } from '../images/folder.js';

/** The sets of the SLOGAN paper, by name, and the attribute by which each is grouped. */
export const CELEBA_ATTRIBUTES: Readonly<Record<string, string>> = {
  'celeba-male': 'Male',
  'celeba-eyeglasses': 'Eyeglasses',
  'celeba-black-hair': 'Black_Hair',
};

/** Side of the middle of a photograph that is kept. */
const MIDDLE = 140;

/** {@link MIDDLE} for images that are read as those of a set of CelebA, nothing for others. */
export function middleOf(name: string): number | undefined {
  return Object.hasOwn(CELEBA_ATTRIBUTES, name) ? MIDDLE : undefined;
}

/**
 * The photographs of a folder, with class 1 where they have the attribute, else 0: the middle 140x140 in 64x64, unless another
 * size is asked for. Training and validation part are one; the test part is held out.
 *
 * @param images folder of the photographs
 * @param attributes the publisher's list_attr_celeba.txt: a line with a number, one with the names of the attributes, and a
 * line a photograph, its file and 1 or -1 for each attribute
 * @param partition the publisher's list_eval_partition.txt: a line a photograph, its file and 0 (training), 1 (validation) or
 * 2 (test)
 * @throws a MixturaError where the lists lack a photograph or the attribute
 */
export async function celeba(
  name: string,
  { images, attributes, partition }: { images: string; attributes: string; partition: string },
  options: ImageFolderOptions,
): Promise<Dataset> {
  const attribute = CELEBA_ATTRIBUTES[name]!;
  const has = attributeOf(attributes, attribute);
  const parts = partsOf(partition);
  const { size = '64' } = options;
  const all = await imageFolder(images, { ...options, size, middle: MIDDLE });
  const files = all.rows!.id!.values.map((path) => stem(String(path)));
  const part = (title: string, held: boolean, test?: () => Dataset): Dataset => {
    const rows = files.flatMap((file, at) => (isHeldOut(parts, file, partition) === held ? [at] : []));
    if (rows.length === 0 && !held) {
      throw new MixturaError(
        `${partition} has no photograph to train on: get the whole list from the publisher.`,
      );
    }
    const labels = Int32Array.from(rows, (at) => labelOf(has, files[at]!, attributes));
    return subset(all, Uint32Array.from(rows), {
      ...{ name, labels, classNames: [`no ${attribute}`, attribute], test },
      source: `CelebA photographs of faces by ${attribute} (Liu, Luo, Wang, Tang), ${title} part.`,
      selection: `${title} ${attribute}`,
    });
  };
  const tested = files.some((file) => isHeldOut(parts, file, partition));
  return part('training', false, tested ? () => part('test', true) : undefined);
}

function labelOf(has: ReadonlyMap<string, number>, file: string, path: string): number {
  const label = has.get(file);
  if (label !== undefined) return label;
  throw new MixturaError(
    `${path} has no line of the photograph ${file}: get the whole list from the publisher.`,
  );
}

function isHeldOut(parts: ReadonlyMap<string, number>, file: string, path: string): boolean {
  const part = parts.get(file);
  if (part !== undefined) return part === 2;
  throw new MixturaError(
    `${path} has no line of the photograph ${file}: get the whole list from the publisher.`,
  );
}

/** The name of a photograph: the lists name JPEG files, also where these are PNG. */
function stem(path: string): string {
  return path
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '');
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new MixturaError(
      `${path} cannot be read (${(cause as Error).message}): get the list from the publisher.`,
      {
        cause,
      },
    );
  }
}

/** 1 or 0 by photograph. */
function attributeOf(path: string, attribute: string): Map<string, number> {
  const [, head = '', ...lines] = linesOf(path);
  const at = head.trim().split(/\s+/).indexOf(attribute);
  if (at < 0) {
    throw new MixturaError(
      `${path} names no attribute ${attribute} in its second line: get the list from the publisher.`,
    );
  }
  return new Map(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([file]) => file)
      .map(([file, ...values]) => [stem(file!), values[at] === '1' ? 1 : 0]),
  );
}

/** 0, 1 or 2 by photograph. */
function partsOf(path: string): Map<string, number> {
  const lines = linesOf(path);
  return new Map(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([file]) => file)
      .map(([file, part]) => [stem(file!), Number(part)]),
  );
}
