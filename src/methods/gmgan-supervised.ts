/**
 * @file GM-GAN, supervised: K Gaussians for N classes, K >= N, and a critic with an output for every class.
 *
 *   o_i = D(x)_i = P(x is real and of class i), N independent sigmoids;   f: {1..K} -> {1..N}, a class for each Gaussian;
 *   L_D = -mean sum_m log(1 - D(G(z))_m) - mean [log D(x)_y + sum_{m != y} log(1 - D(x)_m)];
 *   L_G = -mean [log D(G(z))_f(k) + sum_{m != f(k)} log(1 - D(G(z))_m)],  z drawn from Gaussian k.
 *
 * Sums over the N outputs, means over the batch. Rows without a label are left out of the second mean of L_D, since the paper
 * does not say what is real about a row of an unknown class; where few rows have one, each step draws labelled rows for it.
 * With fewer Gaussians than classes some class would never be generated, so that is refused, though the paper speaks of it.
 * Source: Ben-Yosef and Weinshall 2018, section 3. For hyper-parameters and networks see gmgan.ts.
 */
import { z } from 'zod';
import { usageError } from '../errors.js';
import { constant, type Tensor } from '../graph/tensor.js';
import { adam } from '../method/harness.js';
import { defineMethod, type Model } from '../method/method.js';
import { phase } from '../method/phase.js';
import type { LabelledStep } from '../method/step.js';
import { backbone } from '../nets/index.js';
import { TrainingClasses } from './conditional/training-classes.js';
import { fixedOrLearnedMixture, gaussianSettings } from './mixture/gaussian-latents.js';

const settings = z.strictObject({
  ...gaussianSettings,
  mapping: z
    .array(z.int().min(0))
    .optional()
    .describe('class of each Gaussian, K numbers from 0, every class at least once (default: k mod N)'),
});

export const gmganSupervised = defineMethod({
  name: 'gmgan-supervised',
  title: 'Supervised GM-GAN',
  source:
    'Ben-Yosef and Weinshall, Gaussian Mixture Generative Adversarial Networks for Diverse Datasets, and the Unsupervised Clustering of Images, 2018',
  settings,
  supervision: 'required',
  fixedSizes: () => true,
  build(config, context): Model<LabelledStep> {
    const { components, classes = components } = context;
    const mapping = classOfGaussians(components, classes, config.mapping);
    const classCode = constant(oneHotRows(mapping, classes), [components, classes]);
    // How often a class is generated is a matter of the Gaussians, so the prior of these classes is not used.
    const own = { components: classes, noise: 0, classes: 'uniform', restored: undefined } as const;
    const seen = new TrainingClasses({ ...context, ...own });
    const nets = backbone(context.data, config);
    const generator = nets.generator(config.latent);
    const critic = nets.critic({ outputs: classes });
    const { prior, learned, latents } = fixedOrLearnedMixture(config, context);

    const criticPhase = phase<LabelledStep>('critic', context, (p) => {
      const fake = generator.train(latents(p).latent, p.statistics).detach();
      const onFake = sigmoidCrossEntropy(0, critic.train(fake)).mean();
      const { samples = p.real(), code } = seen.declare(p);
      const known = code.sum([1], true);
      const onReal = sigmoidCrossEntropy(code, critic.train(samples, p.statistics)).mul(known).sum();
      const loss = onFake.add(onReal.div(known.sum().maximum(1)));
      return {
        outputs: { critic: loss },
        descend: [{ loss, networks: [critic], by: adam(config, config.criticRate) }],
      };
    });

    const generatorPhase = phase<LabelledStep>('generator', context, (p) => {
      const { latent, code } = latents(p);
      const scores = critic.train(generator.train(latent, p.statistics));
      const loss = sigmoidCrossEntropy(code().matmul(classCode), scores).mean();
      const networks = [generator, ...(learned ? [learned.network] : [])];
      return { outputs: { generator: loss }, descend: [{ loss, networks, by: adam(config) }] };
    });

    return {
      networks: [generator, critic, ...(learned ? [learned.network] : [])],
      prior,
      ...(learned && { learnedPrior: learned }),
      phases: [criticPhase, generatorPhase],
      firstMoment: true,
      inference: {
        generate: (latent) => generator.eval(latent),
        features: (samples) => critic.features(samples),
        protocol: 'kmeans-critic',
        labelClasses: mapping,
        assign: (samples) => gaussianProbabilities(critic.eval(samples), mapping, classes),
      },
      ...(learned && {
        diagnostics: () => ({ logCondition: Math.log10(Math.max(...prior.conditions())) }),
      }),
    };
  },
});

/**
 * The class f(k) of every Gaussian: k mod N, or as it is given.
 * @throws a usage error unless there are K classes of 0..N-1, each at least once
 */
function classOfGaussians(components: number, classes: number, given?: readonly number[]): readonly number[] {
  if (components < classes) {
    throw usageError(
      `Supervised GM-GAN needs a Gaussian for every class, and there are ${components} for ${classes} classes; give --components ${classes} or more.`,
    );
  }
  if (given === undefined) return Array.from({ length: components }, (_, k) => k % classes);
  const known = new Set(given);
  const whole = given.length === components && Math.max(...given) < classes && known.size === classes;
  if (whole) return given;
  throw usageError(
    `The mapping [${given.join(', ')}] does not give each of ${components} Gaussians a class of 0..${classes - 1}, every class at least once; mend --set mapping, or leave it out.`,
  );
}

/**
 * Binary cross-entropy of N independent sigmoids, summed over them: sum_m softplus(l_m) - t_m l_m, [n, N] -> [n, 1]; with
 * t = 0 it is -sum_m log(1 - sigmoid l_m).
 */
function sigmoidCrossEntropy(target: Tensor | 0, logits: Tensor): Tensor {
  const all = logits.softplus();
  return (target === 0 ? all : all.sub(target.mul(logits))).sum([1], true);
}

/** A row of `classes` numbers for each label; all 0 for a label of -1. */
function oneHotRows(labels: ArrayLike<number>, classes: number): Float32Array {
  const out = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) out[i * classes + labels[i]!] = 1;
  return out;
}

/**
 * p(k | x) proportional to o_f(k) / n_f(k), where n_i Gaussians are of class i: a class is as probable as D says, and its
 * Gaussians share it alike, since nothing tells them apart. [n, N] -> [n, K].
 */
function gaussianProbabilities(logits: Tensor, mapping: readonly number[], classes: number): Tensor {
  const counts = new Float64Array(classes);
  for (const own of mapping) counts[own]! += 1;
  const k = mapping.length;
  const classCode = constant(oneHotRows(mapping, classes), [k, classes]);
  const share = constant(
    mapping.map((own) => Math.log(counts[own]!)),
    [k],
  );
  return logits.neg().softplus().neg().matmul(classCode, { transposeB: true }).sub(share).softmax();
}
