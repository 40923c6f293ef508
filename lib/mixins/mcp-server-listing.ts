import { Mixin } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type { IConstruct } from 'constructs';
import { invalid, invalidValue } from '../private/errors';
import { cloudFormationCase } from './cloudformation-case';
import { ListingMode } from './listing-mode';
import type { SchemaSource } from './schema-source';

const HIGHEST_PRIORITY_NUMBER = 1000;

/** What the L2 of an MCP server target cannot say. */
export interface McpServerListingProps {
  /**
   * When the gateway asks the server for its tools.
   *
   * @default ListingMode.DEFAULT
   */
  readonly mode?: ListingMode;

  /**
   * The tools as a fixed list: the document that the server answers to `tools/list`, an object with `tools`. The server
   * is never asked then.
   *
   * @default - the server is asked
   */
  readonly toolSchema?: SchemaSource;

  /**
   * Which server answers for a resource URI that several offer: the lowest number wins; 0 to 1000.
   *
   * @default - 1000, the lowest priority
   */
  readonly resourcePriority?: number;
}

/**
 * Says how a gateway learns the tools of an MCP server, for which the L2 has no properties.
 *
 * Works on the L2 `GatewayTarget` and on `CfnGatewayTarget`. Errors: a target that is no MCP server, a fixed list
 * together with `DYNAMIC`, a priority out of range.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-target-MCPservers.html
 */
export class McpServerListing extends Mixin {
  public constructor(private readonly props: McpServerListingProps) {
    super();
    const { mode, toolSchema, resourcePriority = HIGHEST_PRIORITY_NUMBER } = props;
    if (mode === ListingMode.DYNAMIC && toolSchema !== undefined) {
      throw invalidValue('FixedAndDynamicTools', {
        what: 'the tools of a server are given as a fixed list and shall be listed at each request',
        got: 'ListingMode.DYNAMIC with a toolSchema',
        allowed: 'one of them',
        fix: 'remove the mode to keep the list, or the list to ask the server',
      });
    }
    if (!(Number.isInteger(resourcePriority) && resourcePriority >= 0 && resourcePriority <= HIGHEST_PRIORITY_NUMBER)) {
      throw invalidValue('InvalidResourcePriority', {
        what: 'resourcePriority is out of range',
        got: resourcePriority,
        allowed: `0 to ${HIGHEST_PRIORITY_NUMBER}, the lowest number wins`,
        fix: 'leave it away for the lowest priority',
      });
    }
  }

  /** True for the L1 target; `with()` on an L2 finds it there. */
  public override supports(construct: IConstruct): boolean {
    return agentcore.CfnGatewayTarget.isCfnGatewayTarget(construct);
  }

  /** Sets what was given. */
  public applyTo(construct: IConstruct): void {
    const target = construct as agentcore.CfnGatewayTarget;
    const owner = target.node.scope;
    if (owner instanceof agentcore.GatewayTarget && owner.targetType !== agentcore.McpTargetType.MCP_SERVER) {
      throw invalid(target, 'NotAnMcpServer', {
        what: 'only an MCP server is asked for its tools',
        got: String(owner.targetType),
        allowed: 'a target made with forMcpServer or addMcpServerTarget',
        fix: 'remove the mixin: the tools of this target come with it',
      });
    }
    const { mode, toolSchema, resourcePriority } = this.props;
    const server = 'TargetConfiguration.Mcp.McpServer';
    if (mode !== undefined) {
      target.addPropertyOverride(`${server}.ListingMode`, mode);
    }
    if (toolSchema !== undefined) {
      target.addPropertyOverride(
        `${server}.McpToolSchema`,
        cloudFormationCase(toolSchema._bind(ownerOf(target)).location),
      );
    }
    if (resourcePriority !== undefined) {
      target.addPropertyOverride(`${server}.ResourcePriority`, resourcePriority);
    }
  }
}

/** the construct around the L2, which binds the same schema for its rights: one file, one asset */
function ownerOf(target: agentcore.CfnGatewayTarget): IConstruct {
  const l2 = target.node.scope;
  return l2 instanceof agentcore.GatewayTarget ? (l2.node.scope ?? l2) : target;
}
