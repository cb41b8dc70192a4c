/** @file How well the divisions that were tried agree with labels, which never take part in the choice. */
import { nmi } from '../metrics/nmi.js';
import type { GroupFindings } from './findings.js';

/** NMI of every division that was tried with the labels of the rows that were looked at. */
export function agreementWithLabels(
  { tried, looked }: Pick<GroupFindings, 'tried' | 'looked'>,
  labels: Int32Array,
): number[] {
  const own = Int32Array.from(looked, (row) => labels[row]!);
  return tried.map(({ group }) => nmi(own, group));
}
