import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag';

export const PACKS = [
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
];

/** The context of an app that writes its report instead of failing. */
export const REPORT_ONLY = { '@aws-cdk/core:failSynthOnValidationErrors': false };

/** One rule at one place. */
export interface Finding {
  readonly pack: string;
  readonly rule: string;
  readonly path: string;
}

export interface Suppressed extends Finding {
  readonly reason: string;
}

export interface NagReport {
  readonly violations: Finding[];
  readonly suppressed: Suppressed[];
}

/** cdk-nag as users run it: as plugins of the app, read from the report that they keep. */
export function nagReport(app: App): NagReport {
  Validations.of(app).addPlugins(...PACKS.map((Pack) => new Pack(app)));
  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const reports = pluginReports.filter(({ pluginName }: any) => PACKS.some((Pack) => new Pack().name === pluginName));
  return {
    violations: sorted(reports.flatMap(({ pluginName, violations }: any) => flat(pluginName, violations))),
    suppressed: sorted(
      reports.flatMap(({ pluginName, suppressedViolations }: any) => flat(pluginName, suppressedViolations)),
    ),
  };
}

/** What the packs find when nothing that is acknowledged with its pack counts. */
export function withoutAcknowledgements(app: App): Finding[] {
  const reports = PACKS.map((Pack) => new Pack()).map((pack) => ({ pack: pack.name, report: pack.validateScope(app) }));
  return reports.flatMap(({ pack, report }) =>
    report.violations.flatMap(({ ruleName, violatingResources = [] }) =>
      violatingResources.map(({ constructPath }) => finding(pack, ruleName, constructPath!)),
    ),
  );
}

function flat(pack: string, violations: any[] = []): Suppressed[] {
  return violations.flatMap(({ ruleName, reason, violatingConstructs }) =>
    violatingConstructs.map(({ constructPath }: any) => ({ ...finding(pack, ruleName, constructPath), reason })),
  );
}

/** without what changes with any path: hashes of logical ids, the names of shared functions, the default child */
function finding(pack: string, rule: string, path: string): Finding {
  return {
    pack,
    rule: rule.replace(`${pack}-`, '').replace(/[0-9A-F]{8}(?=[.>])/g, ''),
    path: path.replace(/[0-9A-Fa-f]{32}/, '').replace(/\/Resource$/, ''),
  };
}

export const sorted = <T extends Finding>(findings: T[]): T[] =>
  [...findings].sort((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));

const keyOf = ({ pack, rule, path }: Finding): string => `${rule} ${path} ${pack}`;
