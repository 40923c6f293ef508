import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';
import type { AlarmRule } from './rule';
import { metricKey } from '../search';
import { invalid } from '../../private/errors';

export const EVALUATION_PERIODS = 3;
const HASH_LENGTH = 8;

/**
 * The rules by the ids of their alarms: each once.
 *
 * Errors: two rules about the same that differ; one would be lost.
 */
export function rulesById(scope: IConstruct, rules: AlarmRule[]): Map<string, AlarmRule> {
  const distinct = withoutEchoes(withoutTwins(scope, rules));
  const names = distinct.map(nameOf);
  const isShared = (name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name);
  return new Map(distinct.map((rule, index) => [names[index] + (isShared(names[index]) ? suffixOf(rule) : ''), rule]));
}

/** How many periods of a rule must be bad. */
export function datapointsOf({ evaluationPeriods = EVALUATION_PERIODS, datapointsToAlarm }: AlarmRule): number {
  return datapointsToAlarm ?? Math.min(2, evaluationPeriods);
}

/** Two sources can bring the same rule: two gateways that of the account, say. */
function withoutTwins(scope: IConstruct, rules: AlarmRule[]): AlarmRule[] {
  const byIdentity = new Map<string, AlarmRule>();
  for (const rule of rules) {
    const first = byIdentity.get(identityOf(rule)) ?? rule;
    if (momentOf(first) !== momentOf(rule)) {
      throw conflict(scope, first, rule);
    }
    byIdentity.set(identityOf(rule), first);
  }
  return [...byIdentity.values()];
}

/** An agent and its endpoints are metered as one: rules of a kind that always ring together are one alarm. */
function withoutEchoes(rules: AlarmRule[]): AlarmRule[] {
  const byMoment = new Map<string, AlarmRule>();
  rules.forEach((rule) => byMoment.set(momentOf(rule), byMoment.get(momentOf(rule)) ?? rule));
  return [...byMoment.values()];
}

function identityOf({ kind, subject, variant }: AlarmRule): string {
  return JSON.stringify([kind.heading, subject?.node.addr, variant]);
}

/** when it rings, and how loud */
function momentOf(rule: AlarmRule): string {
  const { kind, metric, threshold, evaluationPeriods = EVALUATION_PERIODS } = rule;
  const period = metric.toMetricConfig().mathExpression?.period;
  const { heading, severity } = kind;
  return JSON.stringify([
    [heading, severity],
    [metricKey(metric), period],
    [threshold, evaluationPeriods, datapointsOf(rule)],
  ]);
}

/** readable, and the same for some that differ */
function nameOf({ kind, subject, variant }: AlarmRule): string {
  const words = kind.heading.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const owner = subject?.node.path.replace(/\//g, '-');
  return [words.join(''), variant?.replace(/\//g, '-'), owner].filter((part) => part !== undefined).join('-');
}

function suffixOf(rule: AlarmRule): string {
  return `-${createHash('sha256').update(identityOf(rule)).digest('hex').slice(0, HASH_LENGTH)}`;
}

function conflict(scope: IConstruct, first: AlarmRule, second: AlarmRule): Error {
  return invalid(scope, 'AlarmRulesDiffer', {
    what: `two rules of kind '${second.kind.heading}' are about the same and differ in metric, threshold or severity, so one would be lost`,
    got: second.message,
    allowed: `only the other one, '${first.message}', or rules that are told apart`,
    fix: 'give each a `subject` or a `variant` of its own, or watch one of their sources only',
  });
}
