/**
 * @file What follows a convolution, done by the convolution: a bias for every channel, then a leaky rectifier. The
 * kernel adds and rectifies what it has just computed; nodes of their own would read and write the whole image again.
 */
import { topologicalOrder } from './grad.js';
import { sameShape } from './shape.js';
import { Tensor } from './tensor.js';

/**
 * The same outputs, where conv(x, w) + b has become a convolution with the third input b [c], and its leakyRelu the
 * attribute `slope` of that convolution. Only the lowering reads such nodes: they have no gradient and no value in the
 * interpreter. A convolution or sum that anything else reads stays as it is.
 */
export function fuse(outputs: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder(outputs);
  const readers = new Map<Tensor, number>();
  for (const read of [...order.flatMap(({ inputs }) => inputs), ...outputs]) {
    readers.set(read, (readers.get(read) ?? 0) + 1);
  }
  const fused = new Map<Tensor, Tensor>();
  const sole = (node: Tensor) => readers.get(node) === 1;
  for (const node of order) {
    const inputs = node.inputs.map((input) => fused.get(input)!);
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    const kept = changed ? new Tensor(node.op, inputs, node.attributes, node.shape, node.dtype) : node;
    fused.set(node, withBias(node, kept, sole) ?? withSlope(node, kept, sole) ?? kept);
  }
  return outputs.map((output) => fused.get(output)!);
}

type Predicate = (node: Tensor) => boolean;

/** conv(x, w) + b as one node; `kept` is `node` of fused inputs. */
function withBias(node: Tensor, kept: Tensor, sole: Predicate): Tensor | undefined {
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
  const vector = bias.op === 'reshape' ? bias.inputs[0]!.reshape([channels]) : bias.reshape([channels]);
  return new Tensor(conv.op, [...conv.inputs, vector], conv.attributes, conv.shape, conv.dtype);
}

/** leakyRelu(conv(x, w) + b) as one node. */
function withSlope(node: Tensor, kept: Tensor, sole: Predicate): Tensor | undefined {
  const [conv] = kept.inputs;
  if (node.op !== 'leakyRelu' || conv?.inputs.length !== 3 || !sole(node.inputs[0]!)) return undefined;
  if (conv.op !== 'conv' && conv.op !== 'convInput') return undefined;
  const attributes = { ...conv.attributes, slope: node.attributes.slope! };
  return new Tensor(conv.op, conv.inputs, attributes, conv.shape, conv.dtype);
}
