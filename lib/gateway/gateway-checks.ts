import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { McpGatewayProps } from './mcp-gateway-props';
import { checkRegion } from '../private/environments';
import { invalid, warn } from '../private/errors';
import { checkKeyPlace } from '../private/keys';
import { checkDescription, checkNoSecret, checkTags } from '../private/text-checks';
import { checkWebAcl } from '../private/web-acl';
import { Lazy, Token } from 'aws-cdk-lib';

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

/** @see https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_MCPGatewayConfiguration.html */
const LONGEST_INSTRUCTIONS = 2048;
const INSTRUCTIONS = 'Tools of this team. Each call is made with the identity that the team chose for it.';

/** The versions that every supported client speaks, without the newest, which breaks tools of GitHub's server. */
const VERSIONS = [
  agentcore.MCPProtocolVersion.MCP_2025_11_25,
  agentcore.MCPProtocolVersion.MCP_2025_06_18,
  agentcore.MCPProtocolVersion.MCP_2025_03_26,
];

/** The protocol of a gateway. `isDynamic` is asked late: whether a target lists its tools at each request. */
export function protocolOf(
  scope: Construct,
  props: McpGatewayProps,
  isDynamic: () => boolean,
): agentcore.IGatewayProtocolConfig {
  const { instructions = INSTRUCTIONS, supportedVersions = VERSIONS } = props;
  checkInstructions(scope, instructions);
  if (supportedVersions.length === 0) {
    throw invalid(scope, 'NoMcpVersion', {
      what: 'a gateway that speaks no version of MCP cannot be called',
      allowed: 'at least one version',
      fix: 'leave supportedVersions away for the three that every client speaks',
    });
  }
  const searches = (): boolean => props.semanticSearch ?? !isDynamic();
  return agentcore.GatewayProtocol.mcp({
    instructions,
    supportedVersions,
    searchType: agentcore.McpGatewaySearchType.of(
      Lazy.string({ produce: () => (searches() ? agentcore.McpGatewaySearchType.SEMANTIC.value : undefined) }),
    ),
  });
}

function checkInstructions(scope: Construct, instructions: string): void {
  checkNoSecret(scope, 'the instructions of the gateway', instructions);
  if (Token.isUnresolved(instructions)) {
    return;
  }
  if (instructions.length === 0 || instructions.length > LONGEST_INSTRUCTIONS) {
    throw invalid(scope, 'InvalidInstructions', {
      what: 'the instructions of the gateway have the wrong length',
      got: `${instructions.length} characters`,
      allowed: `1 to ${LONGEST_INSTRUCTIONS}`,
      fix: instructions === '' ? 'leave them away' : 'shorten them: each client reads them into its context',
    });
  }
}
