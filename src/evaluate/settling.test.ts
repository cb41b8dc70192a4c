import { describe, expect, it } from 'vitest';
import { mostProbable } from '../cluster/most-probable.js';
import type { Samples } from '../data/dataset.js';
import { Stream } from '../math/random.js';
import type { Inference } from '../train/inference.js';
import {
  endedCalm,
  isCalm,
  lastMovement,
  Settling,
  type SettlingLine,
  unsettledSentence,
} from './settling.js';

const line = (step: number, size: number, moved?: number): SettlingLine => ({
  ...{ step, sizes: [size, 1 - size] },
  ...(moved !== undefined && { moved }),
});

describe('what moved at the end of a log', () => {
  it('is the share of rows, and the largest change of a size', () => {
    const lines = [line(500, 0.5), line(1000, 0.7, 0.25)];
    expect(lastMovement(lines)).toEqual({
      ...{ step: 1000, since: 500, moved: 0.25 },
      sizeChange: expect.closeTo(0.2, 12) as number,
    });
    expect(lastMovement(lines.slice(0, 1))).toBeUndefined();
    expect(lastMovement([line(500, 0.5), line(1000, 0.7)])).toBeUndefined();
    expect(lastMovement([])).toBeUndefined();
  });

  it('is told above 2 % of rows or a hundredth of a size', () => {
    expect(unsettledSentence([line(500, 0.5), line(1000, 0.509, 0.02)])).toBeUndefined();
    expect(unsettledSentence([line(7500, 0.5), line(8000, 0.503, 0.031)])).toBe(
      'Not settled: between steps 7500 and 8000 3.1 % of the rows changed their group, and a learned size changed by up to 0.3 points, so more steps may change both.',
    );
    expect(unsettledSentence([line(500, 0.5), line(1000, 0.52, 0)])).toContain('by up to 2.0 points');
  });
});

describe('a calm run', () => {
  const calm = [
    line(1, 0.3),
    line(2, 0.5, 0.004),
    line(3, 0.504, 0.004),
    line(4, 0.508, 0),
    line(5, 0.51, 0),
  ];

  it('has three evaluations in a row with few rows and small changes of sizes', () => {
    // The size at step 2 has changed by 0.2.
    expect([2, 3, 4, 5].map((n) => isCalm(calm.slice(0, n)))).toEqual([false, false, false, true]);
    expect(isCalm([...calm, line(6, 0.51, 0.005)])).toBe(false);
    expect(isCalm([...calm, line(6, 0.516, 0)])).toBe(false);
  });

  it('has ended if that was asked for, at its last line, before its last step', () => {
    const ends = { steps: 9, untilCalm: true };
    expect(endedCalm(ends, calm, 5)).toBe(true);
    expect(endedCalm(ends, calm, 6)).toBe(false);
    expect(endedCalm({ steps: 5, untilCalm: true }, calm, 5)).toBe(false);
    expect(endedCalm({ steps: 9 }, calm, 5)).toBe(false);
  });
});

/** Samples and a model that gives row i the component of `of(i)`. */
function model(count: number, of: (row: number) => number, components = 2) {
  const asked: number[][] = [];
  const inference = {
    ...{ assigns: true, prior: { components }, stream: Stream.root(0) },
    mostProbable: (table: Float32Array) => mostProbable(table, components),
    assign: (_: Samples, rows: Uint32Array) => {
      asked.push([...rows]);
      const table = [...rows].flatMap((row) =>
        Array.from({ length: components }, (__, c) => (c === of(row) ? 1 : 0)),
      );
      return Promise.resolve(Float32Array.from(table));
    },
  } as unknown as Inference;
  return { inference, samples: { count } as Samples, asked };
}

describe('the rows that are followed', () => {
  it('are the same at most 1,000 at each evaluation, compared with the evaluation before', async () => {
    let turned = 0;
    const { inference, samples, asked } = model(5000, (row) => (row < turned ? 1 : 0));
    const settling = new Settling(inference, samples, { steps: 9 });
    expect(await settling.look(line(1, 0.5), [])).toEqual({});
    turned = 2500;
    const { moved } = await settling.look(line(2, 0.5), []);
    expect(moved).toBe(asked[0]!.filter((row) => row < 2500).length / 1000);
    expect(await settling.look(line(3, 0.5), [])).toEqual({ moved: 0 });
    expect([asked[0]!.length, new Set(asked[0]).size]).toEqual([1000, 1000]);
    expect(asked[2]).toEqual(asked[0]);
    expect((await settling.look(line(4, 0.5), [])).calm).toBeUndefined();
  });

  it('are gone on with: from an evaluation, or from what a checkpoint holds', async () => {
    let turned = false;
    const { inference, samples } = model(4, (row) => (turned && row === 3 ? 1 : 0));
    const first = new Settling(inference, samples, { steps: 9 });
    await first.look(line(2, 0.5), []);
    expect([first.groupsBefore(2), first.groupsBefore(3)]).toEqual([undefined, [0, 0, 0, 0]]);
    turned = true;
    const held = new Settling(inference, samples, { steps: 9 }, first.groupsBefore(3));
    expect(await held.goOn([line(2, 0.5)], 3)).toBeUndefined();
    expect(await held.look(line(4, 0.5), [])).toEqual({ moved: 0.25 });
    const there = new Settling(inference, samples, { steps: 9 });
    await there.goOn([line(4, 0.5)], 4);
    expect(await there.look(line(6, 0.5), [])).toEqual({ moved: 0 });
  });

  it('are none where there are no groups', async () => {
    const { inference, samples } = model(4, () => 0, 1);
    const settling = new Settling(inference, samples, { steps: 9, untilCalm: true });
    expect([await settling.look(line(1, 1), []), await settling.look(line(2, 1), [])]).toEqual([{}, {}]);
    expect(settling.groupsBefore(5)).toBeUndefined();
  });
});
