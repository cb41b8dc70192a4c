/** @file Finds the groups of a data set without training: draws rows, tries views and teachers, assigns all rows. */
import { setImmediate } from 'node:timers/promises';
import { sizesOf } from '../cluster/merge-curve.js';
import type { Dataset } from '../data/dataset.js';
import { MixturaError } from '../errors.js';
import { selectRows } from '../math/matrix.js';
import { Stream } from '../math/random.js';
import { type FittedDatasetView, viewsOf } from '../views/views-of.js';
import { assignRows } from './assign-rows.js';
import { type Division, divisionsOf, type ViewFindings } from './choose.js';
import { countOf } from './count.js';
import { checkRequest, type FindOptions, named, teachersNamed } from './find-options.js';
import type { GroupFindings } from './findings.js';
import { pocketsApart, withFragments } from './fragments.js';
import { lookedRows, neighboursOf, smallestOf } from './looked.js';
import { countByMixtures } from './mixture-count.js';
import { structureOf } from './structure.js';
import { type Found, summarised } from './summarise.js';
import { graphGroups } from './teachers.js';
import { untied } from './untied.js';

/** Rows of the first answer. */
const FIRST_ROWS = 3000;
/** Share of the work after which views are fitted, views are divided, and the rest of the rows is assigned. */
const FITTED = 0.05;
const DIVIDED = 0.85;

/**
 * Finds the groups of a data set without training, and how far they can be trusted.
 *
 * At most 20,000 rows are looked at, in every view that suits the data ({@link viewsOf}); each view is divided by every
 * teacher, and the division that comes back best on subsamples is taken. All other rows are assigned to its groups: by
 * the posterior of its mixture, else by the vote of their 10 nearest rows; a row far from all others is in none. Labels
 * are never read. The same seed gives the same findings.
 *
 * @throws a MixturaError for fewer than three rows, rows that are all equal or not finite; a usage error for options that
 *   are not valid, or name a view or teacher that there is not; the reason of the signal, once it is aborted
 */
export async function findGroups(dataset: Dataset, options: FindOptions = {}): Promise<GroupFindings> {
  const began = { time: performance.now(), cpu: process.cpuUsage() };
  checkRequest(dataset, options);
  const teachers = teachersNamed(options.teachers);
  const { groups = 'auto', signal, onProgress } = options;
  const stream = Stream.root(options.seed ?? 0).fork('groups');
  const looked = lookedRows(dataset, options.rows, stream);
  const wanted = groups === 'auto' ? undefined : groups;
  const smallest = smallestOf(looked.length, dataset.count, options.smallest, wanted);
  const fitted = await fittedViews(dataset, looked, options);
  const columns = Math.max(...fitted.map(({ rows }) => rows.columns));
  const neighbours = neighboursOf(looked.length, columns);
  const views = fitted.map((view) => ({ ...view, rows: untied(view.rows, neighbours, stream) }));
  if (options.onFirst) firstAnswer(views[0]!, stream.fork('first'), options);
  const ways = await divisionsOf(views, {
    ...{ groups, most: options.most, teachers, stream, signal, smallest, neighbours },
    onProgress: (done, what) => onProgress?.({ done: FITTED + (DIVIDED - FITTED) * done, what }),
  });
  const whole = looked.length === dataset.count;
  const { divided, fragment } = whole ? pocketsApart(ways, smallest) : withFragments(ways, smallest);
  const chosen = divided[0]!;
  const division = chosen.divisions[0]!;
  const view = views.find(({ name }) => name === chosen.view)!;
  const bic = triesMixtures(divided) ? countByMixtures(chosen.structure, division.groups) : undefined;
  const { rows, numbers } = await assignRows(
    {
      ...{ view, looked, division, fragment, count: dataset.count, mixture: isMixture(division) },
      near: chosen.structure.nearest,
      onBlock: (done) => assigned(done, options),
    },
    (indices) => view.apply(dataset, indices),
  );
  onProgress?.({ done: 1, what: 'done' });
  const found: Found = { dataset, looked, views, divided, rows, numbers, fragment, smallest, bic, options };
  const cpu = process.cpuUsage(began.cpu);
  return {
    ...summarised(found),
    cost: {
      seconds: (performance.now() - began.time) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      memory: 1024 * process.resourceUsage().maxRSS,
    },
  };
}

/** The views that suit the data or were asked for; one that cannot be made is left out where another one can. */
async function fittedViews(
  dataset: Dataset,
  looked: Uint32Array,
  { views: names, onProgress, onNotice, signal }: FindOptions,
): Promise<FittedDatasetView[]> {
  const views = named(viewsOf(dataset, looked), names, 'view');
  const fitted: FittedDatasetView[] = [];
  const failures: (readonly [view: string, MixturaError])[] = [];
  for (const [at, view] of views.entries()) {
    try {
      fitted.push(view.fit());
    } catch (cause) {
      if (!(cause instanceof MixturaError)) throw cause;
      failures.push([view.name, cause]);
    }
    onProgress?.({ done: (FITTED * (at + 1)) / views.length, what: `view ${view.name}` });
    await setImmediate();
    signal?.throwIfAborted();
  }
  if (fitted.length === 0) throw failures[0]![1];
  for (const [name, { message }] of failures) onNotice?.(`The view ${name} is left out: ${message}`);
  // The ranks of a single column are the same whatever its groups.
  const telling = fitted.filter(({ name, rows }) => rows.columns > 1 || name !== 'ranks');
  return names === undefined && telling.length > 0 ? telling : fitted;
}

/** What the graph of some rows tells in the first view. */
function firstAnswer({ name, rows, floor }: FittedDatasetView, stream: Stream, options: FindOptions): void {
  const { groups = 'auto' } = options;
  const some =
    rows.rows <= FIRST_ROWS
      ? rows
      : selectRows(rows, stream.fork('rows').choice(rows.rows, FIRST_ROWS).sort());
  const smallest = smallestOf(some.rows, some.rows, undefined);
  const neighbours = neighboursOf(some.rows, some.columns);
  const structure = structureOf(some, stream, {
    ...{ smallest, neighbours, floor },
    groups: groups === 'auto' ? undefined : groups,
  });
  const wanted = groups === 'auto' ? countOf(structure, []).likely : groups;
  const sizes = sizesOf(graphGroups(structure, wanted));
  const shares = sizes.map((size) => size / some.rows).sort((a, b) => b - a);
  options.onFirst?.({ view: name, rows: some.rows, shares });
}

async function assigned(done: number, { onProgress, signal }: FindOptions): Promise<void> {
  onProgress?.({ done: DIVIDED + (1 - DIVIDED) * done, what: 'assigning the other rows' });
  await setImmediate();
  signal?.throwIfAborted();
}

/** Whether the groups are those of a Gaussian mixture. */
function isMixture({ teacher }: Division): boolean {
  return teacher.startsWith('mixture');
}

function triesMixtures(divided: readonly ViewFindings[]): boolean {
  return divided.some(({ divisions }) => divisions.some(isMixture));
}
