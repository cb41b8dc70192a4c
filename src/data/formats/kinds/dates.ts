/** @file Dates in tables: ISO 8601, and days and months in the order that a whole column allows. */

const DAY = 86_400_000;
/** Date, perhaps time of day with a zone; no zone is UTC. */
const ISO =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?$/;
const LOCAL = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?$/;

/** Which of the two comes first in `03/04/2020`. */
export type DayOrder = 'day first' | 'month first';

/** A column of dates: days since 1970-01-01 UTC. */
export interface DateReader {
  /** NaN for what is no date. */
  days(word: string): number;
  /** Whether there are times of day. */
  readonly times: boolean;
}

/** Whether a word has the form of a date, whatever the order of its parts. */
export function isDateLike(word: string): boolean {
  return word.length >= 8 && (ISO.test(word) || LOCAL.test(word));
}

/**
 * How the dates of a column are read, or that this cannot be told: `12.03.2020` has the day first, and so has a column
 * where a first number is above 12; one where a second number is above 12 has the month first.
 */
export function dateReader(words: Iterable<string>): DateReader | 'ambiguous' {
  let [local, dayFirst, monthFirst, times] = [false, false, false, false];
  for (const word of words) {
    if (word.includes(':')) times = true;
    const found = LOCAL.exec(word);
    if (!found) continue;
    local = true;
    if (found[2] === '.' || Number(found[1]) > 12) dayFirst = true;
    else if (Number(found[3]) > 12) monthFirst = true;
  }
  if (local && dayFirst === monthFirst) return 'ambiguous';
  const order: DayOrder = monthFirst ? 'month first' : 'day first';
  return { days: (word) => daysOf(word, order), times };
}

function daysOf(word: string, order: DayOrder): number {
  const iso = ISO.exec(word);
  if (iso) {
    const [, year, month, day, hour, minute, second, zone] = iso;
    return instant([year, month, day], [hour, minute, second]) - offset(zone);
  }
  const local = LOCAL.exec(word);
  if (!local) return Number.NaN;
  const [, first, , second, year, hour, minute, seconds] = local;
  const [day, month] = order === 'day first' ? [first, second] : [second, first];
  return instant([year, month, day], [hour, minute, seconds]);
}

type Digits = string | undefined;

/** Days to an instant; NaN for a day that there is not, such as 30 February. */
function instant([year, month, day]: Digits[], [hour = '0', minute = '0', second = '0']: Digits[]): number {
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!real || Number(hour) > 24 || Number(minute) > 59 || Number(second) >= 61) return Number.NaN;
  return (midnight + 1000 * (3600 * Number(hour) + 60 * Number(minute) + Number(second))) / DAY;
}

/** A zone in days. */
function offset(zone: Digits): number {
  const found = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (!found) return 0;
  const minutes = 60 * Number(found[2]) + Number(found[3]);
  return ((found[1] === '-' ? -1 : 1) * minutes) / 1440;
}
