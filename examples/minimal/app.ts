import { App, Stack } from 'aws-cdk-lib';
import { AgentCli, AgentNetwork, BedrockModel, CodingAgent, Filesystem, ModelRoute } from 'cdk-coding-agents';

const app = new App();

// a stack of its own: the network outlives the agents
const network = new AgentNetwork(new Stack(app, 'MinimalNetwork'), 'Network');

const agent = new CodingAgent(new Stack(app, 'MinimalAgent'), 'Agent', {
  cli: AgentCli.claudeCode(),
  model: ModelRoute.bedrock([BedrockModel.globalInferenceProfile('global.anthropic.claude-opus-5-5')]),
  network,
  filesystems: [Filesystem.sessionStorage('/mnt/workspace')],
});
agent.addOutputs();
