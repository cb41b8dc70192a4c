import { describe, expect, it } from 'vitest';
import { begin, stepOf } from '../../test/support/step.js';
import { evaluate } from '../graph/evaluate.js';
import { constant } from '../graph/tensor.js';
import { Stream } from '../math/random.js';
import type { BuildContext } from '../method/method.js';
import { guideOf, keptOf, pgmgan } from './pgmgan.js';

const guide = (logits: readonly number[], y: number) => {
  const code = constant(
    logits.map((_, c) => Number(c === y)),
    [1, logits.length],
  );
  return evaluate([guideOf(constant(logits, [1, logits.length]), code)], {})[0]![0]!;
};

describe('the guide', () => {
  it('is 0 exactly where the group is the most probable one', () => {
    expect(guide([2, 1, 0], 0)).toBe(0);
    expect(guide([1, 1, 0], 1)).toBe(0);
    expect(guide([2, 1, 0], 1)).toBeGreaterThan(0);
  });

  it('is the mean of the excesses over all K logits', () => {
    expect(guide([2, 1, 0], 1)).toBeCloseTo(1 / 3, 14);
    expect(guide([2, 1, 0], 2)).toBeCloseTo((2 + 1) / 3, 14);
  });

  it('weighs w (1 - 2 t / T), and nothing from half of the schedule on', () => {
    const model = pgmgan.build(pgmgan.settings.parse({ units: 4, latent: 2 }), context([2]));
    const weight = (progress: number) =>
      begin(model.phases[1]!, { ...stepOf({ progress, real: new Float32Array(8) }) }).feeds[
        'guide weight'
      ]![0]!;
    expect([0, 0.25, 0.5, 0.9].map(weight)).toEqual([6, 3, 0, 0]);
  });
});

const context = (shape: readonly number[]): BuildContext => ({
  data: { shape, range: 'real' },
  ...{ components: 2, batch: 4, horizon: 20, stream: Stream.root(0) },
  restored: { labels: { shape: [4], data: Float64Array.of(0, 1, 1, 1) } },
});

describe('rejection', () => {
  it('keeps samples of the group that they were drawn for', () => {
    const scores = Float32Array.of(2, 1, 0, 0, 1, 2, 0, 5, 1);
    expect([...keptOf(scores, Int32Array.of(0, 1, 1))]).toEqual([1, 0, 1]);
  });

  it('is there unless it is left out', () => {
    const rejection = (settings: object) =>
      pgmgan.build(pgmgan.settings.parse({ units: 4, latent: 2, ...settings }), context([2])).inference
        .rejection;
    expect(rejection({})).toBeDefined();
    expect(rejection({ rejection: false })).toBeUndefined();
  });
});

describe('the stages', () => {
  const stages = (shape: readonly number[], settings: object = {}) =>
    pgmgan.lessons!(pgmgan.settings.parse(settings), { shape, range: 'unit' })!.stages.map(
      ({ name, settings: { transformations } }) => [name, transformations],
    );

  it('are a pretext and the partitioner for images, and the partitioner alone for tables', () => {
    expect(stages([1, 8, 8])).toEqual([
      ['pretext', 'digits'],
      ['partitioner', 'digits'],
    ]);
    expect(stages([3, 8, 8])[0]).toEqual(['pretext', 'photographs']);
    expect(stages([1, 8, 8], { transformations: 'none' })).toEqual([['partitioner', 'none']]);
    expect(stages([1, 8, 8], { pretextSteps: 0 })).toEqual([['partitioner', 'digits']]);
    expect(stages([5])).toEqual([['partitioner', 'none']]);
  });

  it('have no transformations of tables, which is said in one sentence', () => {
    expect(() => stages([5], { transformations: 'signs' })).toThrow(
      'Transformations (signs) are for images, and these data are none; leave out --set transformations.',
    );
  });
});
