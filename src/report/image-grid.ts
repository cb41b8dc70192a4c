/** @file Sample sheets: many small images as one PNG, a row for each component. */
import { MixturaError } from '../errors.js';
import { Raster, textWidth } from './raster.js';

/** The left margin of one row: a strip in the component's colour, and a short label such as "53%". */
export interface GutterRow {
  readonly color: string;
  readonly label?: string;
}

/** Images, and how they are laid out in rows and columns. */
export interface ImageGrid {
  /** `[n, channels, height, width]`, row-major; filled row by row from the top left. */
  readonly samples: ArrayLike<number>;
  /**
   * `[channels, height, width]`; 1 channel is grey, 3 are red, green, blue, of more the first three are. Of 2 the first is
   * red, the second green and blue.
   */
  readonly shape: readonly number[];
  /** `unit`: 0 is black and 1 white; `signed`: -1 is black and 1 white. Values outside are clipped. */
  readonly range: 'unit' | 'signed';
  readonly columns: number;
  /**
   * Side of an image on the sheet, about: small images are enlarged by a whole factor, none is reduced
   * (default 32).
   */
  readonly pixels?: number;
  /** Pixels between images (default 2). */
  readonly separator?: number;
  /** `#rrggbb` between and around images (default white), or `transparent`, which leaves no rim. */
  readonly background?: string;
  /** One entry a row. */
  readonly gutter?: readonly GutterRow[];
}

const STRIP = 6;

/**
 * Tiles images into one PNG.
 *
 * @returns the bytes of a PNG file
 * @throws MixturaError when the samples do not fill their shape
 */
export function imageGridPng(grid: ImageGrid): Uint8Array {
  return imageGrid(grid).png();
}

/** {@link imageGridPng} before it is encoded: the pixels. */
export function imageGrid(grid: ImageGrid): Raster {
  const { channels, height, width, count } = checkShape(grid);
  const { columns, separator = 2 } = grid;
  const scale = Math.max(1, Math.round((grid.pixels ?? 32) / Math.max(height, width)));
  const rows = Math.ceil(count / columns);
  const [cellWidth, cellHeight] = [width * scale + separator, height * scale + separator];
  const gutter = gutterWidth(grid.gutter, separator);
  const background = grid.background === 'transparent' ? undefined : (grid.background ?? '#ffffff');
  const rim = background === undefined ? 0 : separator;
  const around = 2 * rim - separator;
  const raster = new Raster(gutter + columns * cellWidth + around, rows * cellHeight + around, background);

  for (let index = 0; index < count; index++) {
    const left = gutter + rim + (index % columns) * cellWidth;
    const top = rim + Math.floor(index / columns) * cellHeight;
    const offset = index * channels * height * width;
    drawImage(raster, grid, { channels, height, width, offset, left, top, scale });
  }
  grid.gutter?.slice(0, rows).forEach(({ color, label = '' }, row) => {
    const top = rim + row * cellHeight;
    const size = height * scale;
    raster.rectangle(rim, top, STRIP, size, color);
    raster.text(label, rim + STRIP + 4, top + Math.max(0, (size - 10) >> 1), color, 2);
  });
  return raster;
}

interface Placement {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly offset: number;
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

function drawImage(raster: Raster, { samples, range }: ImageGrid, place: Placement): void {
  const { channels, height, width, offset, left, top, scale } = place;
  const area = height * width;
  const level = (channel: number, pixel: number): number => {
    const value = samples[offset + Math.min(channel, channels - 1) * area + pixel]!;
    return toByte(range === 'signed' ? (value + 1) / 2 : value);
  };
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const pixel = Math.floor(y / scale) * width + Math.floor(x / scale);
      const at = ((top + y) * raster.width + left + x) * 4;
      for (let c = 0; c < 3; c++) raster.data[at + c] = level(c, pixel);
      raster.data[at + 3] = 255;
    }
  }
}

/** 0..1 to 0..255; a value that is not a number is drawn black. */
function toByte(value: number): number {
  return value > 0 ? Math.min(255, Math.round(value * 255)) : 0;
}

function gutterWidth(gutter: readonly GutterRow[] | undefined, separator: number): number {
  if (gutter === undefined) return 0;
  const longest = Math.max(0, ...gutter.map(({ label = '' }) => textWidth(label, 2)));
  return separator + STRIP + (longest > 0 ? longest + 8 : 2);
}

function checkShape({ samples, shape, columns }: ImageGrid) {
  const [channels = 0, height = 0, width = 0] = shape;
  const size = channels * height * width;
  if (shape.length !== 3 || size === 0) {
    throw new MixturaError(
      `A sheet of images needs the shape [channels, height, width], not [${shape.join(', ')}].`,
    );
  }
  if (samples.length % size !== 0 || !Number.isInteger(columns) || columns < 1) {
    throw new MixturaError(
      `A sheet in ${columns} columns cannot be made of ${samples.length} values in images of ${size}.`,
    );
  }
  return { channels, height, width, count: samples.length / size };
}
