import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { PolicyContext } from './policy/cedar-context';
import { checkGatewayProps } from './gateway-checks';
import { GatewayRole, encryptionStatements } from './gateway-role';
import { interceptorsOf } from './gateway-interceptors';
import { checkTargetName } from './targets/tool-names';
import { gatewayArnPattern, gatewayNameOf } from './gateway-names';
import { protocolOf } from './gateway-checks';
import { ToolRefresh } from './gateway-refresh';
import { GatewayTargets } from './gateway-targets';
import { ImportedGateway, type McpGatewayAttributes, McpGatewayBase } from './mcp-gateway-base';
import type { GatewayCedar, McpGatewayProps } from './mcp-gateway-props';
import type { McpTarget } from './targets/mcp-target';
import { GatewayPolicies } from './policy/policy-engine';
import type { RateLimit } from './limits/rate-limit';
import { GatewayRateLimits } from './limits/rate-limits';
import type { ToolTarget } from './targets/tool-target';
import type { InboundAuth } from '../identity/inbound-auth';
import { GatewayMcpOptions } from '../mixins/gateway-mcp-options';
import { JwtAuthorizerOptions } from '../mixins/jwt-authorizer-options';
import type { AlarmContext, AlarmRule, IAlarmSource } from '../monitoring/alarms/rule';
import { gatewayAlarms } from './gateway-alarms';
import type { DeliveredLogs } from '../logs/delivery';
import { deliverGatewayLogs } from '../logs/delivery';
import type { DashboardContext, DashboardRows, IDashboardSegment } from '../monitoring/segment';
import { gatewayRows } from './gateway-rows';
import { invalid } from '../private/errors';
import { checkProps } from '../private/kinds';

/** the ARN is known only at deployment, and a Cedar engine wants a literal */
const CEDAR_GATEWAY = 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/tools-abcdefghij';

/**
 * One MCP endpoint for all tools of a team, on Amazon Bedrock AgentCore Gateway.
 *
 * It composes the L2 `Gateway` and adds what that lacks: a role of its own that names each provider, secret and function;
 * sessions, streaming and tool lists on one page; targets in an order that the service can take; policies that wait for
 * the targets; logs and traces. Agents get its address and nothing else: the credentials stay with the gateway.
 *
 * ```ts
 * const tools = new McpGateway(this, 'Tools', { inboundAuth: InboundAuth.iam() });
 * tools.addTarget('gh-read', ToolTarget.github({ readOnly: true, identity: OutboundIdentity.bot({ secret, jsonKey: 'token' }) }));
 * ```
 *
 * Limits: 100 targets, each with 1,000 tools at most.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway.html
 */
export class McpGateway extends McpGatewayBase implements IDashboardSegment, IAlarmSource {
  /**
   * A gateway of another app or stack, for agents that use its tools.
   *
   * Errors: what is not the ARN of a gateway.
   */
  public static fromMcpGatewayAttributes(
    scope: Construct,
    id: string,
    attributes: McpGatewayAttributes,
  ): McpGatewayBase {
    return new ImportedGateway(scope, id, attributes);
  }

  public readonly gatewayArn: string;
  public readonly gatewayId: string;
  public readonly inboundAuth: InboundAuth;

  /** The name: its id without the last ten characters. */
  public readonly gatewayName: string;

  /** The L2 gateway. Its `role` takes no grants, and its targets are added here, with `addTarget`. */
  public readonly gateway: agentcore.Gateway;

  /** The role as which it calls its targets: the upper bound of what any caller can reach. */
  public readonly role: iam.Role;

  private readonly props: McpGatewayProps;
  private readonly gatewayRole: GatewayRole;
  private readonly targets: GatewayTargets;
  private readonly policies?: GatewayPolicies;
  private readonly logGroups: DeliveredLogs;

  public constructor(scope: Construct, id: string, props: McpGatewayProps) {
    super(scope, id);
    checkProps(this, 'McpGatewayProps', props);
    this.props = props;
    this.inboundAuth = props.inboundAuth;
    checkGatewayProps(this, props);
    this.gatewayName = gatewayNameOf(this, props.gatewayName);
    this.gatewayRole = new GatewayRole(this, 'Access', this.gatewayName);
    this.role = this.gatewayRole.role;
    this.policies = this.policiesOf(props);
    this.targets = new GatewayTargets(this, props.semanticSearch === true);
    this.gateway = this.createGateway(props);
    this.gatewayArn = this.gateway.gatewayArn;
    this.gatewayId = this.gateway.gatewayId;
    this.policies?.attach(this.gateway, () => this.policyContext());
    this.limit(props.rateLimits ?? []);
    this.protect(props.webAclArn);
    this.logGroups = deliverGatewayLogs(this, this.gateway, props.observability ?? {});
    Object.entries(props.tags ?? {}).forEach(([key, value]) => Tags.of(this).add(key, value));
  }

  /**
   * Adds tools. The id is the name of the target, and with it the first part of the names of its tools:
   * `<id>___<tool>`. Renaming it renames them for clients and policies, and makes another credential provider: with user
   * consent that is another callback URL to register, and people connect their accounts again.
   *
   * Errors: a name with underscores, one name twice, more than 100 targets, an identity that cannot work at this target
   * or this gateway, tools whose whole name is longer than models take.
   *
   * @param id the name: letters, digits and single hyphens; short
   */
  public addTarget(id: string, target: ToolTarget): McpTarget {
    checkTargetName(this, id);
    const context = { targetName: id, gateway: this.gateway, inboundAuth: this.inboundAuth };
    const added = this.targets.add(id, { context, target, role: this.gatewayRole });
    this.policies?.dependOn(added);
    const { refreshTools } = this.props;
    if (refreshTools !== undefined && added._config.refreshable) {
      const group = this.refreshGroup();
      new ToolRefresh(added, 'Refresh', { gateway: this.gateway, target: added, schedule: refreshTools, group });
    }
    return added;
  }

  /**
   * The policies as Cedar text by name, and the schema that the targets imply, for tests of your own with a Cedar engine.
   * Ask when all targets are added. Tools that only a server knows are not in the schema.
   *
   * Errors: a gateway without policies.
   */
  public toCedar(): GatewayCedar {
    if (this.policies === undefined) {
      throw invalid(this, 'NoPolicies', {
        what: 'this gateway has no policies to test',
        allowed: 'a gateway with `policies`',
        fix: 'give it policies, for example [ToolPolicy.permitAll()]',
      });
    }
    const context = { ...this.policyContext(), gatewayArn: CEDAR_GATEWAY };
    return { policies: this.policies.statements(context), schema: this.policies.schema(context) };
  }

  /** The rows of the gateway on an `AgentDashboard`, with the targets that it has by then. */
  public bindDashboard(context: DashboardContext): DashboardRows {
    const targetNames = this.targets.list.map(({ targetName }) => targetName);
    return gatewayRows(this, context, {
      targetNames,
      hasPolicies: this.policies !== undefined,
      logGroupName: this.logGroups.applicationLogs,
    });
  }

  /** What `AgentAlarms` watches of the gateway. */
  public bindAlarms(context: AlarmContext): AlarmRule[] {
    const { LOG_ONLY } = agentcore.PolicyEngineMode;
    const enforcesPolicies = this.policies !== undefined && this.policies.mode.value !== LOG_ONLY.value;
    return gatewayAlarms(this, context, { enforcesPolicies });
  }

  private policyContext(): PolicyContext {
    return {
      gatewayArn: this.gatewayArn,
      usesJwt: this.inboundAuth.usesJwt,
      targets: this.targets.list.map(({ targetName, _config: { tools, readOnly, dynamic } }) => ({
        targetName,
        tools,
        readOnly,
        dynamic,
      })),
    };
  }

  /** of its own: the role of a schedule trusts every schedule of its group */
  private refreshGroup(): scheduler.ScheduleGroup {
    const id = 'Refresh_Group';
    const present = this.node.tryFindChild(id) as scheduler.ScheduleGroup | undefined;
    // it holds schedules and no data, and a group that stays would be in the way of the next deployment
    return present ?? new scheduler.ScheduleGroup(this, id, { removalPolicy: RemovalPolicy.DESTROY });
  }

  private policiesOf({ policies, policyMode, encryptionKey }: McpGatewayProps): GatewayPolicies | undefined {
    return policies && new GatewayPolicies(this, 'Policies', { policies, mode: policyMode, encryptionKey });
  }

  private createGateway(props: McpGatewayProps): agentcore.Gateway {
    const { encryptionKey, inboundAuth } = props;
    const interceptors = interceptorsOf(this, props);
    const policy = this.gatewayRole.addBefore([
      ...interceptors.statements,
      ...(encryptionKey === undefined ? [] : encryptionStatements(this, this.gatewayName, encryptionKey)),
      ...(this.policies?.statementsForGatewayRole(gatewayArnPattern(this, this.gatewayName)) ?? []),
    ]);
    // a gateway keeps the name of its first deployment in its id, so another name is another gateway
    const id = props.gatewayName === undefined ? 'Gateway' : `Gateway-${props.gatewayName}`;
    const gateway = new agentcore.Gateway(this, id, {
      gatewayName: this.gatewayName,
      description: props.description,
      role: this.role.withoutPolicyUpdates(),
      kmsKey: encryptionKey,
      authorizerConfiguration: inboundAuth._forGateway(this),
      protocolConfiguration: protocolOf(this, props, () => this.targets.someDynamic),
      exceptionLevel: props.exceptionLevel,
      interceptorConfigurations: interceptors.configurations,
      policyEngineConfiguration: this.policies && { policyEngine: this.policies.engine, mode: this.policies.mode },
    });
    const { sessionTimeout, responseStreaming, singlePageToolLists } = props;
    const { privateEndpoint, advertisedScopes } = inboundAuth._rules ?? {};
    gateway.with(
      new GatewayMcpOptions({ sessionTimeout, responseStreaming, singlePageToolLists }),
      new JwtAuthorizerOptions({ privateEndpoint, advertisedScopes }),
    );
    if (policy !== undefined) {
      this.policies?.acknowledgeGrants(policy);
      (gateway.node.defaultChild as agentcore.CfnGateway).node.addDependency(policy);
    }
    return gateway;
  }

  private limit(limits: RateLimit[]): void {
    if (limits.length > 0) {
      const { gatewayId: gatewayIdentifier } = this;
      const { usesJwt } = this.inboundAuth;
      const context = (): PolicyContext => this.policyContext();
      new GatewayRateLimits(this, 'RateLimits', { limits, gatewayIdentifier, usesJwt, context });
    }
  }

  /** with a web ACL, requests wait for its word: they are refused when there is none */
  private protect(webAclArn: string | undefined): void {
    if (webAclArn !== undefined) {
      (this.gateway.node.defaultChild as agentcore.CfnGateway).wafConfiguration = { failureMode: 'FAIL_CLOSE' };
      new wafv2.CfnWebACLAssociation(this, 'WebAcl', { resourceArn: this.gatewayArn, webAclArn });
    }
  }
}
