/** @file A worker thread of the pool that computes a mixture (see workers.ts). */
import { workerData } from 'node:worker_threads';
import { GaussianBlocks } from './memory.js';
import { SharedTasks, type WorkerData } from './workers.js';

const { tasks, memory, layout, slot } = workerData as WorkerData;
new SharedTasks(tasks).serve(new GaussianBlocks(layout, { memory, slot }));
