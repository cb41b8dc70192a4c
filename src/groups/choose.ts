/** @file Which view and which teacher, without labels: the division that comes back on subsamples at clear borders. */
import { setImmediate } from 'node:timers/promises';
import { linkedPairs } from '../cluster/ball-reference.js';
import type { Partition } from '../cluster/cells.js';
import { MixturaError } from '../errors.js';
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
  /** What divisions are compared by, see {@link divisionsOf}. */
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

/** How much an unclear border weighs against stability, and how much more where a group is cut in two. */
const BORDER = 0.3;
const CUT_IN_TWO = 0.25;
/** A mixture with this stability may overlap: its groups are cut in two from this strength only. */
const OVERLAP = { stability: 0.99, cutInTwo: 0.35 };
/** Scores that differ by less are equal; the view and the teacher that come first are then taken. */
const EQUAL = 0.01;
/** Costly teachers are tried in views whose best score is so near to the best of all. */
const NEAR = 0.1;
/** Finer groups are taken where they reach this score, and as much of them lies within single ones of the coarser groups. */
const FINER = { score: 0.85, within: 0.95 };
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
 *   stability - 0.3 border - max(0, border - 0.25) - doubt,
 *
 * stability the mean adjusted Rand index between subsamples, border the strength of the link of the two groups that are
 * linked most, doubt 0.05 for k-means. Stability alone takes two halves of one large group for groups where they are cut
 * along its main axis. A mixture knows groups that overlap: where its stability is 0.99 or more, 0.35 takes the place of
 * 0.25.
 * A view in which one group is found comes after all in which several are found with a score of 0.6 or more. Where the
 * number of groups is found, a division into more groups with a score of 0.85 or more comes first, if 95 % of its rows lie
 * in the one group of the best division in which most of their own group lie: few groups come back more easily than many,
 * and the finer ones tell more.
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
    look.divisions.push(...(await divide(look, cheap, options, 0)));
    looked.push(look);
    finished += cheap.length > 0 ? 1 : 0.5;
  }
  const best = Math.max(...looked.map(scoreOf));
  for (const look of looked) {
    if (look.wanted > 1 && !(scoreOf(look) < best - NEAR))
      look.divisions.push(...(await divide(look, costly, options, best, within(look.view))));
    finished += costly.length;
  }
  const inOrder = (division: Division) => teachers.findIndex(({ name }) => name === division.teacher);
  for (const { divisions } of looked) {
    divisions.sort((a, b) => rank(b) - rank(a) || inOrder(a) - inOrder(b));
  }
  looked.sort((a, b) => rank(b.divisions[0]!) - rank(a.divisions[0]!));
  if ((options.groups ?? 'auto') === 'auto') putFinerFirst(looked);
  return looked.map(toFindings);
}

/** Puts the best division that divides the groups of the first one further before it, as long as there is one. */
function putFinerFirst(looked: ViewLook[]): void {
  for (;;) {
    const first = looked[0]!.divisions[0]!;
    const finer = looked
      .flatMap(({ divisions }) => divisions)
      .filter((other) => other.parts > first.parts && other.score >= FINER.score)
      .filter((other) => shareWithin(other, first) >= FINER.within)
      .sort((a, b) => rank(b) - rank(a))[0];
    if (first.parts === 1 || finer === undefined) return;
    const at = looked.findIndex(({ view }) => view === finer.view);
    const [look] = looked.splice(at, 1);
    look!.divisions.splice(look!.divisions.indexOf(finer), 1);
    look!.divisions.unshift(finer);
    looked.unshift(look!);
  }
}

/** Share of the rows that lie in the part of `coarse` in which most of their own part of `fine` lie. */
function shareWithin(fine: Partition, coarse: Partition): number {
  const counts = new Float64Array(fine.parts * coarse.parts);
  for (let i = 0; i < fine.part.length; i++) counts[fine.part[i]! * coarse.parts + coarse.part[i]!]! += 1;
  let within = 0;
  for (let a = 0; a < fine.parts; a++) {
    within += Math.max(...counts.subarray(a * coarse.parts, (a + 1) * coarse.parts));
  }
  return within / fine.part.length;
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
  best: number,
  progress: Progress = () => {},
): Promise<Division[]> {
  const divisions: Division[] = [];
  for (const [at, teacher] of teachers.entries()) {
    const tell = (done: number) => progress((at + done) / teachers.length, teacher.name);
    try {
      divisions.push(await dividedBy(teacher, look, options, best, tell));
    } catch (cause) {
      // A mixture of rows along which a covariance vanishes cannot be fitted; the other teachers can divide them.
      if (!(cause instanceof MixturaError) || options.teachers?.length === 1) throw cause;
    }
  }
  return divisions;
}

/** One teacher's division of a view, and of its subsamples. */
async function dividedBy(
  teacher: Teacher,
  { view, structure, wanted, parts, drawn, ...look }: ViewLook,
  options: ChoiceOptions,
  best: number,
  tell: (done: number) => void,
): Promise<Division> {
  const stream = look.stream.fork(teacher.name);
  const began = process.cpuUsage();
  const whole = teacher.divide(structure, wanted, stream);
  const { user, system } = process.cpuUsage(began);
  const border = linkedPairs(structure.graph, whole, structure.reference)[0]?.strength ?? 0;
  const takenAt = (stability: number) => {
    const overlaps = teacher.overlaps === true && stability >= OVERLAP.stability;
    const cut = overlaps ? OVERLAP.cutInTwo : CUT_IN_TWO;
    return BORDER * border + Math.max(0, border - cut) + (teacher.doubt ?? 0);
  };
  // What cannot come first, however often it comes back, is repeated only to tell how stable it is.
  const repeated = teacher.costly && 1 - takenAt(1) < best ? parts.slice(0, 2) : parts;
  const repeats: SubsampleDivision[] = [];
  for (const [s, part] of repeated.entries()) {
    const division = teacher.divide(part, wanted, stream.fork('part', s));
    repeats.push({ indices: drawn[s]!, division });
    await pause(options, () => tell((1 + s) / repeated.length));
  }
  const stability = meanAgreement(repeats);
  const score = whole.parts > 1 || options.groups === 1 ? stability - takenAt(stability) : FOUND;
  return {
    ...{ view, teacher: teacher.name, groups: wanted, part: whole.part, parts: whole.parts },
    ...{ stability, border, score, repeats, seconds: (user + system) / 1e6 },
  };
}

/** Tells how far the work is, and lets the caller's events in: each step is seconds of computation. */
async function pause({ signal }: ChoiceOptions, tell: () => void): Promise<void> {
  tell();
  await setImmediate();
  signal?.throwIfAborted();
}
