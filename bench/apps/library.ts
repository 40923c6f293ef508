/* The agents as a user of the library writes them. */
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { AgentCli, BedrockModel, CodingAgent, Filesystem, type IAgentNetwork, ModelRoute } from 'cdk-coding-agents';
import type { Surroundings } from './shared';
import { CACHE, ENVIRONMENT, PROFILE, REGIONS, REPOSITORY, synthesize, TAG, WORKSPACE } from './shared';

export function addAgents({ stack, vpc, subnets, group, accessPoint }: Surroundings, count: number): void {
  const network: IAgentNetwork = {
    isPublic: false,
    vpc,
    subnets,
    securityGroups: [group],
    connections: group.connections,
  };
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', REPOSITORY);
  for (let i = 1; i <= count; i++) {
    new CodingAgent(stack, `Agent${i}`, {
      cli: AgentCli.fromRepository(repository, TAG),
      model: ModelRoute.bedrock([BedrockModel.inferenceProfile(PROFILE, REGIONS)]),
      network,
      filesystems: [Filesystem.sessionStorage(WORKSPACE), Filesystem.fromEfsAccessPoint(accessPoint, CACHE)],
      environment: ENVIRONMENT,
    });
  }
}

if (require.main === module) {
  synthesize(addAgents);
}
