/** @file Histograms of oriented gradients: what edges an image has and where, whatever its brightness and colours. */
import { usageError } from '../errors.js';
import type { Matrix } from '../math/matrix.js';
import type { ImageShape } from './images.js';
import type { View } from './view.js';

const ORIENTATIONS = 9;
/** Cells along the shorter side, where the image is large enough for cells of {@link LEAST_CELL} pixels. */
const CELLS = 8;
const LEAST_CELL = 4;
/** Gradient sums are those of 4 x 4 pixels, whatever the cell. */
const PIXELS = 16;
/** Added to the squared length of a block, in squared units of the span: blocks without edges stay 0. */
const FLAT = 1e-3;

/** Pixels of the side of a cell: an eighth of the shorter side, rounded, and at least 4. */
export function cellSide(height: number, width: number): number {
  return Math.max(LEAST_CELL, Math.round(Math.min(height, width) / CELLS));
}

/**
 * Histograms of oriented gradients of the mean of the channels.
 *
 * The gradient is x_{j+1} - x_{j-1}, 0 at the border. Its magnitude is added to one of 9 orientations in [0, 180)
 * degrees of its cell ({@link cellSide}; pixels beyond whole cells are left out evenly on both sides), and every block
 * of 2 x 2 cells v is divided by sqrt(|v|^2 + 0.001 span^2). Columns are ordered (cell of the block, orientation, row,
 * column of the block).
 *
 * Source: Dalal and Triggs, "Histograms of oriented gradients for human detection", 2005, without interpolation.
 *
 * @throws a usage error for sides below 8
 */
export function gradientHistograms(shape: ImageShape): View {
  const { height, width } = shape;
  if (Math.min(height, width) < 2 * LEAST_CELL) {
    throw usageError(
      `Gradient histograms need images of at least 8 x 8 pixels, not ${height} x ${width}: use another view.`,
    );
  }
  const cell = cellSide(height, width);
  const [down, across] = [Math.floor(height / cell), Math.floor(width / cell)];
  const columns = 4 * ORIENTATIONS * (down - 1) * (across - 1);
  return {
    name: 'gradients',
    sentence: `Histograms of the directions of edges in cells of ${cell} x ${cell} pixels.`,
    columns,
    apply({ rows, values }: Matrix): Matrix {
      const out = new Float32Array(rows * columns);
      const grey = new Float64Array(height * width);
      const cells = new Float64Array(ORIENTATIONS * down * across);
      for (let i = 0; i < rows; i++) {
        toGrey(values, i, shape, grey);
        cellHistograms(grey, shape, cell, cells);
        normaliseBlocks(cells, down, across, shape.span, out.subarray(i * columns, (i + 1) * columns));
      }
      return { rows, columns, values: out };
    },
  };
}

function toGrey(
  values: Matrix['values'],
  row: number,
  { channels, height, width }: ImageShape,
  out: Float64Array,
) {
  const size = height * width;
  const first = row * channels * size;
  for (let p = 0; p < size; p++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[first + c * size + p]!;
    out[p] = sum / channels;
  }
}

/** Sums of gradient magnitudes, orientation x row x column of the cell. */
function cellHistograms(
  grey: Float64Array,
  { height, width }: ImageShape,
  cell: number,
  out: Float64Array,
): void {
  const [down, across] = [Math.floor(height / cell), Math.floor(width / cell)];
  const [top, left] = [(height - down * cell) >> 1, (width - across * cell) >> 1];
  const weight = PIXELS / (cell * cell);
  out.fill(0);
  for (let y = top; y < top + down * cell; y++) {
    const row = Math.floor((y - top) / cell) * across;
    for (let x = left; x < left + across * cell; x++) {
      const at = y * width + x;
      const gx = x > 0 && x < width - 1 ? grey[at + 1]! - grey[at - 1]! : 0;
      const gy = y > 0 && y < height - 1 ? grey[at + width]! - grey[at - width]! : 0;
      if (gx === 0 && gy === 0) continue;
      const angle = Math.atan2(gy, gx);
      const turn = (angle < 0 ? angle + Math.PI : angle) / Math.PI;
      const orientation = Math.floor(turn * ORIENTATIONS) % ORIENTATIONS;
      out[orientation * down * across + row + Math.floor((x - left) / cell)]! += weight * Math.hypot(gx, gy);
    }
  }
}

function normaliseBlocks(
  cells: Float64Array,
  down: number,
  across: number,
  span: number,
  out: Float32Array,
): void {
  const blocks = (down - 1) * (across - 1);
  const corners = [0, 1, across, across + 1];
  for (let i = 0; i < down - 1; i++) {
    for (let j = 0; j < across - 1; j++) {
      const cell = i * across + j;
      let squares = FLAT * span * span;
      for (const corner of corners)
        for (let k = 0; k < ORIENTATIONS; k++) squares += cells[k * down * across + cell + corner]! ** 2;
      const factor = 1 / Math.sqrt(squares);
      corners.forEach((corner, c) => {
        for (let k = 0; k < ORIENTATIONS; k++)
          out[(c * ORIENTATIONS + k) * blocks + i * (across - 1) + j] =
            cells[k * down * across + cell + corner]! * factor;
      });
    }
  }
}
