/**
 * The groups of data without training: which, how many, and how far they can be trusted.
 * @module mixtura/groups
 */

export type { FindProgress, FirstAnswer } from '../groups/find-options.js';
export type {
  AppearanceFinding,
  ChoiceFinding,
  CountFinding,
  FindingsData,
  GroupFinding,
  GroupFindings,
  PairFinding,
  RowFindings,
  TriedDivision,
} from '../groups/findings.js';
export { type FindGroupsOptions, findGroups } from '../run/model/find-groups.js';
