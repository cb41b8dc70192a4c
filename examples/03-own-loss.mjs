// Write your own loss: log cosh(r), a smooth absolute error. Its derivatives are graphs of the same operators, so the
// second is the derivative of the first; all of it is compiled to ONNX and run, and checked against the interpreter.
// Run it after a build:  node examples/03-own-loss.mjs     (a second)
import assert from 'node:assert/strict';
import { OrtEngine } from 'mixtura/engine';
import { grad, input, interpret, lower, print } from 'mixtura/graph';
import { Stream } from 'mixtura/prior';

/** log cosh r = softplus(2 r) - r - log 2, which does not overflow. */
const logCosh = (r) => r.mul(2).softplus().sub(r).sub(Math.LN2);

// 1. The loss and its first two derivatives, in closed form tanh r and 1 - tanh^2 r.
const r = input('r', [9]);
const loss = logCosh(r);
const [first] = grad(loss.sum(), [r]);
const [second] = grad(first.sum(), [r]);
console.log(`The second derivative as a graph:\n${print({ second })}`);
console.log(`As an ONNX model: ${lower({ second }).bytes.length} bytes`);

const values = Float32Array.from({ length: 9 }, (_, i) => i - 4);
const engine = new OrtEngine({ threads: 1 });
await engine.compile({ name: 'derivatives', outputs: { loss, first, second } });
const { outputs } = await engine.run('derivatives', { r: values });
const exact = interpret([loss, first, second], { r: values });
for (const [k, name] of ['loss', 'first', 'second'].entries()) {
  for (const [i, value] of outputs[name].entries()) {
    assert.ok(
      Math.abs(value - exact[k][i]) < 2e-6,
      `${name} of r = ${values[i]} is ${value}, not ${exact[k][i]}`,
    );
  }
}
for (const [i, value] of exact[2].entries()) {
  assert.ok(
    Math.abs(value - (1 - Math.tanh(values[i]) ** 2)) < 1e-12,
    `the second derivative at ${values[i]}`,
  );
}
console.log('ONNX Runtime agrees with the float64 interpreter, and both with 1 - tanh(r)^2.');
await engine.close();

// 2. Use it: fit y = 2 x + 1 where one point in ten is far off. The parameters live in the engine, which updates them.
const n = 200;
const noise = Stream.root(0).fork('noise');
const x = noise.fork('x').normals(new Float32Array(n));
const error = noise.fork('error').normals(new Float32Array(n));
const y = x.map((value, i) => 2 * value + 1 + 0.1 * error[i] + (i % 10 === 0 ? 20 : 0));

const [slope, intercept] = [input('slope', []), input('intercept', [])];
const objective = logCosh(
  input('x', [n])
    .mul(slope)
    .add(intercept)
    .sub(input('y', [n])),
).mean();
const [dSlope, dIntercept] = grad(objective, [slope, intercept]);
const fitting = new OrtEngine({ threads: 1 });
const zero = (name) => ({ name, shape: [], initial: Float32Array.of(0) });
const lineGroup = { name: 'line', tensors: [zero('slope'), zero('intercept')], trainable: true };
const fit = {
  name: 'fit',
  outputs: { objective },
  gradients: new Map([
    ['slope', dSlope],
    ['intercept', dIntercept],
  ]),
};
await fitting.open([lineGroup], [fit]);
for (let step = 0; step < 300; step++) {
  await fitting.run('fit', { x, y }, [{ kind: 'sgd', group: 'line', learningRate: 0.5 }]);
}
const line = (await fitting.read('line')).value;
await fitting.close();
console.log(
  `fitted y = ${line[0].toFixed(3)} x + ${line[1].toFixed(3)}, made from y = 2 x + 1 with outliers of +20`,
);
assert.ok(Math.abs(line[0] - 2) < 0.05, 'the slope is not 2');
assert.ok(Math.abs(line[1] - 1) < 0.2, 'the intercept is not near 1');
