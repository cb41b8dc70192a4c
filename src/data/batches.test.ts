import { describe, expect, it } from 'vitest';
import { Stream } from '../math/random.js';
import { batchSchedule } from './batches.js';

const stream = () => Stream.root(3).fork('batches');

describe('batchSchedule', () => {
  it('reads every sample once an epoch, filling the last batch from the next epoch', () => {
    const batch = batchSchedule(stream(), { count: 10, batchSize: 4 });
    const flat = [0, 1, 2, 3, 4].flatMap((step) => [...batch(step)]);
    const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
    expect(sorted(flat.slice(0, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sorted(flat.slice(10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(flat.slice(0, 10)).not.toEqual(flat.slice(10));
  });

  it('is a function of the step alone: any order, and a fresh schedule, give the same batches', () => {
    const forwards = batchSchedule(stream(), { count: 23, batchSize: 7 });
    const expected = Array.from({ length: 40 }, (_, step) => [...forwards(step)]);
    const jumping = batchSchedule(stream(), { count: 23, batchSize: 7 });
    for (const step of [39, 0, 17, 3, 38, 3, 25]) expect([...jumping(step)]).toEqual(expected[step]);
    const middle = batchSchedule(stream(), { count: 23, batchSize: 7 });
    expect([...middle(30)]).toEqual(expected[30]);
  });

  it('allows a batch of all the data', () => {
    const batch = batchSchedule(stream(), { count: 5, batchSize: 5 });
    expect([...batch(6)].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses a batch larger than the data, or not a positive integer', () => {
    expect(() => batchSchedule(stream(), { count: 5, batchSize: 6 })).toThrow(
      'A batch of 6 is larger than the data (5 samples): give --batch 5 or less.',
    );
    for (const batchSize of [0, -1, 1.5, Number.NaN]) {
      expect(() => batchSchedule(stream(), { count: 5, batchSize })).toThrow('at least 1');
    }
  });
});
