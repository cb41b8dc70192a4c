/** @file Which view and which teacher, without labels: the division that comes back on subsamples at clear borders. */
import { setImmediate } from 'node:timers/promises';
import { linkedPairs } from '../cluster/ball-reference.js';
import type { Partition } from '../cluster/cells.js';
import type { Matrix } from '../math/matrix.js';
import type { Stream } from '../math/random.js';
import { countOf, type GroupCount } from './count.js';
import { meanAgreement, type SubsampleDivision, subsampleOf, subsamples } from './stability.js';
import { type Structure, type StructureOptions, structureOf } from './structure.js';
import { TEACHERS, type Teacher } from './teachers.js';

/** Data in one form, in which groups are looked for. */
export interface NamedView {
  readonly name: string;
  readonly rows: Matrix;
  /** What mixtures add to the diagonal of covariances. */
  readonly floor?: number | undefined;
}

/** What {@link divisionsOf} is asked for. */
export interface ChoiceOptions {
  /** Number of groups; `auto` finds it in each view (default). */
  readonly groups?: number | 'auto' | undefined;
  /** Most groups that `auto` looks for (default 20); for more the cells of the graph are smaller. */
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
  /** Strength of the link of the two groups that are linked most; 0.3 and more where one group is cut in two. */
  readonly border: number;
  /** What divisions are compared by: stability - 0.3 border - doubt of the teacher. */
  readonly score: number;
  /** The divisions of the subsamples. */
  readonly repeats: readonly SubsampleDivision[];
  /** CPU seconds of the division of all rows, the structure not counted. */
  readonly seconds: number;
}

/** What was found in one view. */
export interface ViewFindings {
  readonly view: string;
  readonly structure: Structure;
  readonly count: GroupCount;
  /** A division for each teacher, the best first. */
  readonly divisions: readonly Division[];
}

/** How much an unclear border weighs against stability. */
const BORDER = 0.3;
/** Scores that differ by less are equal; the view and the teacher that come first are then taken. */
const EQUAL = 0.005;
/** Costly teachers are tried in views whose best score is so near to the best of all. */
const NEAR = 0.05;
/** A number of groups that was found has to reach this score; else there are no groups that come back. */
const FOUND = 0.6;
/** Groups that are looked for at most, where nothing else is said. */
const MOST = 20;
/** Rows of a subsample at most. */
const MOST_ROWS = 6000;

/**
 * Divides every view by every teacher, on all rows and on subsamples. The views are given in the order of their best
 * division, by its score
 *
 *   stability - 0.3 border - doubt,
 *
 * stability the mean adjusted Rand index between subsamples, border the strength of the link of the two groups that are
 * linked most, doubt 0.05 for k-means. Stability alone takes two halves of one large group for groups where they are cut
 * along its main axis.
 * A view in which one group is found comes after all in which several are found with a score of 0.6 or more.
 *
 * Source: stability over subsamples, Ben-Hur, Elisseeff and Guyon 2002; the border is that of the merge curve.
 */
export async function divisionsOf(
  views: readonly NamedView[],
  options: ChoiceOptions,
): Promise<ViewFindings[]> {
  const teachers = options.teachers ?? TEACHERS;
  const [cheap, costly] = [teachers.filter((t) => !t.costly), teachers.filter((t) => t.costly)];
  // A costly teacher takes about as long as all that is cheap together.
  const parts = views.length * ((cheap.length > 0 ? 1 : 0.5) + costly.length);
  let finished = 0;
  const within = (view: string) => (done: number, what: string) =>
    options.onProgress?.((finished + done) / parts, `${view}: ${what}`);
  const looked: ViewLook[] = [];
  for (const view of views) {
    const look = await lookAt(view, options, within(view.name));
    look.divisions.push(...(await divide(look, cheap, options)));
    looked.push(look);
    finished += cheap.length > 0 ? 1 : 0.5;
  }
  const best = Math.max(...looked.map(scoreOf));
  for (const look of looked) {
    if (look.wanted > 1 && !(scoreOf(look) < best - NEAR))
      look.divisions.push(...(await divide(look, costly, options, within(look.view))));
    finished += costly.length;
  }
  const inOrder = (division: Division) => teachers.findIndex(({ name }) => name === division.teacher);
  for (const { divisions } of looked) {
    divisions.sort((a, b) => rank(b) - rank(a) || inOrder(a) - inOrder(b));
  }
  return looked.sort((a, b) => rank(b.divisions[0]!) - rank(a.divisions[0]!)).map(toFindings);
}

/** A view that is looked at. */
interface ViewLook {
  readonly view: string;
  readonly stream: Stream;
  readonly structure: Structure;
  readonly drawn: readonly Uint32Array[];
  readonly parts: readonly Structure[];
  readonly count: GroupCount;
  /** Number of groups into which it is divided. */
  readonly wanted: number;
  readonly divisions: Division[];
}

function toFindings({ view, structure, count, divisions }: ViewLook): ViewFindings {
  return { view, structure, count, divisions };
}

function scoreOf({ divisions }: ViewLook): number {
  return divisions.reduce((most, { score }) => Math.max(most, score), Number.NEGATIVE_INFINITY);
}

function rank({ score }: Division): number {
  return Math.round(score / EQUAL);
}

type Progress = (done: number, what: string) => void;

/** Structures of all rows and of subsamples, and how many groups they show. */
async function lookAt(
  { name, rows, floor }: NamedView,
  options: ChoiceOptions,
  progress: Progress,
): Promise<ViewLook> {
  const { groups = 'auto', most = MOST, share = 0.8 } = options;
  const stream = options.stream.fork('view', name);
  const looked: StructureOptions = {
    ...{ neighbours: options.neighbours, smallest: options.smallest, floor },
    // Thirty cells tell up to twenty groups apart, and their strengths are those that the limits of count.ts were set on.
    groups: groups !== 'auto' ? groups : most > MOST ? most : undefined,
  };
  const size = Math.min(share, MOST_ROWS / rows.rows);
  const drawn = subsamples(rows.rows, options.subsamples ?? 4, size, stream);
  const steps = 1 + drawn.length;
  const structure = structureOf(rows, stream.fork('all'), looked);
  await pause(options, () => progress(1 / steps, 'graph of neighbours'));
  const parts: Structure[] = [];
  for (const [s, indices] of drawn.entries()) {
    const part = subsampleOf(rows, indices);
    const smallest = options.smallest && Math.max(2, Math.round(options.smallest * size));
    parts.push(structureOf(part, stream.fork('part', s), { ...looked, smallest }));
    await pause(options, () => progress((2 + s) / steps, `subsample ${s + 1} of ${drawn.length}`));
  }
  const count = countOf(structure, parts);
  const wanted = groups === 'auto' ? Math.min(count.likely, most) : groups;
  return { view: name, stream, structure, drawn, parts, count, wanted, divisions: [] };
}

async function divide(
  look: ViewLook,
  teachers: readonly Teacher[],
  options: ChoiceOptions,
  progress: Progress = () => {},
): Promise<Division[]> {
  const divisions: Division[] = [];
  const { view, structure, wanted, parts, drawn } = look;
  for (const [at, teacher] of teachers.entries()) {
    const stream = look.stream.fork(teacher.name);
    const began = process.cpuUsage();
    const whole = teacher.divide(structure, wanted, stream);
    const { user, system } = process.cpuUsage(began);
    const repeats: SubsampleDivision[] = [];
    for (const [s, part] of parts.entries()) {
      const division = teacher.divide(part, wanted, stream.fork('part', s));
      repeats.push({ indices: drawn[s]!, division });
      await pause(options, () => progress((at + (1 + s) / parts.length) / teachers.length, teacher.name));
    }
    const stability = meanAgreement(repeats);
    const border = linkedPairs(structure.graph, whole, structure.reference)[0]?.strength ?? 0;
    const several = whole.parts > 1 || options.groups === 1;
    const score = several ? stability - BORDER * border - (teacher.doubt ?? 0) : FOUND;
    divisions.push({
      ...{ view, teacher: teacher.name, groups: wanted, part: whole.part, parts: whole.parts },
      ...{ stability, border, score, repeats, seconds: (user + system) / 1e6 },
    });
  }
  return divisions;
}

/** Tells how far the work is, and lets the caller's events in: each step is seconds of computation. */
async function pause({ signal }: ChoiceOptions, tell: () => void): Promise<void> {
  tell();
  await setImmediate();
  signal?.throwIfAborted();
}
