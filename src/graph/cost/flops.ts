/** @file How much arithmetic a graph takes: the multiply-adds of its matrix products and convolutions. */
import { topologicalOrder } from '../grad.js';
import { optimise } from '../passes/optimise.js';
import { sizeOf } from '../shape.js';
import type { Tensor } from '../tensor.js';

/**
 * Floating-point operations that the outputs need in one run, a multiply-add counted as two:
 *
 *   matmul [m, k] [k, n]: 2 m k n;   each of the three convolutions: 2 |y| c k k, y the convolved image.
 *
 * Counted after {@link optimise}, so once for what several outputs have in common. Elementwise work is not
 * counted: it is bound by memory.
 * @throws if an axis is symbolic.
 */
export function countFlops(outputs: readonly Tensor[]): number {
  return topologicalOrder(optimise(outputs)).reduce((sum, node) => sum + 2 * multiplyAdds(node), 0);
}

function multiplyAdds(node: Tensor): number {
  const [a, b] = node.inputs;
  switch (node.op) {
    case 'matmul': {
      const inner = a!.shape[node.attributes.transposeA ? 0 : 1]!;
      return sizeOf(node.shape) * sizeOf([inner]);
    }
    case 'conv':
      return sizeOf(node.shape) * sizeOf(b!.shape.slice(1));
    case 'convInput':
      return sizeOf(a!.shape) * sizeOf(b!.shape.slice(1));
    case 'convFilter':
      return sizeOf(b!.shape) * sizeOf(node.shape.slice(1));
    default:
      return 0;
  }
}
