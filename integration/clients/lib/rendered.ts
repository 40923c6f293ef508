import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type AgentCli, AgentNetwork, CodingAgent, type ModelRoute } from '../../../lib/index.ts';
import type { SessionSettings } from '../../../lib/contract/session.ts';
import { REGION } from './guarded-gateway.ts';

export const ACCOUNT = '111122223333';

/** What the session server is told of an agent: as the constructs render it. */
export function settingsOf(cli: AgentCli, model: ModelRoute): SessionSettings {
  const stack = new Stack(new App(), 'Agents', { env: { account: ACCOUNT, region: REGION } });
  const network = AgentNetwork.publicInternet({ reason: 'nothing of this is ever deployed anywhere' });
  new CodingAgent(stack, 'Agent', { cli, model, network });
  const [runtime] = Object.values(Template.fromStack(stack).findResources('AWS::BedrockAgentCore::Runtime'));
  const { EnvironmentVariables } = (runtime as { Properties: { EnvironmentVariables: { AGENT_SETTINGS: string } } })
    .Properties;
  return JSON.parse(EnvironmentVariables.AGENT_SETTINGS) as SessionSettings;
}
