/**
 * Seconds an image of an encoder, resizing included: `python3 bench/peer/encoder_small.py net.onnx`, then
 * `node bench/encoder.mjs net.onnx [images]`. The images are noise of 256x256.
 */
import { arrayDataset } from '../dist/data/dataset.js';
import { openEncoder } from '../dist/features/encoder/encoder.js';
import { encodedDataset } from '../dist/views/encoded.js';

const [path = 'net.onnx', images = '64'] = process.argv.slice(2);
const count = Number(images);
const data = arrayDataset({
  name: 'noise',
  kind: 'image',
  shape: [3, 256, 256],
  range: 'unit',
  maximum: 255,
  values: Uint8Array.from({ length: count * 3 * 256 * 256 }, (_, i) => (i * 7919) >> 5),
  source: 'Made.',
});
const convention =
  'range=0..1,shortest=256,crop=224,resize=bicubic,mean=0.485/0.456/0.406,std=0.229/0.224/0.225';
const encoder = await openEncoder(path, { convention });
const [began, before] = [performance.now(), process.cpuUsage()];
const { shape } = await encodedDataset(data, encoder, { folder: false });
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    images: count,
    features: shape[0],
    secondsPerImage: (performance.now() - began) / 1000 / count,
    cpuSecondsPerImage: (user + system) / 1e6 / count,
    memoryMB: process.resourceUsage().maxRSS / 1024,
  }),
);
await encoder.close();
