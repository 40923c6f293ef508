import type { CheckRule } from './check-rule';
import { CheckSeverity } from './check-rule';
import type { Resource } from '../../template/resource';

/** A rule and how it is found broken. */
export interface Check {
  readonly rule: CheckRule;
  /** where the resource breaks the rule, as paths of properties; what is known only at deployment breaks no rule */
  readonly find: (resource: Resource) => string[];
}

type Described = Pick<CheckRule, 'id' | 'title' | 'text' | 'fix' | 'source' | 'resourceTypes' | 'securityHubControl'>;

/** Rules that Guard can say state it by `guard`; the test of the Guard file holds them to it. */
interface Options {
  readonly guard?: boolean;
}

export function errorCheck(rule: Described, find: Check['find'], { guard = false }: Options = {}): Check {
  return { rule: { ...rule, severity: CheckSeverity.ERROR, inGuardFile: guard }, find };
}

export function warningCheck(rule: Described, find: Check['find'], { guard = false }: Options = {}): Check {
  return { rule: { ...rule, severity: CheckSeverity.WARNING, inGuardFile: guard }, find };
}

/** The path if it is a finding, for rules that look at one property. */
export function at(path: string, broken: boolean): string[] {
  return broken ? [path] : [];
}

export const AGENTCORE = 'AWS::BedrockAgentCore::';
export const DEVELOPER_GUIDE = 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/';
