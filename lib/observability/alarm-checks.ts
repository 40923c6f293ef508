import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AgentAlarmsProps } from '../monitoring/alarms/alarms';
import { invalid } from '../private/errors';

export const DEFAULT_RUNBOOK = 'https://github.com/cdk-coding-agents/cdk-coding-agents/blob/main/docs/runbook.md';

/** What can be told before the sources are asked. */
export function checkAlarmsProps(scope: Construct, { watch, runbookUrl }: AgentAlarmsProps): void {
  if (watch.length === 0) {
    throw invalid(scope, 'NothingToWatch', {
      what: 'there is nothing to alarm about',
      got: 'an empty list',
      allowed: 'at least one agent, gateway, broker or IAlarmSource',
      fix: 'pass it in `watch`',
    });
  }
  if (runbookUrl !== undefined && !Token.isUnresolved(runbookUrl) && !/^https:\/\/[^\s#]{3,500}$/.test(runbookUrl)) {
    throw invalid(scope, 'InvalidRunbookUrl', {
      what: 'runbookUrl cannot be linked',
      got: runbookUrl,
      allowed: 'an https URL without an anchor, at most 500 characters',
      fix: 'leave it away for the runbook of this library',
    });
  }
}
