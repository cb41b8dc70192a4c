/** @file Small methods that use what the method interface offers beyond the methods of the table. */
import { z } from 'zod';
import { concat, input, type Tensor } from '../../src/graph/tensor.js';
import { adam } from '../../src/method/harness.js';
import type { InterventionTools, RowTool } from '../../src/method/intervention.js';
import { defineMethod, type Model } from '../../src/method/method.js';
import { phase } from '../../src/method/phase.js';
import type { LabelledStep } from '../../src/method/step.js';
import { gaussian } from '../../src/nn/initializers.js';
import { activation, dense, type Layer } from '../../src/nn/layer.js';
import { meanSquaredError } from '../../src/nn/losses.js';
import { Network } from '../../src/nn/network.js';
import { parameter } from '../../src/nn/parameter.js';
import { CategoricalPrior } from '../../src/prior/categorical.js';
import { NormalPrior } from '../../src/prior/normal.js';

const settings = z.strictObject({ learningRate: z.number().default(0.1) });
const rates = ({ learningRate }: { learningRate: number }) => ({ learningRate, beta1: 0, beta2: 0.9 });
const identity = (name: string, size: number) =>
  new Network(name, [dense(`${name}/0-dense`, size, size), activation((x) => x)]);

/** A prior whose means are parameters: z = code mu, fitted to the data by back-propagation. */
export const learnedMeans = defineMethod({
  name: 'learned-means',
  title: 'Learned means',
  source: 'a test',
  settings,
  build(config, context): Model {
    const k = context.components;
    const means = parameter('prior/means', [k, 2], gaussian(1));
    const layer: Layer = {
      parameters: [means],
      buffers: [],
      projected: [],
      apply: (code) => code.matmul(means.tensor),
    };
    const network = new Network('prior', [layer]);
    const prior = Object.assign(new CategoricalPrior({ components: k, noise: 0 }), {
      learned: new Float32Array() as Float32Array,
    });
    const fit = phase('fit', context, (p) => {
      const code = p.latent(prior);
      const loss = meanSquaredError(network.train(code).mean([0]), p.real().mean([0]));
      return { outputs: { loss }, descend: [{ loss, networks: [network], by: adam(rates(config)) }] };
    });
    return {
      networks: [network],
      prior,
      learnedPrior: {
        network,
        load: (valuesOf) => {
          prior.learned = valuesOf(means);
        },
      },
      phases: [fit],
      firstMoment: false,
      inference: {
        generate: (code) => network.eval(code),
        features: (samples) => samples,
        protocol: 'kmeans-encoder',
      },
    };
  },
});

/** Stages one after another, each a phase that pauses: first A, then B at every second step. */
export const stages = defineMethod({
  name: 'stages',
  title: 'Stages',
  source: 'a test',
  settings,
  build(config, context): Model {
    const [a, b] = [identity('a', 2), identity('b', 2)];
    const stage = (network: Network, options: object) =>
      phase(
        network.name,
        context,
        (p) => {
          const loss = meanSquaredError(network.train(p.real()), p.real());
          return {
            outputs: { [network.name]: loss },
            descend: [{ loss, networks: [network], by: adam(rates(config)) }],
          };
        },
        options,
      );
    return {
      networks: [a, b],
      prior: new NormalPrior(2),
      phases: [stage(a, { to: 2 }), stage(b, { from: 2, every: 2 })],
      firstMoment: false,
      inference: {
        generate: (z) => b.eval(a.eval(z)),
        features: (samples) => b.eval(samples),
        protocol: 'kmeans-encoder',
      },
    };
  },
});

/** What the intervention of {@link looking} saw. */
export interface Seen {
  values: Float32Array;
  copied: Float32Array;
}

/** Two networks, of which an intervention reads one over rows of the data, copies it into the other and restarts it. */
export const looking = (seen: Seen, restart: boolean) =>
  defineMethod({
    name: 'looking',
    title: 'Looking',
    source: 'a test',
    settings,
    build(config, context): Model {
      const [net, frozen] = [identity('net', 2), identity('frozen', 2)];
      const tool = (network: Network): RowTool => ({
        name: network.name,
        output: (samples: Tensor) => concat([network.eval(samples), samples.mul(input('factor', []))], 1),
        constants: () => ({ factor: Float32Array.of(10) }),
      });
      const tools = [tool(net), tool(frozen)] as const;
      const copy = {
        name: 'copy',
        outputs: {},
        assignments: new Map(frozen.parameters.map(({ name }, i) => [name, net.parameters[i]!.tensor])),
      };
      const fit = phase('fit', context, (p) => {
        const loss = meanSquaredError(net.train(p.real()), p.real());
        return { outputs: { loss }, descend: [{ loss, networks: [net], by: adam(rates(config)) }] };
      });
      return {
        networks: [net, frozen],
        prior: new NormalPrior(2),
        phases: [fit],
        programs: [copy],
        rowTools: tools,
        interventions: [
          {
            due: (step) => step === 2,
            async run({ overRows, run, restart: again }: InterventionTools) {
              await run(copy);
              seen.values = await overRows(tools[0], [3, 1]);
              seen.copied = await overRows(tools[1], [3, 1]);
              if (restart) await again(net);
              return 'looked';
            },
          },
        ],
        firstMoment: false,
        inference: {
          generate: (z) => net.eval(z),
          features: (samples) => net.eval(samples),
          protocol: 'kmeans-encoder',
        },
      };
    },
  });

/** A classifier: labels reach its phase, -1 where a row has none. */
export const classifier = (seen: Int32Array[], supervision: 'optional' | 'required' = 'required') =>
  defineMethod({
    name: 'classifier',
    title: 'Classifier',
    source: 'a test',
    supervision,
    settings,
    build(config, context): Model<LabelledStep> {
      const net = new Network('net', [dense('net/0-dense', 2, 1)], { trunk: 0 });
      const fit = phase<LabelledStep>('fit', context, (p) => {
        const labels = p.feed('labels', [context.batch, 1], (step) => {
          seen.push(step.labels);
          return step.labels;
        });
        const known = labels.greater(-0.5).select(1, 0);
        const loss = net.train(p.real()).sub(labels).square().mul(known).mean();
        return { outputs: { loss }, descend: [{ loss, networks: [net], by: adam(rates(config)) }] };
      });
      return {
        networks: [net],
        prior: new NormalPrior(2),
        phases: [fit],
        firstMoment: false,
        inference: {
          generate: (z) => z,
          features: (samples) => net.eval(samples),
          protocol: 'kmeans-encoder',
        },
      };
    },
  });
