import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

/** A resource of a template, as far as the scripts look at it. */
export interface Resource {
  readonly Type: string;

  readonly Properties: any;
  readonly Metadata?: Record<string, string>;
}

export interface SynthesizedStack {
  readonly name: string;
  readonly description: string;
  readonly bytes: number;
  readonly resources: Record<string, Resource>;
  readonly outputs: Record<string, { Value: unknown; Description?: string }>;
}

export interface Assembly {
  readonly stacks: SynthesizedStack[];
  readonly findings: { rule: string; severity: string; path: string; description: string }[];
}

interface Manifest {
  readonly artifacts: Record<string, { type: string; properties?: { templateFile?: string } }>;
}

interface ValidationReport {
  readonly pluginReports?: {
    violations?: {
      ruleName: string;
      severity?: string;
      description: string;
      violatingConstructs?: { constructPath?: string }[];
    }[];
  }[];
}

/** Reads what `cdk synth` wrote: stacks in the order of their deployment, and the findings of the validation. */
export function readAssembly(folder: string): Assembly {
  const manifest = read<Manifest>(path.join(folder, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name, { properties }]) => readStack(name, path.join(folder, properties?.templateFile ?? '')));
  return { stacks, findings: findingsIn(path.join(folder, 'validation-report.json')) };
}

function readStack(name: string, file: string): SynthesizedStack {
  const template = read<{ Description?: string; Resources?: object; Outputs?: object }>(file);
  return {
    name,
    description: template.Description ?? '',
    bytes: readFileSync(file).length,
    resources: (template.Resources ?? {}) as SynthesizedStack['resources'],
    outputs: (template.Outputs ?? {}) as SynthesizedStack['outputs'],
  };
}

function findingsIn(file: string): Assembly['findings'] {
  // without any finding the CDK writes no report
  const reports = existsSync(file) ? (read<ValidationReport>(file).pluginReports ?? []) : [];
  return reports
    .flatMap(({ violations }) => violations ?? [])
    .map(({ ruleName, severity, description, violatingConstructs }) => ({
      rule: ruleName,
      severity: severity ?? 'error',
      path: violatingConstructs?.[0]?.constructPath ?? '',
      description,
    }));
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
