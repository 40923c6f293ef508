import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { AgentCli, AgentNetwork, CodingAgent, Filesystem, ModelRoute } from '../../lib';
import type { AppOptions } from './place';
import { ACCOUNT, newApp, REGION } from './place';

const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:gemini-AbCdEf`;

/** An agent whose model asks for a key, in a VPC that exists. */
export class KeyedApp {
  public readonly app: App;
  public readonly agent: CodingAgent;

  public constructor(options: AppOptions = {}) {
    this.app = newApp(options);
    const stack = new Stack(this.app, 'Keyed', options);
    const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    this.agent = new CodingAgent(stack, 'Gemini', {
      runtimeName: 'gemini',
      filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
      cli: AgentCli.geminiCli({
        telemetry: true,
        image: AgentCli.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Images', 'gemini'), '1'),
      }),
      network: AgentNetwork.fromVpc(stack, 'Network', {
        vpc: importedVpc(stack),
        securityGroups: [
          ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0', { allowAllOutbound: false }),
        ],
      }),
      model: ModelRoute.provider({
        secret: secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET),
        jsonKey: 'key',
      }),
      observability: { encryptionKey },
    });
  }
}

function importedVpc(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.1.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
}
