import { App, Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { AgentCli, AgentNetwork, BedrockModel, CodingAgent, Filesystem, ModelRoute } from 'cdk-coding-agents';

const app = new App();

// a stack of its own: the network outlives the agents
const network = new AgentNetwork(new Stack(app, 'MinimalNetwork'), 'Network');

const stack = new Stack(app, 'MinimalAgent');
const agent = new CodingAgent(stack, 'Agent', {
  cli: AgentCli.fromRepository(ecr.Repository.fromRepositoryName(stack, 'Image', 'coding-agents/claude-code'), '2.1.0'),
  model: ModelRoute.bedrock([BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-4-6-v1')]),
  network,
  filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
});
agent.addOutputs();
