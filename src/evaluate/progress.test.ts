import { describe, expect, it } from 'vitest';
import { type EvaluationProgress, ProgressMeter } from './progress.js';

const STAGES = [
  { name: 'a', cost: 1 },
  { name: 'b', cost: 2 },
  { name: 'a', cost: 1 },
];

describe('the progress of an evaluation', () => {
  it('is the share of the planned cost, and the time left in proportion to the time gone', () => {
    let clock = 5000;
    const told: EvaluationProgress[] = [];
    const meter = new ProgressMeter(
      STAGES,
      (progress) => told.push(progress),
      () => clock,
    );
    meter.begin('a');
    clock = 7000;
    meter.begin('b');
    clock = 9000;
    meter.part(0.5);
    expect(told).toEqual([
      { stage: 'a', fraction: 0 },
      { stage: 'b', fraction: 0.25, secondsLeft: 6 },
      { stage: 'b', fraction: 0.5, secondsLeft: 4 },
    ]);
  });

  it('counts a stage that is left out as done, and does not go back to an earlier one', () => {
    const told: EvaluationProgress[] = [];
    const meter = new ProgressMeter(
      STAGES,
      (progress) => told.push(progress),
      () => 0,
    );
    meter.begin('a');
    meter.begin('a'); // the second of that name: b was left out
    meter.begin('b');
    meter.part(1);
    expect(told.map(({ stage, fraction }) => [stage, fraction])).toEqual([
      ['a', 0],
      ['a', 0.75],
      ['a', 1],
    ]);
  });
});
