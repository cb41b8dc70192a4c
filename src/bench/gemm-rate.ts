/** @file The rate of one large matrix product: what the machine can do at best. */
import { OrtEngine } from '../engine/ort/engine.js';
import { countFlops } from '../graph/cost/flops.js';
import { input } from '../graph/tensor.js';

const SIZE = 1024;
const RUNS = 9;

/** GFLOP/s of a 1024^3 float32 matrix product in ONNX Runtime: the best of nine, after two that are not counted. */
export async function gemmRate(threads: number): Promise<number> {
  const engine = new OrtEngine({ threads });
  try {
    const initial = () => new Float32Array(SIZE * SIZE).fill(1 / SIZE);
    const shape = [SIZE, SIZE];
    const tensors = ['a', 'b'].map((name) => ({ name, shape, initial: initial() }));
    await engine.open([{ name: 'factors', tensors, trainable: false }]);
    const product = input('a', shape).matmul(input('b', shape));
    await engine.compile({ name: 'gemm', outputs: { product } });
    const milliseconds: number[] = [];
    for (let run = -2; run < RUNS; run++) {
      const { timing } = await engine.run('gemm', {});
      if (run >= 0) milliseconds.push(timing.graph);
    }
    return countFlops([product]) / 1e6 / Math.min(...milliseconds);
  } finally {
    await engine.close();
  }
}
