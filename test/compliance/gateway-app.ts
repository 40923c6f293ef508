import { join } from 'node:path';
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { GitHubAppOptions, McpGatewayProps, SecretReference } from '../../lib';
import {
  AgentCli,
  AgentNetwork,
  ApiKeyScheme,
  CodingAgent,
  ConsentPortal,
  GitCredential,
  GitHubAppBroker,
  GitHubAppKey,
  InboundAuth,
  McpGateway,
  OAuthVendor,
  OutboundIdentity,
  PrivateEndpoint,
  Rate,
  RateLimit,
  SchemaSource,
  TokenVaultKey,
  ToolBroker,
  ToolPolicy,
  ToolTarget,
} from '../../lib';
import type { AppOptions } from './place';
import { ACCOUNT, newApp, REGION } from './place';

const TOOLS = join(__dirname, 'assets', 'tools');
const ISSUER = 'https://login.example.com/v2.0/.well-known/openid-configuration';
const EXCHANGE = 'https://sts.example.com/.well-known/openid-configuration';
const here = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** What lies in the account already: made by hand, or by another app. */
export const EXISTING = {
  /** holds the key of the GitHub App */
  appKey: here('kms', 'key/11111111-2222-3333-4444-555555555551'),
  /** holds the key of a client of the authorization server */
  clientKey: here('kms', 'key/11111111-2222-3333-4444-555555555552'),
  /** encrypts the secret with the key of the other GitHub App */
  ownGitHubKey: here('kms', 'key/11111111-2222-3333-4444-555555555553'),
  ownGitHubSecret: here('secretsmanager', 'secret:github-enterprise-AbCdEf'),
  screen: here('lambda', 'function:screen:live'),
  hooks: here('lambda', 'function:hooks'),
  deploy: here('lambda', 'function:deploy:live'),
  runtime: here('bedrock-agentcore', 'runtime/search-0123456789'),
  schemas: 'arn:aws:s3:::team-schemas',
  webAcl: here('wafv2', 'regional/webacl/tools/11111111-2222-3333-4444-555555555554'),
};

interface GatewayAppOptions extends AppOptions {
  /** of the gateway for people, in place of what it has */
  readonly gateway?: Partial<McpGatewayProps>;
}

/** A gateway for people with everything that there is, one for agents alone, and an agent at each. */
export class GatewayApp {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly network: AgentNetwork;
  /** encrypts the gateway, the policies, the logs and the environment of one broker */
  public readonly key: kms.Key;
  /** encrypts the secret of the bot */
  public readonly botKey: kms.Key;
  public readonly botSecret: secretsmanager.Secret;
  /** for people, with tokens */
  public readonly tools: McpGateway;
  /** for agents, with signatures */
  public readonly robots: McpGateway;
  public readonly portal: ConsentPortal;
  /** a key in KMS */
  public readonly broker: GitHubAppBroker;
  /** a key in Secrets Manager, inside the VPC */
  public readonly ownBroker: GitHubAppBroker;
  public readonly vaultKey: TokenVaultKey;
  public readonly cloneForWriter: GitCredential;
  public readonly cloneForRunner: GitCredential;
  /** called with tokens, and calls with them */
  public readonly writer: CodingAgent;
  /** called with signatures, and calls with them */
  public readonly runner: CodingAgent;

  public constructor(options: GatewayAppOptions = {}) {
    this.app = newApp(options);
    this.network = new AgentNetwork(new Stack(this.app, 'TeamNetwork', options), 'Network', {
      s3PrefixListId: 'pl-6da54004',
    });
    // where the agents get the tokens of git
    this.network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA);
    this.stack = new Stack(this.app, 'Team', options);
    this.key = new kms.Key(this.stack, 'Key', { enableKeyRotation: true });
    this.botKey = new kms.Key(this.stack, 'BotKey', { enableKeyRotation: true });
    this.botSecret = new secretsmanager.Secret(this.stack, 'Bot', { encryptionKey: this.botKey });
    const key = new kms.Key(this.stack, 'VaultKey', { enableKeyRotation: true });
    this.vaultKey = new TokenVaultKey(this.stack, 'Vault', { key });

    const employees = InboundAuth.jwt({ discoveryUrl: ISSUER, allowedClients: ['cli'] });
    this.tools = new McpGateway(this.stack, 'Tools', {
      ...this.everything(),
      inboundAuth: employees,
      ...options.gateway,
    });
    this.portal = new ConsentPortal(this.stack, 'Portal', {
      gateway: this.tools,
      clientId: 'portal',
      clientSecret: this.imported('portal'),
    });
    const gitHubApp = this.gitHubApp('AppKey');
    this.broker = new GitHubAppBroker(this.stack, 'GitHubApp', gitHubApp);
    this.ownBroker = new GitHubAppBroker(this.stack, 'OwnGitHubApp', this.ownGitHubApp());
    this.addBrokers();
    this.addServers();
    this.addFunctionsAndRuntimes();

    this.robots = new McpGateway(this.stack, 'Robots', { gatewayName: 'tool', inboundAuth: InboundAuth.iam() });
    const robot = OutboundIdentity.bot(this.imported('robot'));
    this.robots.addTarget('gh-read', ToolTarget.github({ readOnly: true, identity: robot }));

    this.cloneForWriter = new GitCredential(this.stack, 'CloneForWriter', gitHubApp);
    this.cloneForRunner = new GitCredential(this.stack, 'CloneForRunner', this.ownGitHubApp());
    this.writer = this.agent('Writer', this.tools, this.cloneForWriter);
    this.runner = this.agent('Runner', this.robots, this.cloneForRunner);
  }

  /** a secret that is imported with all of its ARN, as AWS ends it */
  public static secretArn(name: string): string {
    return here('secretsmanager', `secret:${name}-AbCdEf`);
  }

  private everything(): Omit<McpGatewayProps, 'inboundAuth'> {
    const screen = lambda.Function.fromFunctionArn(this.stack, 'Screen', EXISTING.screen);
    return {
      gatewayName: 'tools',
      description: 'tools of the team',
      encryptionKey: this.key,
      policies: [
        ToolPolicy.permitAll(),
        ToolPolicy.repositories(['acme/web'], { targets: ['github'] }),
        ToolPolicy.writesRequire('groups', ['coders']),
      ],
      rateLimits: [
        RateLimit.perClaim('sub', Rate.requestsPerMinute(60)),
        RateLimit.perTarget(Rate.requestsPerSecond(9)),
      ],
      requestInterceptor: { function: screen },
      responseInterceptor: { function: screen },
      refreshTools: scheduler.ScheduleExpression.rate(Duration.days(1)),
      webAclArn: EXISTING.webAcl,
      sessionTimeout: Duration.hours(1),
      responseStreaming: true,
      singlePageToolLists: true,
      observability: { encryptionKey: this.key, traceResourcePolicy: true },
      tags: { team: 'platform' },
    };
  }

  private addBrokers(): void {
    this.tools.addTarget('github', ToolTarget.github({ identity: OutboundIdentity.broker(this.broker) }));
    this.tools.addTarget('own-github', ToolTarget.github({ identity: OutboundIdentity.broker(this.ownBroker) }));
    const deploy = lambda.Function.fromFunctionArn(this.stack, 'Deploy', EXISTING.deploy);
    const identity = OutboundIdentity.broker(ToolBroker.fromFunction(deploy, [tool('deploy')]));
    this.tools.addTarget('deploy', ToolTarget.slack({ identity }));
  }

  private addServers(): void {
    const messages = SchemaSource.fromFile(join(TOOLS, 'messages.json'));
    const exchange = { discoveryUrl: EXCHANGE, clientId: 'exchange', scopes: ['read'] };
    const bot = OutboundIdentity.bot({ secret: this.botSecret, jsonKey: 'token' });
    this.tools.addTarget('gh-read', ToolTarget.github({ readOnly: true, identity: bot }));
    const person = OutboundIdentity.onBehalfOf({ ...exchange, clientSecret: this.imported('jira') });
    this.tools.addTarget('jira', ToolTarget.jira({ site: 'https://acme.atlassian.net', identity: person }));
    const clientKey = kms.Key.fromKeyArn(this.stack, 'ClientKey', EXISTING.clientKey);
    const signing = OutboundIdentity.onBehalfOf({ ...exchange, privateKeyJwt: { key: clientKey } });
    this.tools.addTarget('wiki', server('wiki.example.com', signing));
    const entra = { tenantId: 'acme.onmicrosoft.com', clientId: 'app', scopes: ['api://crm/.default'] };
    const directory = OutboundIdentity.microsoft({ ...entra, clientSecret: this.imported('entra') });
    this.tools.addTarget('crm', server('crm.example.com', directory));
    const consent = { vendor: OAuthVendor.slack(), clientId: '1.2', scopes: ['chat:write'], portal: this.portal };
    const connected = OutboundIdentity.userConsent({ ...consent, clientSecret: this.imported('slack') });
    this.tools.addTarget('slack', ToolTarget.slack({ identity: connected, toolSchema: messages }));
    const reason = 'the server offers public documentation to everybody';
    this.tools.addTarget('docs', server('docs.example.com', OutboundIdentity.none({ reason })));
  }

  private addFunctionsAndRuntimes(): void {
    const { vpc, securityGroups } = this.network;
    this.tools.addTarget(
      'tickets',
      ToolTarget.openApi({
        schema: SchemaSource.fromFile(join(TOOLS, 'tickets.json')),
        identity: OutboundIdentity.bot({ ...this.imported('tickets'), scheme: ApiKeyScheme.header('x-api-key') }),
        privateEndpoint: PrivateEndpoint.inVpc({ vpc, subnets: this.network.subnets, securityGroups }),
      }),
    );
    const schemas = s3.Bucket.fromBucketArn(this.stack, 'Schemas', EXISTING.schemas);
    this.tools.addTarget(
      'orders',
      ToolTarget.openApi({
        schema: SchemaSource.fromBucket(schemas, 'orders.json'),
        identity: OutboundIdentity.gatewayRole({ service: 'execute-api' }),
      }),
    );
    const hooks = lambda.Function.fromFunctionArn(this.stack, 'Hooks', EXISTING.hooks);
    this.tools.addTarget('hooks', ToolTarget.lambdaFunction({ function: hooks, tools: [tool('notify')] }));
    const runtime = agentcore.Runtime.fromAgentRuntimeAttributes(this.stack, 'Search', {
      agentRuntimeArn: EXISTING.runtime,
      agentRuntimeId: 'search-0123456789',
      agentRuntimeName: 'search',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/search`,
    });
    this.tools.addTarget('search', ToolTarget.agentRuntime({ runtime }));
  }

  private agent(id: string, gateway: McpGateway, gitCredential: GitCredential): CodingAgent {
    const images = this.stack.node.tryFindChild('Images') as ecr.IRepository | undefined;
    const agent = new CodingAgent(this.stack, id, {
      cli: AgentCli.fromRepository(
        images ?? ecr.Repository.fromRepositoryName(this.stack, 'Images', 'coding-agents/claude'),
        '1.4.2',
      ),
      network: this.network,
      inboundAuth: gateway.inboundAuth,
      gateway,
      gitCredential,
      runtimeName: id.toLowerCase(),
    });
    // reached through the network of the company, of which this app knows nothing
    Annotations.of(agent).acknowledgeWarning(`cdk-coding-agents:unreachable:${gitCredential._host}`);
    return agent;
  }

  private gitHubApp(id: string): GitHubAppOptions {
    const key = kms.Key.fromKeyArn(this.stack, id, EXISTING.appKey);
    const repositories = ['acme/web', 'acme/api'];
    return { clientId: 'Iv23liAbCdEfGhIjKlMn', installationId: 12345678, key: GitHubAppKey.kms(key), repositories };
  }

  /** the App of a GitHub Enterprise Server, whose key lies in a secret under a key */
  private ownGitHubApp(): GitHubAppOptions {
    const present = this.stack.node.tryFindChild('OwnAppSecret') as secretsmanager.ISecret | undefined;
    const secret =
      present ??
      secretsmanager.Secret.fromSecretAttributes(this.stack, 'OwnAppSecret', {
        secretCompleteArn: EXISTING.ownGitHubSecret,
        encryptionKey: kms.Key.fromKeyArn(this.stack, 'OwnAppKey', EXISTING.ownGitHubKey),
      });
    return {
      clientId: 'Iv1.0123456789abcdef',
      installationId: 7,
      key: GitHubAppKey.secret(secret, 'pem'),
      repositories: ['acme/core'],
      host: 'github.example.com',
      network: this.network,
      encryptionKey: this.key,
    };
  }

  private imported(name: string): SecretReference {
    const id = `${name}-secret`;
    const secret = secretsmanager.Secret.fromSecretCompleteArn(this.stack, id, GatewayApp.secretArn(name));
    return { secret, jsonKey: 'value' };
  }
}

function server(host: string, identity: OutboundIdentity): ToolTarget {
  return ToolTarget.mcpServer({ endpoint: `https://${host}/mcp`, identity });
}

function tool(name: string): agentcore.ToolDefinition {
  return {
    name,
    description: `makes it ${name}`,
    inputSchema: { type: agentcore.SchemaDefinitionType.OBJECT },
  };
}
