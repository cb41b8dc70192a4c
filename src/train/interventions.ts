/** @file Runs a model's interventions before a step, and gives them what they may use. */

import type { Samples } from '../data/dataset.js';
import type { AnyTrainable } from '../method/method.js';
import type { Network } from '../nn/network.js';
import type { Inference } from './inference.js';
import type { Session } from './session.js';

/** What interventions look at besides the session. */
export interface InterventionSources {
  readonly samples: Samples;
  readonly labels?: ((rows: ArrayLike<number>) => Int32Array) | undefined;
  readonly inference?: Inference | undefined;
}

/**
 * Runs every intervention that is due before a step, one after another.
 *
 * @returns what they did, a sentence each
 */
export async function intervene(
  session: Session<AnyTrainable>,
  { inference, samples, labels }: InterventionSources,
  step: number,
): Promise<string[]> {
  const notes: string[] = [];
  for (const [i, intervention] of (session.model.interventions ?? []).entries()) {
    if (!intervention.due(step)) continue;
    if (!inference) throw new Error('interventions need the model in evaluation mode');
    await session.refreshPrior();
    // Each has draws of its own. The first has no number, as when there was one, so that runs stay repeatable.
    const stream = session.stream.fork('intervention', step, ...(i > 0 ? [i] : []));
    const note = await intervention.run({
      step,
      stream,
      samples,
      ...(session.supervision && { labels }),
      assign: (values) => inference.groupOf(values),
      overRows: (tool, rows) => inference.overRows(tool, samples, rows),
      run: async (program, feeds = {}) => (await session.engine.run(program.name, feeds)).outputs,
      restart: (network: Network) => session.restart(network, stream.fork('restart')),
    });
    if (note !== undefined) notes.push(note);
  }
  return notes;
}
