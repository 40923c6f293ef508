import * as path from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AgentNetwork, CodingAgentProps } from 'cdk-coding-agents';
import {
  AgentAlarms,
  AgentAuditTrail,
  AgentCli,
  AgentDashboard,
  BedrockModel,
  CodingAgent,
  DashboardSegment,
  Filesystem,
  InboundAuth,
  ModelRoute,
  ReasoningEffort,
  S3FilesAccessPoint,
  S3FilesFileSystem,
} from 'cdk-coding-agents';
import type { SampleSettings } from './settings';
import { TeamTools } from './team-tools';

export interface SampleStackProps extends StackProps {
  readonly network: AgentNetwork;
  readonly settings: SampleSettings;
}

/** Two coding agents side by side: a workspace for each session, the team's skills and tools, a cache for each agent. */
export class SampleStack extends Stack {
  public constructor(scope: Construct, id: string, props: SampleStackProps) {
    super(scope, id, props);
    const { network, settings } = props;
    const { laptopClientId, portalClientId } = settings.tools;

    // people sign in at the company's identity provider; the same value guards the tools and the agents
    const employees = InboundAuth.jwt({
      discoveryUrl: settings.discoveryUrl,
      allowedClients: [laptopClientId, portalClientId],
    });
    const tools = new TeamTools(this, 'Tools', { employees, settings: settings.tools });

    // a skills library that is also a bucket: change it with a pull request or with `aws s3 sync`
    const skills = new S3FilesFileSystem(this, 'Skills', { network, seed: path.join(__dirname, 'skills') });

    // a dependency cache; nobody mounts it without IAM
    const cache = new efs.FileSystem(this, 'Cache', {
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      allowAnonymousAccess: false,
      lifecyclePolicy: efs.LifecyclePolicy.AFTER_30_DAYS,
    });

    const library = skills.addAccessPoint('Agents', { path: '/skills' });
    const common = (agent: string): Omit<CodingAgentProps, 'cli'> => ({
      network,
      inboundAuth: employees,
      gateway: tools.gateway,
      gitCredential: tools.gitCredentialFor(agent),
      idleTimeout: Duration.minutes(30),
      filesystems: [
        Filesystem.sessionStorage('/mnt/workspace'),
        Filesystem.fromS3FilesAccessPoint(library, '/mnt/skills', { readOnly: true }),
        // a directory for each: what one agent writes there, the other would run
        Filesystem.fromEfsAccessPoint(cache.addAccessPoint(agent, cacheOf(agent)), '/mnt/cache'),
      ],
    });

    // same network, same skills; a role, a model, a cache and logs of its own for each
    const claude = new CodingAgent(this, 'Claude', {
      cli: AgentCli.claudeCode({ limits: { duration: Duration.hours(2), dollars: 20 } }),
      model: ModelRoute.bedrock([BedrockModel.globalInferenceProfile(settings.claudeModel)]),
      ...common('Claude'),
    });
    const codex = new CodingAgent(this, 'Codex', {
      cli: AgentCli.codex({ effort: ReasoningEffort.HIGH, limits: { duration: Duration.hours(2) } }),
      model: ModelRoute.bedrock([BedrockModel.foundation(settings.codexModel)]),
      ...common('Codex'),
    });

    claude.addOutputs();
    codex.addOutputs();

    // tokens are most of the bill; those of Codex are not among these metrics, see docs/dashboard.md
    const { claudeModel: modelId, claudePrices: prices } = settings;
    const models = DashboardSegment.bedrockModels([{ modelId, label: 'Claude', prices }]);

    // subscribe the people on call to this topic
    const watch = [claude, codex, tools.gateway, tools.broker, models];
    const alarms = new AgentAlarms(this, 'Alarms', {
      watch,
      topic: new sns.Topic(this, 'OnCall', { enforceSSL: true }),
    });
    new AgentDashboard(this, 'Dashboard', { segments: [alarms, ...watch] });
    new AgentAuditTrail(this, 'Audit', { of: [claude, codex, tools.gateway] });
  }
}

function cacheOf(agent: string): efs.AccessPointOptions {
  return {
    path: `/${agent.toLowerCase()}`,
    posixUser: S3FilesAccessPoint.AGENT_USER,
    createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
  };
}
