import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';

const checks = new AgentCoreChecks();

/** A plugin's report about templates that no CDK app made. */
export function reportOn(plugin: IPolicyValidationPlugin, ...templates: object[]): PolicyValidationPluginReport {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const templatePaths = templates.map((template, i) => {
      const path = join(folder, `${i}.template.json`);
      writeFileSync(path, JSON.stringify(template));
      return path;
    });
    const stackTemplates = templatePaths.map((templatePath) => ({ templatePath, stackConstructPath: '' }));
    return plugin.validate({
      templatePaths,
      stackTemplates,
      appConstruct: new App(),
    } as unknown as IPolicyValidationContext);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where a rule is broken: logical ids with paths of properties. */
export function findings(rule: string, ...templates: object[]): string[] {
  const { violations } = reportOn(checks, ...templates);
  return violations
    .filter(({ ruleName }) => ruleName === rule)
    .flatMap(({ violatingResources }) => violatingResources)
    .flatMap(({ resourceLogicalId, locations }) => locations.map((location) => `${resourceLogicalId} ${location}`));
}
