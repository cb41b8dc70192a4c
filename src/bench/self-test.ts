/** @file One training step of tiny networks on ONNX Runtime beside the float64 reference engine. */
import { arrayDataset } from '../data/dataset.js';
import type { Engine } from '../engine/engine.js';
import { OrtEngine } from '../engine/ort/engine.js';
import { ReferenceEngine } from '../engine/reference.js';
import { methodNamed } from '../methods/index.js';
import { runPhases } from '../train/run-phases.js';
import { Session } from '../train/session.js';
import type { StoredTensor } from '../train/stored-tensor.js';

const BATCH = 8;
const SIZES = { network: 'mlp', units: 6, latent: 3 };

/** Trains one step on both engines. @returns the largest difference of any value, relative to the largest value. */
export async function compareEngines(): Promise<number> {
  const engine = new OrtEngine({ threads: 1 });
  try {
    const [found, expected] = [await oneStep(engine), await oneStep(new ReferenceEngine())];
    let [difference, scale] = [0, 0];
    for (const [name, { data }] of Object.entries(expected)) {
      data.forEach((value, i) => {
        difference = Math.max(difference, Math.abs(value - found[name]!.data[i]!));
        scale = Math.max(scale, Math.abs(value));
      });
    }
    return difference / scale;
  } finally {
    await engine.close();
  }
}

async function oneStep(engine: Engine): Promise<Readonly<Record<string, StoredTensor>>> {
  const session = await Session.open(engine, {
    method: methodNamed('slogan'),
    settings: SIZES,
    context: { data: { shape: [2], range: 'real' }, components: 2, batch: BATCH, horizon: 10 },
    seed: 1,
  });
  const stream = session.stream.fork('self-test');
  const real = stream.fork('data').normals(new Float32Array(BATCH * 2)) as Float32Array;
  const samples = arrayDataset({
    name: 'noise',
    kind: 'points',
    shape: [2],
    range: 'real',
    values: real,
    source: 'noise',
  });
  const rows = Uint32Array.from({ length: BATCH }, (_, i) => i);
  await runPhases(engine, session.model, {
    step: 0,
    progress: 0,
    stream,
    rows,
    real: () => real.slice(),
    samples,
  });
  return session.save();
}
