import { type Duration, Mixin, Validations } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import { Acknowledgements } from '../private/acknowledgements';
import { invalidValue } from '../private/errors';

const SHORTEST_SESSION_SECONDS = 900;
const LONGEST_SESSION_SECONDS = 28_800;

/** What the protocol configuration of the L2 cannot say. */
export interface GatewayMcpOptionsProps {
  /**
   * Keep MCP sessions, for so long from `initialize` on; 15 minutes to 8 hours. Elicitation and progress need them.
   *
   * @default - no sessions: each request stands alone
   */
  readonly sessionTimeout?: Duration;

  /**
   * Let servers stream their answers to clients that accept `text/event-stream`.
   *
   * @default false
   */
  readonly responseStreaming?: boolean;

  /**
   * List all tools at once. Otherwise they come in pages of 30, and a client that ignores `nextCursor` loses the rest.
   *
   * The schema that the CDK validates with does not know the property yet; its finding is acknowledged.
   *
   * @default false
   */
  readonly singlePageToolLists?: boolean;
}

/**
 * Sets sessions, streaming and one-page tool lists of a gateway, for which the L2 has no properties.
 *
 * Works on the L2 `Gateway` and on `CfnGateway`. Errors: a session shorter than 15 minutes or longer than 8 hours.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-sessions.html
 */
export class GatewayMcpOptions extends Mixin {
  private readonly sessionSeconds?: number;

  public constructor(private readonly props: GatewayMcpOptionsProps) {
    super();
    const seconds = props.sessionTimeout?.toSeconds();
    if (seconds !== undefined && (seconds < SHORTEST_SESSION_SECONDS || seconds > LONGEST_SESSION_SECONDS)) {
      throw invalidValue('InvalidGatewaySessionTimeout', {
        what: 'MCP sessions of a gateway cannot last so long or so short',
        got: `${seconds} seconds`,
        allowed: `${SHORTEST_SESSION_SECONDS} to ${LONGEST_SESSION_SECONDS} seconds`,
        fix: 'choose a duration between 15 minutes and 8 hours',
      });
    }
    this.sessionSeconds = seconds;
  }

  /** True for the L1 gateway; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnGateway.isCfnGateway(construct);
  }

  /** Sets what was given. */
  public applyTo(construct: IConstruct): void {
    const gateway = construct as agentcore.CfnGateway;
    const { responseStreaming, singlePageToolLists } = this.props;
    if (this.sessionSeconds !== undefined) {
      const path = 'ProtocolConfiguration.Mcp.SessionConfiguration.SessionTimeoutInSeconds';
      gateway.addPropertyOverride(path, this.sessionSeconds);
    }
    if (responseStreaming !== undefined) {
      const path = 'ProtocolConfiguration.Mcp.StreamingConfiguration.EnableResponseStreaming';
      gateway.addPropertyOverride(path, responseStreaming);
    }
    if (singlePageToolLists !== undefined) {
      gateway.addPropertyOverride('ProtocolConfiguration.Mcp.DisableMcpListToolsPagination', singlePageToolLists);
      const { rule, reason, source } = Acknowledgements.SINGLE_PAGE_TOOL_LISTS;
      Validations.of(gateway).acknowledge({ id: rule, reason: `${reason} ${source}` });
    }
  }
}
