/** @file The progress of a search for groups: a first answer as a line, then how much is done and how long it takes. */
import type { FindOptions } from '../../groups/find-options.js';
import { LiveLine } from './live-line.js';
import { duration, note, percent } from './output.js';

/** Seconds and share of the work from which on the time that is left can be told. */
const KNOWN = { seconds: 1, done: 0.08 };

/** Sizes of groups that a first answer names. */
const SHOWN = 6;

/** Listeners of a search that tell on standard error how far it is; `end` takes the line away. */
export function findProgress(): Required<Pick<FindOptions, 'onProgress' | 'onFirst' | 'onNotice'>> & {
  end(): void;
} {
  const line = new LiveLine();
  const began = performance.now();
  const say = (sentence: string) => {
    line.clear();
    note(sentence);
  };
  return {
    onProgress({ done, what }) {
      const seconds = (performance.now() - began) / 1000;
      const left =
        seconds >= KNOWN.seconds && done >= KNOWN.done && done < 1
          ? ` · about ${duration((seconds * (1 - done)) / done)} left`
          : '';
      line.show(() => `${Math.round(100 * done)} %${left} · ${what}`);
    },
    onFirst({ view, rows, shares }) {
      const sizes = shares.slice(0, SHOWN).map(percent).join(', ');
      const more = shares.length > SHOWN ? ', ...' : '';
      const groups = shares.length === 1 ? '1 group' : `${shares.length} groups (${sizes}${more})`;
      say(
        `First look (graph of ${rows} rows, view ${view}): ${groups}. This may change when views and teachers are compared on subsamples ...`,
      );
    },
    onNotice: say,
    end: () => line.clear(),
  };
}
