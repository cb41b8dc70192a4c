// A method of your own: SLOGAN plus one term. Mode seeking (Mao et al., CVPR 2019) rewards samples that differ where
// their latents differ. Once registered, its runs are trained, opened, sampled and resumed like those of any method.
// Run it after a build:  node examples/04-own-method.mjs     (about 10 seconds)
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resumeRun, startRun, withTrained } from 'mixtura';
import { buildSlogan, defineMethod, registerMethod, sloganSettings, z } from 'mixtura/method';

registerMethod(
  defineMethod({
    name: 'slogan-ms',
    title: 'SLOGAN with mode seeking',
    source: 'Mao et al., Mode Seeking GANs, CVPR 2019, as a term of SLOGAN',
    settings: sloganSettings.extend({
      seeking: z.number().min(0).default(0.1).describe('weight of mode seeking'),
    }),
    build(config, context) {
      const half = Math.floor(context.batch / 2);
      // |x_i - x_(i + B/2)|^2 / features of pairs of rows, [B/2].
      const distances = (x) => {
        const difference = x
          .slice(0, 0, half)
          .sub(x.slice(0, half, 2 * half))
          .square();
        return difference.mean(difference.shape.map((_, axis) => axis).slice(1));
      };
      const term = (_, { latent, generated }) =>
        distances(latent).div(distances(generated).add(1e-3)).mean().mul(config.seeking);
      return buildSlogan(config, context, term);
    },
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'mixtura-'));
try {
  const request = { method: 'slogan-ms', data: { name: 'digits' }, steps: 600, seed: 0 };
  await startRun({ ...request, settings: { seeking: 0.05 } }, { folder });
  const { step, groups } = await resumeRun(folder, { steps: 900 }, { allow: ['steps'] });
  assert.equal(step, 900);
  for (const { group, size } of groups) console.log(`group ${group}: ${size.toFixed(3)}`);
  const samples = await withTrained(folder, ({ inference }) => inference.sampleComponent(0, 3));
  assert.equal(samples.length, 3 * 64);
  console.log(`${samples.length / 64} new samples of component 0, from a method of one's own.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
