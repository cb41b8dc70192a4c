/**
 * @file Placement: in its first steps the generator is drawn to the data, component by component.
 *
 * Where the encoder has learned groups, a component that starts far from its group can settle outside of the data in a place
 * which the encoder takes for it: there U2C is low, and the critic's gradient alone has to bring it back. So for some steps
 * the energy distance of the samples of each component and the rows that the encoder gives to it is part of the loss:
 *
 *   + w energy({G(z_i) : c_i = c}, {x_j : p(c | x_j) > 1/2}),
 *
 * between rows as the encoder reads them. Not part of the SLOGAN paper.
 */
import { identity } from '../../graph/tensor.js';
import type { BuildContext } from '../../method/method.js';
import { groupedEnergyDistance } from '../../nn/energy-distance.js';
import type { Encoder } from './encoder.js';
import type { GeneratorTerm } from './generator-term.js';
import type { SloganSettings } from './slogan-settings.js';

/** Steps in which it is part of the loss. */
export const PLACEMENT_STEPS = 300;
/** What an encoder's answer has to be above for a row to be one of the group. */
const SURE = 0.5;

/** The term of the generator's loss, where the encoder is a student and the term has a weight. */
export function placement(
  { placement: weight }: SloganSettings,
  { batch, components: k }: BuildContext,
  { assign, read }: Encoder,
): GeneratorTerm | undefined {
  if (!read || weight === 0) return undefined;
  return (p, { generated, components }) => {
    const own = identity(k).gather(p.feed('placement/component', [batch], components));
    const real = p.real();
    const groups = assign(real).detach().greater(SURE).select(1, 0);
    return groupedEnergyDistance({ rows: read(generated), groups: own }, { rows: read(real), groups }).mul(
      weight,
    );
  };
}
