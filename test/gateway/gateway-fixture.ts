import { App, Stack, type StackProps } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Template } from 'aws-cdk-lib/assertions';
import type { McpGatewayProps } from '../../lib';
import { InboundAuth, McpGateway, OutboundIdentity, SchemaSource } from '../../lib';

export const ISSUER = 'https://login.example.com/.well-known/openid-configuration';
export const JWT = InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['coding-agents'] });
export const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
export const TARGET = 'AWS::BedrockAgentCore::GatewayTarget';

/** A tool as an MCP server lists it. */
export const TOOL = { name: 'post', description: 'Posts a message', inputSchema: { type: 'object' } };
export const TOOLS = SchemaSource.fromInline(JSON.stringify({ tools: [TOOL] }));

/** A stack with a gateway, and a secret for its bots. */
export class GatewayFixture {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly gateway: McpGateway;
  public readonly secret: secretsmanager.Secret;
  public readonly bot: OutboundIdentity;

  public constructor(
    props: Partial<McpGatewayProps> = {},
    options: { context?: Record<string, unknown>; stackProps?: StackProps } = {},
  ) {
    this.app = new App({ context: options.context });
    this.stack = new Stack(this.app, 'Agents', options.stackProps);
    this.gateway = new McpGateway(this.stack, 'Tools', { inboundAuth: InboundAuth.iam(), ...props });
    this.secret = new secretsmanager.Secret(this.stack, 'Bot', {
      encryptionKey: new kms.Key(this.stack, 'BotKey'),
    });
    this.bot = OutboundIdentity.bot({ secret: this.secret, jsonKey: 'token' });
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }

  /** everything that the role of the gateway may do */
  public allowed(): any[] {
    return Object.entries<any>(this.template().findResources('AWS::IAM::ManagedPolicy'))
      .filter(([id]) => id.startsWith('ToolsAccess'))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  }
}
