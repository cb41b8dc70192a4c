/** @file The page of groups that were found without training, as a file. */
import { extname } from 'node:path';
import { writeFileAtomic } from '../../atomic-file.js';
import type { Dataset } from '../../data/dataset.js';
import { usageError } from '../../errors.js';
import type { GroupFindings } from '../../groups/findings.js';
import { groupsPageData } from '../../report/groups/build-page-data.js';
import { groupsPage } from '../../report/groups/groups-page.js';
import { VERSION } from '../../version.js';

/** How the findings were made, and the NMI of each division that was tried with labels, where there are some. */
export interface GroupsPageOrigin {
  readonly command: string;
  readonly seed: number;
  readonly agreement: readonly number[] | undefined;
}

/** @throws a usage error for a file whose ending is not that of a page. */
export function requirePage(file: string): void {
  if (['.html', '.htm'].includes(extname(file).toLowerCase())) return;
  throw usageError(`--report is '${file}'; give a file that ends in .html.`);
}

/** Writes the self-contained page of findings. @throws a MixturaError if the disk refuses */
export function writeGroupsPage(
  file: string,
  dataset: Dataset,
  findings: GroupFindings,
  origin: GroupsPageOrigin,
): void {
  writeFileAtomic(file, groupsPage(groupsPageData(findings, dataset, { ...origin, version: VERSION })));
}
