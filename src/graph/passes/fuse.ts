/**
 * @file Nodes that do what follows them, so that large results are written once:
 *   - a convolution adds a bias to every channel and rectifies what it has just computed;
 *   - a product adds a column to what it has computed;
 *   - a sum of two products is one product with a longer inner axis.
 */
import { topologicalOrder } from '../grad.js';
import { type Shape, sameShape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { type Lowered, lowered } from './lowered.js';

/**
 * The same outputs, where conv(x, w) + b has become a convolution with the third input b [c], its leakyRelu the
 * `slope` of that convolution, A B + c for a column c a product with the third input c, and A B + C D the
 * product [A C] [B; D]. A node that has other readers stays as it is.
 */
export function fuse(outputs: readonly Tensor[]): Lowered[] {
  const order = topologicalOrder(outputs);
  const readers = new Map<Tensor, number>();
  for (const read of [...order.flatMap(({ inputs }) => inputs), ...outputs]) {
    readers.set(read, (readers.get(read) ?? 0) + 1);
  }
  const fused = new Map<Tensor, Lowered>();
  const sole = (node: Tensor) => readers.get(node) === 1;
  for (const node of order) {
    const inputs = node.inputs.map((input) => fused.get(input)!);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const kept: Lowered = same ? node : { ...node, inputs };
    fused.set(
      node,
      withBias(node, kept, sole) ??
        withSlope(node, kept, sole) ??
        joined(node, kept, sole) ??
        withColumn(node, kept, sole) ??
        kept,
    );
  }
  return outputs.map((output) => fused.get(output)!);
}

type Predicate = (node: Tensor) => boolean;

/** conv(x, w) + b as one node; `kept` is `node` of fused inputs. */
function withBias(node: Tensor, kept: Lowered, sole: Predicate): Lowered | undefined {
  if (node.op !== 'add') return undefined;
  const at = kept.inputs.findIndex(
    ({ op, inputs }, i) =>
      (op === 'conv' || op === 'convInput') && inputs.length === 2 && sole(node.inputs[i]!),
  );
  const [conv, bias] = [kept.inputs[at], kept.inputs[1 - at]];
  const channels = node.shape[1];
  if (!conv || !bias || !sameShape(conv.shape, node.shape) || channels === undefined) return undefined;
  const perChannel = [
    [channels, 1, 1],
    [1, channels, 1, 1],
  ];
  if (!perChannel.some((shape) => sameShape(shape, bias.shape))) return undefined;
  const vector = reshaped(bias.op === 'reshape' ? bias.inputs[0]! : bias, [channels]);
  return { ...conv, inputs: [...conv.inputs, vector] };
}

/** leakyRelu(conv(x, w) + b) as one node. */
function withSlope(node: Tensor, kept: Lowered, sole: Predicate): Lowered | undefined {
  const [conv] = kept.inputs;
  if (node.op !== 'leakyRelu' || conv?.inputs.length !== 3 || !sole(node.inputs[0]!)) return undefined;
  if (conv.op !== 'conv' && conv.op !== 'convInput') return undefined;
  // A convolution rectifies once.
  if (conv.slope !== undefined) return undefined;
  return { ...conv, slope: node.attributes.slope! };
}

/** A B + c, for a column c, as a product with the third input c: a bias where the batch is the second axis (see transpose-weights.ts). */
function withColumn(node: Tensor, kept: Lowered, sole: Predicate): Lowered | undefined {
  if (node.op !== 'add') return undefined;
  const at = kept.inputs.findIndex(
    ({ op, inputs }, i) => op === 'matmul' && inputs.length === 2 && sole(node.inputs[i]!),
  );
  const [product, column] = [kept.inputs[at], kept.inputs[1 - at]];
  if (!product || !column || !sameShape(column.shape, [product.shape[0]!, 1])) return undefined;
  if (!sameShape(product.shape, node.shape)) return undefined;
  return { ...product, inputs: [...product.inputs, column] };
}

/**
 * A B + C D as one product, where the two results are large beside their factors: gradients of a weight from several
 * small batches. Either result may be reshaped before the sum.
 */
function joined(node: Tensor, kept: Lowered, sole: Predicate): Lowered | undefined {
  if (node.op !== 'add' || !kept.inputs.every(({ shape }) => sameShape(shape, node.shape))) return undefined;
  const [first, second] = kept.inputs.map((input, i) => soleProduct(node.inputs[i]!, input, sole));
  if (!first || !second || !sameShape(first.shape, second.shape)) return undefined;
  const { transposeA, transposeB } = first.attributes;
  if (transposeA !== second.attributes.transposeA || transposeB !== second.attributes.transposeB)
    return undefined;
  const elements = ({ shape }: { shape: Shape }) =>
    shape.reduce<number>((n, dim) => (typeof dim === 'number' ? n * dim : Number.NaN), 1);
  // A symbolic axis makes this NaN, and the products stay apart: their factors may have no common size.
  const factors = [...first.inputs, ...second.inputs].reduce((n, factor) => n + elements(factor), 0);
  if (!(2 * factors <= elements(first))) return undefined;
  const [a, b] = first.inputs.map((factor, side) => {
    const transposed = side === 0 ? transposeA === true : transposeB !== true;
    return lowered('concat', [factor, second.inputs[side]!], { axis: transposed ? 0 : 1 });
  }) as [Lowered, Lowered];
  const product = lowered('matmul', [a, b], {
    transposeA: transposeA === true,
    transposeB: transposeB === true,
  });
  return reshaped(product, node.shape);
}

const reshaped = (node: Lowered, shape: Shape) =>
  sameShape(node.shape, shape) ? node : lowered('reshape', [node], { shape });

/** The product under reshapes, where nothing else reads it; `kept` is `node` of fused inputs. */
function soleProduct(node: Tensor, kept: Lowered, sole: Predicate): Lowered | undefined {
  if (kept.op === 'matmul') return sole(node) ? kept : undefined;
  if (kept.op !== 'reshape' || !sole(node)) return undefined;
  const [product] = kept.inputs;
  // A sum that was joined before is a product that has no other reader.
  if (node.op !== 'reshape') return product!.op === 'matmul' ? product : undefined;
  return soleProduct(node.inputs[0]!, product!, sole);
}
