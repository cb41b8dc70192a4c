/** @file What is said on standard error while data are opened. */
import { noticeLines } from '../data/notice.js';
import { downloadLine } from '../data/sets/named.js';
import type { DataListeners } from '../run/prepare.js';

/** Downloads as a line that renews itself, remarks as a line each. */
export function dataLines(): DataListeners {
  return { onDownload: downloadLine(), onNotice: noticeLines() };
}
