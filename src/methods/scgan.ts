/**
 * @file Self-conditioned GAN in SLOGAN's harness: clusters of the data, by what the critic sees of them, are the labels of a
 * conditional GAN.
 *
 *   y_i = cluster of the real x_i;   L_D = adversarial of D_y(x), D_y(G(z, y)) + penalty of D_y;   L_G = -mean D_y(G(z, y)).
 *
 * Clusters are found by k-means on the features of a frozen copy of the critic (clusters.ts), first of the untrained one,
 * and again every `reclusterEvery` steps. They are what data are assigned to; sizes are their shares.
 * Source: Liu et al. 2020; SLOGAN, section 4 (as a baseline, with the same networks and rates).
 */
import { z } from 'zod';
import { defineMethod } from '../method/method.js';
import { backbone } from '../nets/index.js';
import { Clusters } from './conditional/clusters.js';
import { conditionalGan, conditionalSettings } from './conditional/conditional-gan.js';

const settings = z.strictObject({
  ...conditionalSettings,
  reclusterEvery: z
    .int()
    .min(1)
    .optional()
    .describe('steps from one clustering of the data to the next (default: a quarter of the horizon)'),
  clusterRows: z
    .int()
    .min(1)
    .default(25_000)
    .describe('rows that k-means clusters, at most; the others go to the nearest centre'),
});

export const scgan = defineMethod({
  name: 'scgan',
  title: 'Self-conditioned GAN',
  source:
    'Liu et al., Diverse Image Generation via Self-Conditioned GANs, CVPR 2020, as a baseline of SLOGAN',
  settings,
  build(config, context) {
    const { networks, critic, labels, generate, phases } = conditionalGan(config, context);
    const frozen = backbone(context.data, config).critic({ outputs: context.components, name: 'frozen' });
    const clusters = new Clusters({
      ...{ labels, critic, frozen, shape: context.data.shape, restored: context.restored },
      every: config.reclusterEvery ?? Math.max(1, Math.round(context.horizon / 4)),
      rows: config.clusterRows,
    });
    return {
      networks: [...networks, frozen],
      prior: labels.prior,
      state: () => ({ ...labels.state(), ...clusters.state() }),
      phases: phases(),
      programs: [clusters.copy],
      rowTools: [clusters.features],
      interventions: [clusters],
      firstMoment: config.beta1 > 0,
      inference: {
        generate,
        features: (samples) => frozen.features(samples),
        protocol: 'kmeans-critic',
        assign: (samples) => clusters.assign(samples),
        constants: () => clusters.constants(),
        // Clusters are cut half-way between centres, whatever their sizes.
        weighsSizes: true,
        settled: true,
      },
    };
  },
});
