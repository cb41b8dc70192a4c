import { describe, expect, it } from 'vitest';
import { arrowDurations } from './arrow-durations.js';

/** What pyarrow writes for durations d_s, d_ms, d_us, d_ns, integers n, and durations in microseconds. */
const SCHEMA =
  '/////2gBAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAYAAAAIAQAAyAAAAJgAAABoAAAAMAAAAAQAAAAg////AAABEhAAAAAUAAAABAAAAAAAAAACAAAAw6kAAA7///8AAAIASP///wAAAQIQAAAAHAAAAAQAAAAAAAAAAQAAAG4AAAAIAAwACAAHAAgAAAAAAAABQAAAAHz///8AAAESEAAAABgAAAAEAAAAAAAAAAQAAABkX25zAAAAAG7///8AAAMAqP///wAAARIQAAAAGAAAAAQAAAAAAAAABAAAAGRfdXMAAAAAmv///wAAAgDU////AAABEhAAAAAcAAAABAAAAAAAAAAEAAAAZF9tcwAAAAAEAAQABAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABEhAAAAAcAAAABAAAAAAAAAADAAAAZF9zAAAABgAIAAYABgAAAAAAAAA=';

describe('durations of Arrow', () => {
  it('are found with how many of their units are a second', () => {
    expect([...arrowDurations(SCHEMA)]).toEqual([
      ...[
        ['d_s', 1],
        ['d_ms', 1e3],
        ['d_us', 1e6],
        ['d_ns', 1e9],
        ['\u00e9', 1e6],
      ],
    ]);
  });

  it('are none where there is no schema, or one that is not understood', () => {
    expect(arrowDurations(undefined).size).toBe(0);
    const bytes = Buffer.from(SCHEMA, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      expect(() => arrowDurations(bytes.subarray(0, at).toString('base64'))).not.toThrow();
      for (const value of [0, 127, 255]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        expect(() => arrowDurations(damaged.toString('base64'))).not.toThrow();
      }
    }
  });
});
