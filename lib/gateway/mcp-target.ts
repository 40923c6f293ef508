import type * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkToolNames, toolNameOf } from './gateway-names';
import type { GatewayRole } from './gateway-role';
import type { KnownTool } from './known-tool';
import type { ToolTarget } from './tool-target';
import type { TargetContext, ToolTargetConfig } from './tool-target-config';
import { GatewayTargetOAuthGrant } from '../mixins/gateway-target-oauth-grant';

/** What a target is made with. Only `McpGateway.addTarget` makes one. */
interface McpTargetProps {
  readonly context: TargetContext;
  readonly target: ToolTarget;
  readonly role: GatewayRole;
}

/**
 * A target of a gateway: what `McpGateway.addTarget` returns.
 */
export class McpTarget extends Construct {
  /** The name, the first part of the names of its tools. */
  public readonly targetName: string;

  /** The L2 target. Its grants name no ARN that IAM knows: use those of the gateway. */
  public readonly target: agentcore.GatewayTarget;

  /** As whom the other side sees the calls, in words. */
  public readonly actor: string;

  /**
   * The URL to register at the authorization server of an OAuth identity. It is known after the first deployment.
   *
   * @default - the identity of this target has none
   */
  public readonly callbackUrl?: string;

  /** @internal */
  public readonly _config: ToolTargetConfig;

  /**
   * What the gateway's role is allowed for this target: whoever synchronizes it needs the same.
   * @internal
   */
  public readonly _statements: iam.PolicyStatement[];

  private readonly tools?: KnownTool[];

  /** @internal */
  public constructor(scope: Construct, id: string, props: McpTargetProps) {
    super(scope, id);
    const { context } = props;
    const config = props.target._bind(this, context);
    this._config = config;
    this.targetName = context.targetName;
    this.actor = config.identity.actor;
    this.callbackUrl = config.identity.callbackUrl;
    this.tools = config.tools;
    checkToolNames(this, this.targetName, config.tools?.map(({ name }) => name) ?? []);
    this._statements = this.statementsOf(config, props);
    this.target = this.createTarget(config, props);
  }

  /** What clients and policies call one of its tools: `<target>___<tool>`. */
  public toolName(tool: string): string {
    return toolNameOf(this.targetName, tool);
  }

  /** The names of its tools as clients see them; undefined where only the server knows them. */
  public get toolNames(): string[] | undefined {
    return this.tools?.map(({ name }) => this.toolName(name));
  }

  private statementsOf(
    { identity, statements }: ToolTargetConfig,
    { context, role }: McpTargetProps,
  ): iam.PolicyStatement[] {
    const gateway = { gatewayId: context.gateway.gatewayId, usesJwt: context.inboundAuth.usesJwt };
    const fetch = identity.fetch === undefined ? [] : role.fetchStatements(gateway, identity.fetch);
    return [...fetch, ...identity.statements, ...statements];
  }

  private createTarget(config: ToolTargetConfig, { context, role }: McpTargetProps): agentcore.GatewayTarget {
    const { credential, oauthGrant, dependencies } = config.identity;
    const target = config.create(this, {
      gateway: context.gateway,
      gatewayTargetName: context.targetName,
      credentialProviderConfigurations: credential === undefined ? [] : [credential],
    });
    const grant = oauthGrant === undefined ? [] : [new GatewayTargetOAuthGrant(oauthGrant)];
    target.with(...config.mixins, ...grant);
    const cfn = target.node.defaultChild as agentcore.CfnGatewayTarget;
    // while it is made the gateway fetches its credential and asks for its tools
    if (this._statements.length > 0) {
      cfn.node.addDependency(role.addForTarget(this._statements));
    }
    cfn.node.addDependency(...dependencies, ...config.dependencies);
    return target;
  }
}
