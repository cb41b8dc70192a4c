/** @file Whether the model puts the new samples of a group into that group: what can be known of samples without labels. */
import type { Inference } from '../train/inference.js';
import { TooFewKept } from '../train/rejection.js';
import { classUnits } from './class-units.js';

/** New samples of each component. */
const SAMPLES = 100;
/** A group is told of whose samples are its own in fewer cases. */
export const LEAST_OWN = 0.5;
/** Groups that are named at most. */
const MOST_NAMED = 5;

/**
 * Of each component the share of 100 new samples that are assigned to it, or to its class where components share one;
 * nothing where the method does not assign, has one component, or rejects too many samples.
 */
export async function ownShares(inference: Inference): Promise<Float64Array | undefined> {
  const { assigns, components } = inference;
  if (!assigns || components < 2) return undefined;
  const shares = new Float64Array(components);
  try {
    for (let c = 0; c < components; c++) shares[c] = await ownShare(inference, c);
  } catch (cause) {
    if (cause instanceof TooFewKept) return undefined;
    throw cause;
  }
  return shares;
}

/** Of a component of a method that assigns. @throws a TooFewKept where the method rejects too many samples */
export async function ownShare(inference: Inference, component: number): Promise<number> {
  const { of } = classUnits(inference);
  const seen = await inference.groupOf(await inference.sampleComponent(component, SAMPLES, 'own'));
  return seen.reduce((sum, group) => sum + (of[group] === of[component] ? 1 : 0), 0) / SAMPLES;
}

/**
 * A sentence where new samples of groups are mostly seen as others: their groups may be right, but what is generated of
 * them is not.
 *
 * @param order the component of each group, that of group g at g - 1
 */
export function ownWarnings(shares: Float64Array | undefined, order: readonly number[]): string[] {
  if (!shares) return [];
  const lost = order.flatMap((component, at) => (shares[component]! < LEAST_OWN ? [at] : []));
  if (lost.length === 0) return [];
  const named = lost
    .slice(0, MOST_NAMED)
    .map((at) => `group ${at + 1} (${(100 * shares[order[at]!]!).toFixed(0)} %)`);
  const more = lost.length > MOST_NAMED ? ` and ${lost.length - MOST_NAMED} more` : '';
  return [
    `New samples of some groups are not theirs; the model itself puts few of them there: ${named.join(', ')}${more}. Do not use these samples; another seed or more steps may help.`,
  ];
}
