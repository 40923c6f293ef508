import { Lazy, Token } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import type { McpGatewayProps } from './mcp-gateway-props';
import { invalid } from '../private/errors';
import { checkNoSecret } from '../private/text-checks';

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
