/**
 * @file Every command of the README and the documents is run: those in blocks in the order in which they stand, with few
 * steps, in a folder with files like the reader's; those in prose are resolved without running.
 *
 * `MIXTURA_FULL=1 npx vitest run test/documented-commands.test.ts` runs them whole and records how they ended in
 * docs/log/commands.md.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../src/data/sets/catalogue.js';
import { namedSetPresence } from '../src/data/sets/named.js';
import { MAIN, Scratch } from './support/cli.js';
import {
  commandsInBlocks,
  commandsInProse,
  type DocumentedCommand,
  isConcrete,
  shortened,
  wordsOf,
} from './support/documented-commands.js';
import { writeDocumentedData } from './support/documented-data.js';

const ROOT = join(import.meta.dirname, '..');
const FULL = process.env.MIXTURA_FULL === '1';
const HOURS = 3_600_000;
/** Data sets whose files are not in MIXTURA_DATA: nothing is downloaded, and the cache is that of the test. */
const ENVIRONMENT = { MIXTURA_DATA: process.env.MIXTURA_DATA ?? '', MIXTURA_CACHE: join(ROOT, 'no-cache') };
const ABSENT = CATALOGUE.filter(
  ({ files }) => files !== undefined && namedSetPresence(files, ENVIRONMENT).found === undefined,
).map(({ name }) => name);
/** Commands for another shell, another tool or another place: installing, building, measuring beside PyTorch. */
const ELSEWHERE = /^(npm|npx|alias|cd|export|node|python3?|pip|docker|source|curl|\.ci)\b|^\.ci\//;

const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
/** What `npm start` runs, so that the commands after it find its run. */
const STARTS = new Map([['npm ci && npm start', 'mixtura train digits']]);
const inBlocks = documents
  .map((name) => ({
    name,
    commands: commandsInBlocks(name, read(name))
      .map((command) => ({ ...command, text: STARTS.get(command.text) ?? command.text }))
      .filter(({ text }) => !ELSEWHERE.test(text)),
  }))
  .filter(({ commands }) => commands.length > 0);
const inProse = documents.flatMap((name) => commandsInProse(name, read(name)));

const places: Scratch[] = [];
const outcomes: string[] = [];
afterAll(() => {
  for (const place of places) place.remove();
});

/** Keeps how a command ended, where commands are run whole: a run of hours that is cut short keeps what it has. */
function record(row: string): void {
  outcomes.push(row);
  if (!FULL) return;
  const head =
    '# Every command of the documents, run whole\n\n| command | document | exit code | seconds |\n| --- | --- | --- | --- |';
  writeFileSync(join(ROOT, 'docs/log/commands.md'), `${head}\n${outcomes.join('\n')}\n`);
}

/** A folder with the reader's files, and `mixtura` on the path. */
function reader(): { readonly place: Scratch; run(command: string): ReturnType<Scratch['run']> } {
  const place = new Scratch();
  places.push(place);
  const bin = place.file('bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'mixtura'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, 'mixtura'), 0o755);
  writeDocumentedData(place.path);
  const data = { MIXTURA_DATA: process.env.MIXTURA_DATA ?? '' };
  const shell = { ...data, PATH: `${bin}:${process.env.PATH}` };
  return {
    place,
    run(command) {
      const [program, ...words] = wordsOf(command);
      if (program === 'mixtura' && !/[|<>&;$*?~]/.test(command)) return place.runWith(data, ...words);
      return place.launch('bash', ['-c', command], shell).finished;
    },
  };
}

const here = ({ text }: DocumentedCommand) => !wordsOf(text).some((word) => ABSENT.includes(word));

describe.each(inBlocks)('the commands of $name', ({ commands }) => {
  let shell: ReturnType<typeof reader>;
  beforeAll(() => {
    shell = reader();
  });

  for (const command of commands) {
    const { text } = command;
    it.skipIf(!here(command))(
      text,
      async () => {
        expect(isConcrete(text)).toBe(true);
        const began = Date.now();
        const { code, stdout, stderr } = await shell.run(FULL ? text : shortened(text));
        const seconds = Math.round((Date.now() - began) / 1000);
        record(`| \`${text.replaceAll('|', '\\|')}\` | ${command.document} | ${code} | ${seconds} |`);
        expect(`${code}: ${code === 0 ? '' : stdout + stderr}`).toBe('0: ');
      },
      FULL ? 12 * HOURS : 60_000,
    );
  }
});

describe('commands in prose', () => {
  const { run } = reader();
  const placed = inProse.map(
    (command) => [`${command.document}:${command.line} ${command.text}`, command] as const,
  );

  it.each(
    placed.filter(
      ([, command]) =>
        /^mixtura train (?!.*--resume)/.test(command.text) && isConcrete(command.text) && here(command),
    ),
  )('%s is resolved', async (_, command) => {
    const { code, stderr } = await run(`${command.text} --dry-run`);
    expect(`${code}: ${code === 0 ? '' : stderr}`).toBe('0: ');
  });

  it('have verbs and options that there are', async () => {
    const verbs = [...new Set(inProse.map(({ text }) => wordsOf(text)[1]!))];
    const helps = await Promise.all(
      verbs.map(async (verb) => [verb, (await run(`mixtura ${verb} --help`)).stdout]),
    );
    const helpOf = new Map(helps as [string, string][]);
    const unknown = inProse.flatMap(({ document, line, text }) => {
      const [, verb, ...words] = wordsOf(text);
      const options = words.flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? []);
      const help = helpOf.get(verb!)!;
      return options
        .filter((o) => !new RegExp(`${o}(?![\\w-])`).test(help))
        .map((o) => `${document}:${line} ${verb} ${o}`);
    });
    expect(unknown).toEqual([]);
  });

  it('and every option that stands alone is one of some verb', async () => {
    const overview = (await run('mixtura --help')).stdout;
    const verbs = [...overview.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, verb]) => verb!);
    const helps = (await Promise.all(verbs.map((verb) => run(`mixtura ${verb} --help`)))).map(
      (h) => h.stdout,
    );
    const measurements = readFileSync(join(ROOT, 'bench/steps.mjs'), 'utf8');
    const scripts = [...measurements.matchAll(/^ +'?([a-z-]+)'?: \{ type: /gm)].map(
      ([, name]) => `--${name}`,
    );
    const known = new Set([...helps.join('\n').match(/--[a-z][a-z-]*/g)!, ...scripts]);
    const used = documents.flatMap((name) =>
      [...read(name).matchAll(/`(--[a-z][a-z-]*)[^`]*`/g)].map((match) => `${name} ${match[1]}`),
    );
    expect(verbs.length).toBeGreaterThan(8);
    expect(used.filter((use) => !known.has(use.split(' ')[1]!))).toEqual([]);
  });
});

describe('what is taken for a command', () => {
  it('is a line of a block without its comment, or what stands between backquotes', () => {
    const text =
      'Run `mixtura doctor --json` now.\n```sh\nmixtura train x \\\n  --steps 900   # long\n# no\n```\n```ts\nno\n```';
    expect(commandsInBlocks('d', text)).toEqual([
      { document: 'd', line: 3, text: 'mixtura train x --steps 900' },
    ]);
    expect(commandsInProse('d', text)).toEqual([{ document: 'd', line: 1, text: 'mixtura doctor --json' }]);
    expect(['mixtura train RUN', 'mixtura train x --seed S', 'mixtura train a.csv'].map(isConcrete)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['mixtura train', 'mixtura train --steps 4 --set pretextSteps=2 --set studentSteps=8'],
    [
      'mixtura train x --steps 900 --seed 1',
      'mixtura train x --steps 4 --seed 1 --set pretextSteps=2 --set studentSteps=8',
    ],
    [
      'mixtura train x --seed 1',
      'mixtura train x --steps 4 --seed 1 --set pretextSteps=2 --set studentSteps=8',
    ],
    ['mixtura train --resume runs/a', 'mixtura train --resume runs/a'],
    [
      'mixtura train --resume runs/a --steps 900 --allow steps',
      'mixtura train --resume runs/a --steps 12 --allow steps',
    ],
    ['mixtura features mnist', 'mixtura features mnist --steps 8'],
    ['mixtura cluster runs/a x.csv', 'mixtura cluster runs/a x.csv'],
  ])('%s is cut to %s', (command, short) => {
    expect(shortened(command)).toBe(short);
  });
});
