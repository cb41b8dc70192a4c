/** @file The thread that renews a lock while the main thread has no time to: a long computation is no sign of death. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface BeatRequest {
  readonly file: string;
  /** What the lock file holds as long as the lock is held. */
  readonly content: string;
  /** Milliseconds from one renewal to the next. */
  readonly every: number;
}

const { file, content, every } = workerData as BeatRequest;

setInterval(() => {
  try {
    const fd = openSync(file, 'r+');
    try {
      // Read from what was opened: a lock that another puts in its place meanwhile is another file.
      if (readFileSync(fd, 'utf8') === content) writeSync(fd, content, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    // It is given back, or the disk does not answer; the main thread finds out.
  }
}, every);
