import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../data/dataset.js';
import { findGroups } from '../../groups/find.js';
import { Stream } from '../../math/random.js';
import { foundLines } from './found-lines.js';

const stream = Stream.root(2);
/** Rows of one cloud, or of two of which every third row is in the smaller. */
const found = (apart: number) => {
  const values = Float64Array.from(
    { length: 1500 },
    (_, at) => stream.normal() + (Math.floor(at / 3) % 3 === 0 ? apart : 0),
  );
  const about = { name: 'made', kind: 'table', shape: [3], range: 'real', source: 'Made.' } as const;
  return findGroups(arrayDataset({ ...about, values }), { teachers: ['graph', 'k-means'] });
};

describe('findings as text', () => {
  it('calls one group neither stable nor divided', async () => {
    const findings = await found(0);
    expect(findings.groups).toHaveLength(1);
    const text = foundLines(findings).join('\n');
    expect(text).toMatch(/ group +rows +share +interval +confidence\n/);
    expect(text).toContain('No border in the graph of neighbours is clear, so nothing was divided.');
    expect(text).not.toContain('Teacher');
    expect(text).toMatch(/ standardised +graph +1 group +- +- +- +\d/);
    expect(text).not.toContain('1.000');
    const asked = { ...findings, count: { ...findings.count, given: true } };
    expect(foundLines(asked).join('\n')).toContain(
      '\n1 group, as asked for; the merge curve finds 1 each time',
    );
  });

  it('tells how clear a number is only of the one that all rows show', async () => {
    const findings = await found(8);
    const clear = /clearer than the next one within a group/;
    const { count } = findings;
    expect([count.groups, count.all[0]]).toEqual([2, 2]);
    expect(foundLines(findings).join('\n')).toMatch(clear);
    expect(foundLines(findings).join('\n')).toMatch(
      / groups +stability +link +score +CPU s\n.* graph .*\n.* graph .*\n.* k-means +2 +/,
    );
    const [first, second] = findings.tried;
    expect(first!.score).toBeGreaterThan(second!.score);
    expect(first!.groups).toBe(count.groups);
    const other = { ...findings, count: { ...count, all: [3, 2, 2, 2, 2], most: 3 } };
    expect(foundLines(other).join('\n')).not.toMatch(clear);
    const vague = { ...findings, count: { ...count, gap: 1.2 } };
    expect(foundLines(vague).join('\n')).toContain('so a number near it may be as good');
  });
});
