import { App, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as efs from 'aws-cdk-lib/aws-efs';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import type { CodingAgentProps, IAgentNetwork } from '../lib';
import { AgentCli, CodingAgent } from '../lib';

/** the flags of a fresh `cdk init`, plus schema findings of any level as errors */
export const STRICT = {
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/core:strictCfnValidateErrors': true,
  '@aws-cdk/core:annotationsInValidationReport': true,
};

export const FRESH_APP = { '@aws-cdk/aws-efs:denyAnonymousAccess': true };

/** A stack with a small VPC and all that an agent needs. */
export class Fixture {
  public readonly app: App;
  public readonly stack: Stack;
  public readonly vpc: ec2.Vpc;
  public readonly group: ec2.SecurityGroup;
  public readonly network: IAgentNetwork;
  public readonly repository: ecr.IRepository;

  public constructor(options: { context?: Record<string, unknown>; stackProps?: StackProps } = {}) {
    this.app = new App({ context: { ...FRESH_APP, ...options.context } });
    this.stack = new Stack(this.app, 'Agents', options.stackProps);
    this.vpc = new ec2.Vpc(this.stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    this.group = new ec2.SecurityGroup(this.stack, 'Group', { vpc: this.vpc, allowAllOutbound: false });
    this.group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS);
    this.network = networkOf(this.vpc, [this.group]);
    this.repository = ecr.Repository.fromRepositoryName(this.stack, 'Repository', 'coding-agents/claude');
  }

  public agent(props: Partial<CodingAgentProps> = {}, id = 'Claude', scope: Construct = this.stack): CodingAgent {
    return new CodingAgent(scope, id, {
      cli: AgentCli.fromRepository(this.repository, '1.4.2'),
      network: this.network,
      ...props,
    });
  }

  public efs(id = 'Cache', props: Partial<efs.FileSystemProps> = {}): efs.FileSystem {
    return new efs.FileSystem(this.stack, id, { vpc: this.vpc, ...props });
  }

  public efsAccessPoint(id = 'Cache', props: Partial<efs.FileSystemProps> = {}): efs.AccessPoint {
    return this.efs(id, props).addAccessPoint('Npm', NPM);
  }

  public template(): Template {
    return Template.fromStack(this.stack);
  }
}

export const NPM: efs.AccessPointOptions = {
  path: '/npm',
  posixUser: { uid: '1000', gid: '1000' },
  createAcl: { ownerUid: '1000', ownerGid: '1000', permissions: '750' },
};

export function networkOf(
  vpc: ec2.IVpc,
  securityGroups: ec2.ISecurityGroup[],
  subnets = vpc.privateSubnets,
): IAgentNetwork {
  return { isPublic: false, vpc, subnets, securityGroups, connections: new ec2.Connections({ securityGroups }) };
}

/** One resource of a type, by the start of its logical id. */
export function resource(template: Template, type: string, idStart = ''): any {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(idStart));
  if (found.length !== 1) {
    throw new Error(`expected one ${type} ${idStart}*, found ${found.map(([id]) => id).join(', ') || 'none'}`);
  }
  return found[0][1];
}

/** The ids and texts of warnings and errors that synthesis left. */
export function messages(fixture: { stack: Stack }): string[] {
  return fixture.stack.node
    .findAll()
    .flatMap((c) => c.node.metadata)
    .filter(({ type }) => type === 'aws:cdk:warning' || type === 'aws:cdk:error')
    .map(({ data }) => String(data));
}

/** What a function throws, as name and text, so that a test can ask for both. */
export function thrownBy(action: () => unknown): { code: string; text: string } {
  try {
    action();
  } catch (e) {
    return { code: (e as Error).name, text: (e as Error).message };
  }
  throw new Error('nothing was thrown');
}
