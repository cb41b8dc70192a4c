import { describe, expect, it } from 'vitest';
import { allowedProcessors, ownProcessors, processorsOf } from './processors.js';

describe('processors', () => {
  it('are read from a list of ranges', () => {
    expect(processorsOf('0-1')).toEqual([0, 1]);
    expect(processorsOf('3')).toEqual([3]);
    expect(processorsOf('0-2,8,10-11')).toEqual([0, 1, 2, 8, 10, 11]);
  });

  it('are given to threads where there is one for each, and the first is the caller’s', () => {
    expect(ownProcessors([0, 1], 2)).toEqual([2]);
    expect(ownProcessors([3, 5, 6], 3)).toEqual([6, 7]);
    expect(ownProcessors([0, 1, 2, 3], 2)).toBeUndefined();
    expect(ownProcessors([0], 2)).toBeUndefined();
    expect(ownProcessors([0], 1)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('are what Linux allows this process', () => {
    expect(allowedProcessors()!.length).toBeGreaterThan(0);
  });
});
