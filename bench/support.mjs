// What the measuring scripts share: child processes, medians, tables.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
export const PEER = fileURLToPath(new URL('peer/slogan_step.py', import.meta.url));
export const EXPORT = fileURLToPath(new URL('peer/export-step.mjs', import.meta.url));
export const PYTHON = process.env.PYTHON ?? 'python3';

/** Runs a command to its end. @returns its one JSON object, and whether it succeeded. */
export function childJson(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const line = stdout.trim();
      if (line.startsWith('{')) resolve({ ok: code === 0, value: JSON.parse(line) });
      else
        reject(new Error(`${args.join(' ')} ended with code ${code}: ${stderr.trim().split('\n').at(-1)}`));
    });
  });
}

/** Options for sizes other than a benchmark's own, as `parseArgs` takes them. */
export const SIZE_OPTIONS = Object.fromEntries(
  ['batch', 'components', 'latent', 'side'].map((size) => [size, { type: 'string' }]),
);

/** The sizes among the options that were given. */
export function givenSizes(options) {
  const given = Object.keys(SIZE_OPTIONS).filter((size) => options[size] !== undefined);
  return Object.fromEntries(given.map((size) => [size, Number(options[size])]));
}

/** Sizes as arguments of a command. */
export const sizeFlags = (sizes) => Object.entries(sizes).flatMap(([size, n]) => [`--${size}`, String(n)]);

/** Cost of a step of Mixtura, in a process of its own (see `mixtura bench --json`). */
export async function measureMixtura(name, { threads, steps, sizes = {} }) {
  const count = steps ? ['--steps', String(steps)] : [];
  const args = [MAIN, 'bench', name, '--threads', String(threads), ...count, ...sizeFlags(sizes), '--json'];
  return (await childJson(process.execPath, args)).value;
}

/** Cost of the same step in PyTorch, in a process of its own. */
export async function measurePeer(file, { threads, steps, warmup, layout, compile, products }) {
  const flags = ['--threads', threads, '--steps', steps, '--warmup', warmup, '--layout', layout];
  const variant = [compile ? ['--compile'] : [], products ? ['--products'] : []].flat();
  const args = [PEER, file, ...flags.map(String), ...variant, '--started', String(Date.now() / 1000)];
  return (await childJson(PYTHON, args)).value;
}

/** Why PyTorch cannot be measured here, in a sentence; nothing where it can. */
export function peerAbsence() {
  const { status, error } = spawnSync(PYTHON, ['-c', 'import torch, numpy'], { stdio: 'ignore' });
  if (error) return `There is no peer column: ${PYTHON} is not on this machine.`;
  return status === 0 ? undefined : `There is no peer column: ${PYTHON} has no torch or numpy.`;
}

/** The values of `--set key=value`: JSON where they are JSON. */
export function setValues(items) {
  return Object.fromEntries(
    items.map((item) => {
      const [key, text] = [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)];
      try {
        return [key, JSON.parse(text)];
      } catch {
        return [key, text];
      }
    }),
  );
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0);

/** A Markdown table, padded so that it reads well in a terminal too; numbers to the right. */
export function markdown(header, rows) {
  const widths = header.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const line = (cells) =>
    `| ${cells.map((c, i) => (i ? c.padStart(widths[i]) : c.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((n, i) => (i ? `${'-'.repeat(n - 1)}:` : '-'.repeat(n))).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** Mean and sample deviation, in percent. */
export function percent(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return `${(100 * mean).toFixed(2)}${values.length > 1 ? ` ± ${(100 * Math.sqrt(variance)).toFixed(2)}` : ''}`;
}
