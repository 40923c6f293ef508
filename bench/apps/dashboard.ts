/* The agents of the library, with alarms for all of them and the dashboard that shows both. */
import { Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AgentAlarms, AgentDashboard, CodingAgent } from 'cdk-coding-agents';
import { addAgents } from './library';
import type { Surroundings } from './shared';
import { synthesize } from './shared';

export function addWatchedAgents(surroundings: Surroundings, count: number): void {
  addAgents(surroundings, count);
  const agents = surroundings.stack.node.children.filter((child) => child instanceof CodingAgent);
  const watching = new Stack(surroundings.stack.node.root, 'Watching');
  const alarms = new AgentAlarms(watching, 'Alarms', { watch: agents, topic: new sns.Topic(watching, 'Topic') });
  new AgentDashboard(watching, 'Dashboard', { segments: [alarms, ...agents] });
}

if (require.main === module) {
  synthesize(addWatchedAgents);
}
