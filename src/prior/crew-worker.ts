/** @file A thread that helps with mixtures (see crew.ts). It sleeps when there is nothing to do for long. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Control, type CrewData, type News, WORD } from './crew.js';
import { GaussianBlocks } from './memory.js';

/** Milliseconds that the thread stays awake for the next task: those of one step follow each other at once. */
const AWAKE = 0.1;

const { control: buffer, lane } = workerData as CrewData;
const control = new Control(buffer);
const { words } = control;
const mixtures = new Map<number, GaussianBlocks>();

/** The blocks of the mixture of the task that is under way. */
function blocks(): GaussianBlocks {
  const wanted = words[WORD.mixture]!;
  for (;;) {
    const known = mixtures.get(wanted);
    if (known) return known;
    const news = receiveMessageOnPort(parentPort!)?.message as News | undefined;
    if (news?.memory)
      mixtures.set(news.mixture, new GaussianBlocks(news.layout, { memory: news.memory, lane }));
    else if (news) mixtures.delete(news.mixture);
  }
}

const idle = (open: number) => (open & 0xffff) === 0;

/** Waits for the next task: awake at first, since waking takes as long as a small task. */
function rest(): void {
  const until = performance.now() + AWAKE;
  while (idle(Atomics.load(words, WORD.open)) && performance.now() < until);
  Atomics.add(words, WORD.asleep, 1);
  const open = Atomics.load(words, WORD.open);
  if (idle(open)) Atomics.wait(words, WORD.open, open);
  Atomics.sub(words, WORD.asleep, 1);
}

for (;;) {
  control.work(blocks);
  rest();
}
