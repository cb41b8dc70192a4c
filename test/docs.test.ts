/** @file The documents: no placeholder left in them, and no link to a file that is not there. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const guides = ['README.md', ...documentsIn('docs')];

function documentsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

/** Every document under version control; without git, those at their usual places. */
function documents(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
    const tracked = listed.split('\n').filter((name) => name !== '' && existsSync(join(ROOT, name)));
    if (tracked.length > 0) return tracked;
  } catch {
    // Not a checkout.
  }
  return [...documentsIn('.'), ...documentsIn('docs'), ...documentsIn('bench')];
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

describe('the documents', () => {
  it.each(documents())('%s has no placeholder', (name) => {
    const left = read(name)
      .split('\n')
      .filter((line) => /^[A-Z]+_(TABLE|ROWS|NOTE)$|^MISSING$/.test(line.trim()));
    expect(left).toEqual([]);
  });

  it.each(guides)('%s links to files that are there', (name) => {
    const text = read(name).replace(/```[\s\S]*?```/g, '');
    const targets = [
      ...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g),
      ...text.matchAll(/\b(?:src|href)="([^"]+)"/g),
    ];
    const missing = targets
      .map(([, target]) => target!)
      .filter((target) => !/^([a-z]+:|#|\/\/)/i.test(target))
      .filter((target) => !existsSync(join(ROOT, dirname(name), decodeURI(target.replace(/#.*/, '')))));
    expect(missing).toEqual([]);
  });
});
