/** @file A thread that helps with a mixture (see crew.ts). */
import { workerData } from 'node:worker_threads';
import { Control, type HelperData } from './crew.js';
import { GaussianBlocks } from './memory.js';

const { control, memory, layout, lane } = workerData as HelperData;
new Control(control).help(new GaussianBlocks(layout, { memory, lane }));
