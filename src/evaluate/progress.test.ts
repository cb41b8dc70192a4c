import { describe, expect, it } from 'vitest';
import { type EvaluationProgress, ProgressMeter } from './progress.js';

describe('the progress of an evaluation', () => {
  it('is the fraction of the planned cost, and the time left in proportion to the time gone', () => {
    let clock = 5000;
    const reported: EvaluationProgress[] = [];
    const meter = new ProgressMeter(
      (progress) => reported.push(progress),
      () => clock,
    );
    const first = meter.plan('a', 1);
    const second = meter.plan('b', 2);
    meter.plan('c', 1);
    first(0);
    clock = 7000;
    second(0);
    clock = 9000;
    second(0.5);
    expect(reported).toEqual([
      { stage: 'a', fraction: 0 },
      { stage: 'b', fraction: 0.25, secondsLeft: 6 },
      { stage: 'b', fraction: 0.5, secondsLeft: 4 },
    ]);
  });

  it('counts a stage that is left out as done, and does not go back to an earlier one', () => {
    const reported: EvaluationProgress[] = [];
    const meter = new ProgressMeter(
      (progress) => reported.push(progress),
      () => 0,
    );
    const stages = [meter.plan('a', 1), meter.plan('b', 2), meter.plan('a', 1)];
    stages[0]!(0);
    stages[2]!(0); // b was left out
    stages[1]!(0);
    stages[2]!(1);
    expect(reported.map(({ stage, fraction }) => [stage, fraction])).toEqual([
      ['a', 0],
      ['a', 0.75],
      ['a', 1],
    ]);
  });
});
