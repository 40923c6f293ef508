import { App } from 'aws-cdk-lib';
import { NetworkStack } from './network-stack';
import { SampleStack } from './sample-stack';
import { settingsFrom } from './settings';

const app = new App();
const settings = settingsFrom(app.node);

const { network } = new NetworkStack(app, 'CodingAgentsNetwork', {
  description: 'Where coding agents run',
  allowedDomains: settings.allowedDomains,
});

new SampleStack(app, 'CodingAgents', { description: 'Coding agents on Amazon Bedrock AgentCore', network, settings });
