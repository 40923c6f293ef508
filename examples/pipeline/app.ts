import { App, Validations } from 'aws-cdk-lib';
import { AgentCoreChecks } from 'cdk-coding-agents';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PipelineStack } from './pipeline';
import { settingsFrom } from './settings';

const app = new App();
new PipelineStack(app, 'AgentPipeline', settingsFrom(app));
Validations.of(app).addPlugins(new AgentCoreChecks(), new AwsSolutionsChecks(app));
