import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readObject } from '../../report/reader/read-json';

/** A finding of a validation plugin that an acknowledgement keeps from counting. */
export interface Suppressed {
  /** the id of the acknowledgement */
  readonly id: string;
  readonly reason?: string;
  /** the path of the construct that has the finding */
  readonly path: string;
}

interface Report {
  readonly pluginReports?: { readonly suppressedViolations?: Violation[] }[];
}

interface Violation {
  readonly acknowledgedId?: string;
  readonly reason?: string;
  readonly violatingConstructs?: { readonly constructPath?: string }[];
}

/** What the CDK wrote about its validation: acknowledgements on an app or a stage stand nowhere else. */
export function suppressedIn(folder: string): Suppressed[] {
  const file = join(folder, 'validation-report.json');
  const { pluginReports = [] }: Report = existsSync(file) ? readObject(file) : {};
  return pluginReports.flatMap(({ suppressedViolations = [] }) =>
    suppressedViolations.flatMap(({ acknowledgedId: id, reason, violatingConstructs = [] }) =>
      violatingConstructs.flatMap(({ constructPath: path }) =>
        id === undefined || path === undefined ? [] : [{ id, reason, path }],
      ),
    ),
  );
}
