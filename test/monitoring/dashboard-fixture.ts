import type { Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { GitHubAppBroker } from '../../lib/git/github-app-broker';
import { GitHubAppKey } from '../../lib/git/github-app-key';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import { ToolPolicy } from '../../lib/gateway/policy/tool-policy';
import { ToolTarget } from '../../lib/gateway/targets/tool-target';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import type { AgentDashboardProps } from '../../lib/monitoring/dashboard/agent-dashboard';
import { AgentDashboard } from '../../lib/monitoring/dashboard/agent-dashboard';
import { Fixture } from '../fixture';

export const ENV = { account: '111122223333', region: 'eu-west-1' };
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/** Agents, a gateway with a broker behind it, and a topic. */
export class ObservedFixture extends Fixture {
  public readonly broker: GitHubAppBroker;
  public readonly tools: McpGateway;
  public readonly topic: sns.Topic;

  public constructor(options: ConstructorParameters<typeof Fixture>[0] = {}) {
    super(options);
    this.broker = new GitHubAppBroker(this.stack, 'GitHubApp', {
      clientId: 'Iv23liAbCdEfGhIjKlMn',
      installationId: 12345678,
      key: GitHubAppKey.kms(kms.Key.fromKeyArn(this.stack, 'SigningKey', KEY_ARN)),
      repositories: ['acme/web'],
    });
    this.tools = new McpGateway(this.stack, 'Tools', {
      inboundAuth: InboundAuth.iam(),
      gatewayName: 'team-tools',
      policies: [ToolPolicy.permitAll()],
    });
    this.tools.addTarget('github', ToolTarget.github({ identity: OutboundIdentity.broker(this.broker) }));
    this.topic = new sns.Topic(this.stack, 'Pager', { enforceSSL: true });
  }

  public dashboard(props: AgentDashboardProps, stack: Stack = this.stack): Body {
    new AgentDashboard(stack, 'Dashboard', props);
    return bodyOf(Template.fromStack(stack));
  }
}

export interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: any;
}

export interface Body {
  readonly start?: string;
  readonly periodOverride?: string;
  readonly variables: any[];
  readonly widgets: Widget[];
  readonly bytes: number;
}

/** What CloudWatch would get: with a value of usual length for each thing that is known at deployment only. */
export function bodyOf(template: Template): Body {
  const [{ Properties }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const text = deployed(Properties.DashboardBody);
  return { ...JSON.parse(text), bytes: Buffer.byteLength(text) };
}

function deployed(value: any): string {
  if (typeof value === 'string') {
    return value;
  }
  const [[name, argument]] = Object.entries<any>(value);
  switch (name) {
    case 'Fn::Join':
      return argument[1].map(deployed).join(argument[0]);
    case 'Fn::GetAtt':
      return /Arn$/.test(argument[1]) ? arnOf(String(argument[0])) : `${argument[0]}.${argument[1]}`;
    case 'Ref':
      return argument === 'AWS::Region' ? ENV.region : argument === 'AWS::AccountId' ? ENV.account : String(argument);
    case 'Fn::ImportValue':
      return imported(deployed(argument));
    default:
      throw new Error(`cannot say what ${name} becomes`);
  }
}

/** Of an alarm, or of an agent. */
function arnOf(logicalId: string): string {
  return /Alarm/.test(logicalId)
    ? `arn:aws:cloudwatch:${ENV.region}:${ENV.account}:alarm:Observing-${logicalId}-A1B2C3D4E5F6`
    : `arn:aws:bedrock-agentcore:${ENV.region}:${ENV.account}:runtime/${logicalId.slice(0, 40)}-a1b2c3d4e5`;
}

/** The same from another stack, as long as it can be: the name of an agent has 48 characters. */
function imported(exportName: string): string {
  const id = `${exportName
    .replace(/[^a-zA-Z0-9]/g, '')
    .slice(-48)
    .padStart(48, 'x')}-a1b2c3d4e5`;
  if (/GetAtt\w*Alarm/.test(exportName)) {
    return `arn:aws:cloudwatch:${ENV.region}:${ENV.account}:alarm:${id.padStart(80, 'x')}`;
  }
  return /RuntimeLogs/.test(exportName)
    ? `/aws/bedrock-agentcore/runtimes/${id}-DEFAULT`
    : `arn:aws:bedrock-agentcore:${ENV.region}:${ENV.account}:runtime/${id}`;
}

export function graph({ widgets }: Body, title: string): any {
  const found = widgets.filter(({ properties }) => properties.title === title);
  if (found.length !== 1) {
    const titles = widgets.map(({ properties }) => properties.title).filter(Boolean);
    throw new Error(`expected one '${title}', found ${found.length} in: ${titles.join(' | ')}`);
  }
  return found[0].properties;
}

/** The headings, in order. */
export function headings({ widgets }: Body): string[] {
  return widgets.flatMap(({ properties }) => /^## (.*)$/m.exec(properties.markdown ?? '')?.[1] ?? []);
}
