import { afterEach, describe, expect, it, vi } from 'vitest';
import { findProgress } from './find-progress.js';

afterEach(() => vi.restoreAllMocks());

describe('the first answer', () => {
  it('names the largest sizes alone, and says that it may change', () => {
    const told: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told.push(String(text));
      return true;
    });
    const { onFirst } = findProgress();
    onFirst!({ view: 'pixels', rows: 90, shares: [0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.06, 0.04] });
    onFirst!({ view: 'pixels', rows: 90, shares: [1] });
    const said = told
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('First'));
    expect(said).toEqual([
      'First look (graph of 90 rows, view pixels): 8 groups (30.0 %, 20.0 %, 10.0 %, 10.0 %, 10.0 %, 10.0 %, ...). This may change when views and teachers are compared on subsamples ...',
      'First look (graph of 90 rows, view pixels): 1 group. This may change when views and teachers are compared on subsamples ...',
    ]);
  });
});
