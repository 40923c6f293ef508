import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { McpGatewayProps } from './mcp-gateway-props';
import { checkRegion } from '../private/environments';
import { invalid, warn } from '../private/errors';
import { checkKeyPlace } from '../private/keys';
import { checkDescription, checkTags } from '../private/text-checks';
import { checkWebAcl } from '../private/web-acl';

const LONGEST_DESCRIPTION = 200;

/** Refuses what a gateway cannot be made with, or should not. */
export function checkGatewayProps(scope: Construct, props: McpGatewayProps): void {
  checkRegion(scope, 'agentCore');
  if (props.policies !== undefined) {
    checkRegion(scope, 'policy');
  }
  checkDescription(scope, 'the gateway', props.description, LONGEST_DESCRIPTION);
  checkTags(scope, props.tags ?? {});
  checkAuthorization(scope, props);
  if (props.webAclArn !== undefined) {
    checkWebAcl(scope, props.webAclArn);
  }
  if (props.encryptionKey !== undefined) {
    checkKeyPlace(scope, props.encryptionKey, 'the key of the gateway', 'region');
  }
  if (props.exceptionLevel?.value === agentcore.GatewayExceptionLevel.DEBUG.value) {
    warn(scope, 'exceptionDetails', {
      what: 'callers are told the cause of each error, which may hold internals of the targets',
      got: 'GatewayExceptionLevel.DEBUG',
      allowed: 'gateways that nobody but their developers calls',
      fix: 'leave exceptionLevel away once it works',
    });
  }
}

function checkAuthorization(scope: Construct, { inboundAuth, policies = [], policyMode }: McpGatewayProps): void {
  if (!inboundAuth._authorizesNobody) {
    return;
  }
  const permits = policies.filter(({ _spec }) => _spec.effect === 'permit');
  const isEnforced = permits.length > 0 && policyMode?.value !== agentcore.PolicyEngineMode.LOG_ONLY.value;
  if (!isEnforced || permits.some(({ _spec }) => _spec.admitsEverybody)) {
    throw invalid(scope, 'GatewayWithoutAuthorization', {
      what: 'anyone with AWS credentials, of any account, could call tools',
      got: isEnforced
        ? 'InboundAuth.authenticateOnly() with a policy that permits without a condition on the principal'
        : 'InboundAuth.authenticateOnly() without policies in force',
      allowed: 'policies in mode ENFORCE that permit named principals only',
      fix: 'use InboundAuth.iam(), or ToolPolicy.fromCedar(...) with a condition on principal.id',
    });
  }
}
