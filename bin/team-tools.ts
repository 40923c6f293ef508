import * as path from 'node:path';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { GitHubAppOptions, InboundAuth, SecretReference } from 'cdk-coding-agents';
import {
  ConsentPortal,
  GitCredential,
  GitHubAppBroker,
  GitHubAppKey,
  McpClient,
  McpGateway,
  OAuthVendor,
  OutboundIdentity,
  SchemaSource,
  ToolPolicy,
  ToolTarget,
} from 'cdk-coding-agents';
import type { ToolSettings } from './settings';

export interface TeamToolsProps {
  readonly employees: InboundAuth;
  readonly settings: ToolSettings;
}

/** One MCP endpoint with GitHub, Jira and Slack, and behind each tool the identity that fits it. */
export class TeamTools extends Construct {
  public readonly gateway: McpGateway;
  public readonly broker: GitHubAppBroker;
  private readonly app: GitHubAppOptions;

  public constructor(scope: Construct, id: string, { employees, settings }: TeamToolsProps) {
    super(scope, id);
    const { gitHubApp, repositories } = settings;
    this.app = {
      clientId: gitHubApp.clientId,
      installationId: gitHubApp.installationId,
      // imported once by hand, and readable by nobody since then
      key: GitHubAppKey.kms(kms.Key.fromKeyArn(this, 'GitHubAppKey', gitHubApp.keyArn)),
      repositories,
    };

    this.gateway = new McpGateway(this, 'Gateway', {
      inboundAuth: employees,
      policies: [ToolPolicy.permitAll(), ToolPolicy.repositories(repositories, { targets: ['github'] })],
    });

    // broker: a token for each call, for one repository and one permission, that nobody ever sees
    this.broker = new GitHubAppBroker(this, 'GitHubApp', this.app);
    this.gateway.addTarget('github', ToolTarget.github({ identity: OutboundIdentity.broker(this.broker) }));

    // bot: an account of the team that reads, for everybody alike; limit its token to the same repositories, since
    // nobody knows the tools of GitHub's server here, and its resources pass every policy
    const bot = OutboundIdentity.bot(this.secret('GitHubBot', 'token'));
    this.gateway.addTarget('gh-read', ToolTarget.github({ readOnly: true, identity: bot }));

    // on behalf of: Jira sees the person who asked, by an exchanged token
    const { site, ...exchange } = settings.jira;
    const person = OutboundIdentity.onBehalfOf({ ...exchange, clientSecret: this.secret('JiraClient', 'secret') });
    this.gateway.addTarget('jira', ToolTarget.jira({ site, identity: person }));

    // user consent: Slack sees the person, who connected her account in the portal once
    const portal = new ConsentPortal(this, 'Portal', {
      gateway: this.gateway,
      clientId: settings.portalClientId,
      clientSecret: this.secret('PortalClient', 'secret'),
    });
    const { clientId, scopes } = settings.slack;
    const connected = OutboundIdentity.userConsent({
      vendor: OAuthVendor.slack(),
      clientId,
      clientSecret: this.secret('SlackClient', 'secret'),
      scopes,
      portal,
    });
    const toolSchema = SchemaSource.fromFile(path.join(__dirname, 'tools', 'slack.json'));
    this.gateway.addTarget('slack', ToolTarget.slack({ identity: connected, toolSchema }));

    this.gateway.addOutputs({
      clients: [McpClient.CLAUDE_CODE, McpClient.CODEX],
      oauth: { clientId: settings.laptopClientId },
    });
    portal.addOutputs();
  }

  /** lets one agent clone, which no tool can do for it */
  public gitCredentialFor(agent: string): GitCredential {
    return new GitCredential(this, `Clone${agent}`, this.app);
  }

  /** holds a random value: replace it after the first deployment, nothing of yours passes through CloudFormation */
  private secret(id: string, jsonKey: string): SecretReference {
    const secret = new secretsmanager.Secret(this, id, {
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: jsonKey },
    });
    return { secret, jsonKey };
  }
}
