/** @file What must hold of a model before an engine gets it: a mistake would otherwise show as a wrong value, or as none. */
import type { AnyModel, LearnedPrior } from '../method/method.js';
import { protocols } from '../metrics/metric.js';

/**
 * Checks that every tensor is of one network, that programs and row tools have names of their own, that programs change
 * tensors of the networks alone, that a learned prior's network is one of them and is trained, and that samples can be
 * generated and scored.
 *
 * @throws an Error that names what does not hold
 */
export function checkModel(model: AnyModel): void {
  const { networks, learnedPrior, rowTools = [] } = model;
  const owners = ownersOf(networks);
  checkPrograms(model, owners);
  if (new Set(rowTools.map(({ name }) => name)).size < rowTools.length) {
    throw new Error(`two row tools have one name: ${rowTools.map(({ name }) => name).join(', ')}`);
  }
  if (learnedPrior) checkLearnedPrior(model, learnedPrior);
  checkInference(model);
}

function checkLearnedPrior({ networks, phases }: AnyModel, { network }: LearnedPrior): void {
  const { name, parameters } = network;
  if (!networks.includes(network)) {
    throw new Error(`the network of the learned prior, ${name}, is not among networks`);
  }
  const trained = phases.some(({ programs }) =>
    programs.some(({ gradients }) => parameters.some((parameter) => gradients?.has(parameter.name))),
  );
  if (!trained) throw new Error(`no phase descends ${name}, the network of the learned prior`);
}

/** What types demand, for methods that are written without them. */
function checkInference({ prior, inference }: AnyModel): void {
  if (typeof prior?.sample !== 'function') throw new Error('the model has no prior');
  for (const part of ['generate', 'features'] as const) {
    if (typeof inference?.[part] !== 'function') throw new Error(`inference of the model lacks ${part}`);
  }
  if (!Object.hasOwn(protocols, inference.protocol)) {
    const known = Object.keys(protocols).join(', ');
    throw new Error(`there is no protocol '${inference.protocol}' for inference; choose one of ${known}`);
  }
}

/** The network of every tensor, by the name of the tensor. */
function ownersOf(networks: AnyModel['networks']): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name: network, parameters, buffers } of networks) {
    for (const { name } of [...parameters, ...buffers]) {
      const other = owners.get(name);
      if (other !== undefined) {
        throw new Error(`networks ${other} and ${network} both have ${name}; list a tensor in one of them`);
      }
      owners.set(name, network);
    }
  }
  return owners;
}

function checkPrograms({ phases, programs = [] }: AnyModel, tensors: ReadonlyMap<string, string>): void {
  const known = new Map<string, unknown>();
  for (const program of [...phases.flatMap((phase) => phase.programs), ...programs]) {
    const { name, gradients, assignments } = program;
    if ((known.get(name) ?? program) !== program) {
      throw new Error(`two programs are called ${name}; give one phase the option program`);
    }
    known.set(name, program);
    const changed = [...(gradients?.keys() ?? []), ...(assignments?.keys() ?? [])];
    const foreign = changed.find((tensor) => !tensors.has(tensor));
    if (foreign !== undefined) {
      throw new Error(`program ${name} changes ${foreign}, which none of networks has`);
    }
  }
}
