import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IMcpGateway } from '../../lib/identity/contracts';
import type { BoundIdentity, IdentityContext } from '../../lib/identity/bound-identity';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import type { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { GatewayTargetOAuthGrant } from '../../lib/mixins/gateway-target-oauth-grant';

export const DISCOVERY = 'https://idp.example.com/.well-known/openid-configuration';
export const EMPLOYEES = InboundAuth.jwt({ discoveryUrl: DISCOVERY, allowedClients: ['cli'] });
export const EU = { env: { account: '111122223333', region: 'eu-central-1' } };
export const API_KEY = 'AWS::BedrockAgentCore::ApiKeyCredentialProvider';
export const OAUTH = 'AWS::BedrockAgentCore::OAuth2CredentialProvider';
export const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';

export const MCP_SERVER: IdentityContext = {
  targetName: 'jira',
  kind: 'mcpServer',
  service: 'Jira',
  inboundAuth: EMPLOYEES,
  hasToolSchema: true,
};

/** A gateway as the identities and portals see it. */
export class PlainGateway extends Construct implements IMcpGateway {
  public readonly gateway: agentcore.Gateway;

  public constructor(
    scope: Construct,
    id: string,
    public readonly inboundAuth: InboundAuth = EMPLOYEES,
  ) {
    super(scope, id);
    this.gateway = new agentcore.Gateway(this, 'Gateway', {
      gatewayName: 'tools',
      authorizerConfiguration: agentcore.GatewayAuthorizer.usingAwsIam(),
      role: new iam.Role(this, 'Role', {
        assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com'),
      }).withoutPolicyUpdates(),
    });
  }

  public get gatewayArn(): string {
    return this.gateway.gatewayArn;
  }

  public get gatewayId(): string {
    return this.gateway.gatewayId;
  }

  public get gatewayUrl(): string {
    return `https://${this.gatewayId}.example.com/mcp`;
  }

  public grantInvoke(grantee: iam.IGrantable): iam.Grant {
    return this.gateway.grantInvoke(grantee);
  }
}

/** A stack with a gateway, a secret, and targets as `McpGateway` makes them. */
export class IdentityFixture {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly secret: secretsmanager.ISecret;
  public readonly gateway: PlainGateway;

  public constructor(options: { context?: Record<string, unknown>; stackProps?: StackProps } = {}) {
    this.app = new App({ context: options.context });
    this.stack = new Stack(this.app, 'Agents', options.stackProps);
    this.secret = new secretsmanager.Secret(this.stack, 'Key');
    this.gateway = new PlainGateway(this.stack, 'Tools');
  }

  public bind(identity: OutboundIdentity, context: Partial<IdentityContext> = {}, id = 'jira'): BoundIdentity {
    return identity._bind(new Construct(this.stack, id), { ...MCP_SERVER, ...context });
  }

  /** binds, and makes the target that carries the credential */
  public target(identity: OutboundIdentity, context: Partial<IdentityContext> = {}, id = 'jira'): BoundIdentity {
    const scope = new Construct(this.stack, id);
    const bound = identity._bind(scope, { ...MCP_SERVER, ...context });
    const target = agentcore.GatewayTarget.forMcpServer(scope, 'Target', {
      gateway: this.gateway.gateway,
      gatewayTargetName: id,
      endpoint: 'https://mcp.example.com/mcp',
      credentialProviderConfigurations: bound.credential === undefined ? [] : [bound.credential],
    });
    if (bound.oauthGrant !== undefined) {
      target.with(new GatewayTargetOAuthGrant(bound.oauthGrant));
    }
    return bound;
  }

  public resolve(value: unknown): any {
    return this.stack.resolve(value);
  }

  /** what the gateway's role is given, as JSON */
  public statements(bound: BoundIdentity): any[] {
    return bound.statements.map((statement) => this.resolve(statement.toStatementJson()));
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }
}
