/** @file The options that say how a folder of images is read, which several verbs have. */
import type { ImageOptions } from '../data/images/folder.js';
import { usageError } from '../errors.js';
import type { Arguments, Option } from './verb.js';

/** The options, to be spread among those of a verb. */
export const IMAGE_OPTIONS: Readonly<Record<string, Option>> = {
  size: { value: 'S', summary: 'folder of images: side, or width x height, such as 32 or 48x32' },
  crop: {
    value: 'HOW',
    summary: 'folder of images, before resizing: center (default) or none (stretch)',
    choices: ['center', 'none'],
  },
  grey: { summary: 'folder of images: as grey ones (default where all are)' },
  color: { summary: 'folder of images: as colour ones' },
  background: {
    value: 'COLOUR',
    summary:
      'folder of images: what transparent parts lie on, white, black or #rrggbb (default: by what is visible)',
  },
};

/** What was given of them. @throws a usage error for a value that is none. */
export function imageOptions(args: Arguments): ImageOptions {
  const crop = args.text('crop');
  if (crop !== undefined && crop !== 'center' && crop !== 'none') {
    throw usageError(`--crop is '${crop}'; give center or none.`);
  }
  const [grey, color] = [args.flag('grey'), args.flag('color')];
  if (grey && color) throw usageError('Both --grey and --color are given; give one of them.');
  const background = args.text('background');
  return { size: args.text('size'), crop, color: grey ? 'grey' : color ? 'color' : undefined, background };
}
