/**
 * The self-contained report of a run as HTML, from what it shows; a sheet of examples of a data set.
 * @module mixtura/report
 */

export { contactSheet } from '../report/contact-sheet.js';
export {
  type ColumnProfile,
  columnProfiles,
  type GroupColumn,
  GroupMoments,
  type ReportColumn,
} from '../report/profile.js';
export { renderReport } from '../report/report.js';
export type {
  ReportCurve,
  ReportData,
  ReportGroup,
  ReportMember,
  ReportMembers,
  ReportMetric,
  ReportRun,
  ReportSizes,
  ReportView,
  SampleForm,
} from '../report/report-data.js';
export { type ChosenMembers, chooseMembers } from '../report/typical.js';
