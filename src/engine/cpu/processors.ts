/** @file Which processors this process may use, and when the threads inside an operator are tied to one each. */
import { readFileSync } from 'node:fs';

/** Indices of the processors of a list such as `0-3,8`, as Linux writes it. */
export function processorsOf(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/**
 * The processors, counted from 1, to which the threads of an operator are tied, all but the calling one; undefined unless
 * the process has exactly as many processors as threads. The scheduler may wake a thread on the processor of the caller,
 * though another one is idle, and leave both there for a tenth of a second. Where there are more processors it finds an
 * idle one, and tying threads would only restrict other programs.
 */
export function ownProcessors(processors: readonly number[], threads: number): number[] | undefined {
  if (threads < 2 || processors.length !== threads) return undefined;
  return processors.slice(1).map((index) => index + 1);
}

/** The processors that this process may use; undefined where the system does not say, or cannot tie threads to them. */
export function allowedProcessors(): number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return list === undefined ? undefined : processorsOf(list);
  } catch {
    return undefined;
  }
}
