import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { NetworkStack } from '../../bin/network-stack';
import { SampleStack } from '../../bin/sample-stack';
import { settingsFrom } from '../../bin/settings';
import { ComplianceReport } from '../../lib/report/compliance-report';

/** What a report says, read back from both of its forms. */
export interface Read {
  readonly markdown: string;
  readonly json: string;
  readonly stacks: any[];
}

export function read(report: ComplianceReport): Read {
  const json = report.toJson();
  return { markdown: report.toMarkdown(), json, stacks: JSON.parse(json).stacks };
}

/** The report of an app, which is synthesized for it. */
export function reportOf(app: App): Read {
  return read(ComplianceReport.fromDirectory(app.synth({ force: true }).directory));
}

export function inFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The report of templates that no CDK app made, by the names of their files. */
export function reportOfTemplates(templates: Record<string, unknown>): Read {
  return inFolder((folder) => {
    for (const [name, template] of Object.entries(templates)) {
      writeFileSync(join(folder, name), JSON.stringify(template));
    }
    return read(ComplianceReport.fromDirectory(folder));
  });
}

/** The report of one template. */
export function reportOfResources(Resources: Record<string, unknown>, more: object = {}): any {
  return reportOfTemplates({ 'team.template.json': { Resources, ...more } }).stacks[0];
}

/** The sample as `npm run sample` synthesizes it. */
export function sample(change: (stack: SampleStack) => void = () => undefined): App {
  const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8'));
  const app = new App({ context });
  const settings = settingsFrom(app.node);
  const { network } = new NetworkStack(app, 'CodingAgentsNetwork', { allowedDomains: settings.allowedDomains });
  change(new SampleStack(app, 'CodingAgents', { network, settings }));
  return app;
}

/** The lines that one report has and the other has not, as `diff` counts them. */
export function changed(before: string, after: string): { gone: string[]; added: string[] } {
  return { gone: without(before, after), added: without(after, before) };
}

function without(text: string, other: string): string[] {
  const left = other.split('\n');
  return text.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) {
      left.splice(at, 1);
    }
    return at < 0;
  });
}
