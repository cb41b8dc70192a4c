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
 * The processors, counted from 1, for all threads of an operator but the caller's, where the process has exactly as many as
 * threads. The scheduler may wake such a thread upon the processor of the caller, though another is idle, and leave both there
 * for a tenth of a second; where there are more processors it finds a free one, and other programs are to be left a choice.
 */
export function ownProcessors(processors: readonly number[], threads: number): number[] | undefined {
  if (threads < 2 || processors.length !== threads) return undefined;
  return processors.slice(1).map((index) => index + 1);
}

/** The processors that this process may use; nothing where the system does not tell, or cannot tie threads to them. */
export function allowedProcessors(): number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return list === undefined ? undefined : processorsOf(list);
  } catch {
    return undefined;
  }
}
