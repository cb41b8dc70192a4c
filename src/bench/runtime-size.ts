/**
 * @file Prints how many bytes a process takes whatever its model is: with the modules of a benchmark loaded, when
 * ONNX Runtime has computed a constant. A process of its own (see bench.ts), since one that trains may not need all that.
 */
import { OrtEngine } from '../engine/ort/engine.js';
import { scalar } from '../graph/tensor.js';
import './bench.js';

// A program without a call costs nothing on kernels either, so it runs in ONNX Runtime wherever that is installed.
const engine = new OrtEngine({ threads: 1 });
await engine.compile({ name: 'nothing', outputs: { zero: scalar(0) } });
await engine.run('nothing', {});
console.log(process.memoryUsage.rss());
await engine.close();
