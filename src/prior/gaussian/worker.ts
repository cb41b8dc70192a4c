/** @file A thread that helps with a mixture (see crew.ts). */
import { workerData } from 'node:worker_threads';
import { GaussianBlocks } from './memory.js';
import { Control, type HelperData } from './workers.js';

const { control, memory, layout, lane } = workerData as HelperData;
new Control(control).help(new GaussianBlocks(layout, { memory, lane }));
