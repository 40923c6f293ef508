import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { toolNameOf } from './tool-names';
import type { ToolTargetConfig } from './tool-target-config';

/**
 * A target of a gateway: what `McpGateway.addTarget` returns.
 */
export abstract class McpTarget extends Construct {
  /** The name, the first part of the names of its tools. */
  public abstract readonly targetName: string;

  /** The L2 target. Its grants name no ARN that IAM knows: use those of the gateway. */
  public abstract readonly target: agentcore.GatewayTarget;

  /** As whom the other side sees the calls, in words. */
  public abstract readonly actor: string;

  /**
   * The URL to register at the authorization server of an OAuth identity. It is known after the first deployment.
   *
   * @default - the identity of this target has none
   */
  public abstract readonly callbackUrl?: string;

  /**
   * The names of its tools as clients see them.
   *
   * @default - only the server knows them
   */
  public abstract readonly toolNames?: string[];

  /** @internal */
  public abstract readonly _config: ToolTargetConfig;

  /**
   * What the gateway's role is allowed for this target: whoever synchronizes it needs the same.
   * @internal
   */
  public abstract readonly _statements: iam.PolicyStatement[];

  /** What clients and policies call one of its tools: `<target>___<tool>`. */
  public toolName(tool: string): string {
    return toolNameOf(this.targetName, tool);
  }
}
