import { App, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { AgentNetwork, Filesystem, mixins, S3FilesFileSystem } from 'cdk-coding-agents';

const app = new App();
const network = new AgentNetwork(new Stack(app, 'RuntimeNetwork'), 'Network');
const stack = new Stack(app, 'RuntimeWithMounts');

// the L2 that you have already
const image = ecr.Repository.fromRepositoryName(stack, 'Image', 'agents/mine');
const runtime = new agentcore.Runtime(stack, 'Runtime', {
  agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromEcrRepository(image, '7'),
  networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingVpc(stack, {
    vpc: network.vpc,
    vpcSubnets: { subnets: network.subnets },
    securityGroups: network.securityGroups,
  }),
});

// what it lacks
const documents = new S3FilesFileSystem(stack, 'Documents', { network }).addAccessPoint('Agent', { path: '/agent' });
runtime.with(
  new mixins.RuntimeFilesystems([
    Filesystem.sessionStorage('/mnt/workspace'),
    Filesystem.fromS3FilesAccessPoint(documents, '/mnt/documents'),
  ]),
);
