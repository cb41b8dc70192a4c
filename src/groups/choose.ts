/** @file Which view and which teacher, without labels: the division that comes back on subsamples. */
import type { Partition } from '../cluster/cells.js';
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import { countOf, type GroupCount } from './count.js';
import { meanAgreement, subsampleOf, subsamples } from './stability.js';
import { type Structure, type StructureOptions, structureOf } from './structure.js';
import { TEACHERS, type Teacher } from './teachers.js';

/** Data in one form, in which groups are looked for. */
export interface NamedView {
  readonly name: string;
  readonly rows: Matrix;
}

/** What {@link divisionsOf} is asked for. */
export interface ChoiceOptions {
  /** Number of groups; `auto` finds it in each view (default). */
  readonly groups?: number | 'auto' | undefined;
  /** Most groups that `auto` looks for (default 20). */
  readonly most?: number | undefined;
  readonly smallest?: number | undefined;
  readonly neighbours?: number | undefined;
  readonly teachers?: readonly Teacher[] | undefined;
  /** Subsamples on which the divisions are repeated (default 4), and their share of the rows (default 0.8). */
  readonly subsamples?: number | undefined;
  readonly share?: number | undefined;
  readonly stream: Stream;
  /** Called when a structure has been found or a division made, with the share of the work that is done. */
  readonly onProgress?: ((done: number, what: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One view divided by one teacher. */
export interface Division extends Partition {
  readonly view: string;
  readonly teacher: string;
  /** Number of groups asked for. */
  readonly groups: number;
  /** Mean adjusted Rand index between subsamples, 1 where the same groups come back. */
  readonly stability: number;
  /** CPU seconds of the division of all rows, the structure not counted. */
  readonly seconds: number;
}

/** What was found in one view. */
export interface ViewFindings {
  readonly view: string;
  readonly structure: Structure;
  readonly count: GroupCount;
  /** A division for each teacher, the most repeatable first. */
  readonly divisions: readonly Division[];
}

/**
 * Divides every view by every teacher, on all rows and on subsamples. The views are given in the order of their most
 * repeatable division.
 *
 * Source: stability over subsamples, Ben-Hur, Elisseeff and Guyon 2002.
 */
export async function divisionsOf(
  views: readonly NamedView[],
  options: ChoiceOptions,
): Promise<ViewFindings[]> {
  const found: ViewFindings[] = [];
  for (const [at, view] of views.entries()) {
    found.push(
      await divideView(view, options, (done, what) =>
        options.onProgress?.((at + done) / views.length, `${view.name}: ${what}`),
      ),
    );
  }
  return found.sort((a, b) => b.divisions[0]!.stability - a.divisions[0]!.stability);
}

async function divideView(
  { name, rows }: NamedView,
  options: ChoiceOptions,
  progress: (done: number, what: string) => void,
): Promise<ViewFindings> {
  const { groups = 'auto', most = 20, teachers = TEACHERS, share = 0.8 } = options;
  const stream = options.stream.fork('view', name);
  const looked: StructureOptions = {
    ...{ neighbours: options.neighbours, smallest: options.smallest },
    groups: groups === 'auto' ? most : groups,
  };
  const drawn = subsamples(rows.rows, options.subsamples ?? 4, share, stream);
  const steps = 1 + drawn.length + teachers.length;
  let done = 0;
  const step = async (what: string) => {
    progress(++done / steps, what);
    // Lets the caller's events in: each step is seconds of computation.
    await new Promise((resolve) => setImmediate(resolve));
    options.signal?.throwIfAborted();
  };
  const structure = structureOf(rows, stream.fork('all'), looked);
  await step('graph of neighbours');
  const parts: Structure[] = [];
  for (const [s, indices] of drawn.entries()) {
    parts.push(structureOf(subsampleOf(rows, indices), stream.fork('part', s), looked));
    await step(`subsample ${s + 1} of ${drawn.length}`);
  }
  const count = countOf(
    structure.curve,
    parts.map(({ curve }) => curve),
  );
  const wanted = groups === 'auto' ? count.likely : groups;
  const divisions: Division[] = [];
  for (const teacher of teachers) {
    const began = process.cpuUsage();
    const whole = teacher.divide(structure, wanted, stream.fork(teacher.name));
    const { user, system } = process.cpuUsage(began);
    const repeated = parts.map((part, s) => ({
      indices: drawn[s]!,
      division: teacher.divide(part, wanted, stream.fork(teacher.name, s)),
    }));
    divisions.push({
      ...{ view: name, teacher: teacher.name, groups: wanted, ...whole },
      stability: meanAgreement(repeated),
      seconds: (user + system) / 1e6,
    });
    await step(teacher.name);
  }
  divisions.sort((a, b) => b.stability - a.stability);
  return { view: name, structure, count, divisions };
}
