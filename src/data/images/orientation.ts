/** @file Which side of an image is up: the orientation that its EXIF metadata give, and the turn that it asks for. */

import type { LayeredPixels, Values } from '../formats/png.js';

const ORIENTATION = 0x0112;
/** Bytes of an entry of a TIFF directory. */
const ENTRY = 12;

/** The orientation (1 to 8, EXIF 2.3, tag 0x0112) of a TIFF structure, such as the chunk `eXIf`; 1 where there is none. */
export function exifOrientation(exif: Uint8Array | undefined): number {
  if (!exif || exif.length < 8) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.length);
  const mark = view.getUint16(0);
  const little = mark === 0x4949;
  if ((!little && mark !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const start = view.getUint32(4, little);
  if (start + 2 > exif.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0; i < entries; i++) {
    const at = start + 2 + ENTRY * i;
    if (at + ENTRY > exif.length) return 1;
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The image with the side up that its EXIF metadata name. */
export function upright(image: LayeredPixels): LayeredPixels {
  const orientation = exifOrientation(image.exif);
  if (orientation === 1) return image;
  const { width, height, data, alpha } = image;
  const place = sourceOf(orientation, width, height);
  const turned = orientation > 4;
  const size = turned ? { width: height, height: width } : { width, height };
  return {
    ...size,
    data: moved(data, 3, size, place),
    ...(alpha && { alpha: moved(alpha, 1, size, place) }),
  };
}

/** Where the pixel at (x, y) of the upright image lies in the stored one. */
function sourceOf(orientation: number, width: number, height: number): (x: number, y: number) => number {
  const [right, bottom] = [width - 1, height - 1];
  const at = (x: number, y: number) => y * width + x;
  const sources: Readonly<Record<number, (x: number, y: number) => number>> = {
    2: (x, y) => at(right - x, y),
    3: (x, y) => at(right - x, bottom - y),
    4: (x, y) => at(x, bottom - y),
    5: (x, y) => at(y, x),
    6: (x, y) => at(y, bottom - x),
    7: (x, y) => at(right - y, bottom - x),
    8: (x, y) => at(right - y, x),
  };
  return sources[orientation]!;
}

function moved(
  from: Values,
  channels: number,
  { width, height }: { readonly width: number; readonly height: number },
  place: (x: number, y: number) => number,
): Values {
  const to = from.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [source, target] = [channels * place(x, y), channels * (y * width + x)];
      for (let c = 0; c < channels; c++) to[target + c] = from[source + c]!;
    }
  }
  return to;
}
