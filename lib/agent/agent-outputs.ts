import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { CodingAgent } from './coding-agent';

/** Outputs that an operator copies into a terminal. */
export function addAgentOutputs(agent: CodingAgent, workspace?: string): void {
  const where = `--runtime ${agent.runtimeArn} --region ${Stack.of(agent).region}`;
  new CfnOutput(agent, 'Arn', { value: agent.runtimeArn, description: `ARN of coding agent ${agent.runtimeName}` });
  new CfnOutput(agent, 'Shell', {
    value: `agentcore exec --it ${where}`,
    description: `Opens a shell in a session of ${agent.runtimeName}; Ctrl+] leaves it running`,
  });
  new CfnOutput(agent, 'Command', {
    value: `agentcore exec ${where} "${workspace === undefined ? 'uname -a' : `ls ${workspace}`}"`,
    description: `Runs one command in a session of ${agent.runtimeName}`,
  });
}
