import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { NetworkStack } from '../../bin/network-stack';
import { SampleStack } from '../../bin/sample-stack';
import { settingsFrom } from '../../bin/settings';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { REPORT_ONLY } from '../compliance/nag';

test('the sample leaves one choice open: a key of its own for the gateway', () => {
  const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8'));
  const app = new App({ context: { ...context, ...REPORT_ONLY } });
  Validations.of(app).addPlugins(new AgentCoreChecks());
  const settings = settingsFrom(app.node);
  const { network } = new NetworkStack(app, 'CodingAgentsNetwork', { allowedDomains: settings.allowedDomains });
  new SampleStack(app, 'CodingAgents', { network, settings });

  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const { conclusion, violations } = pluginReports.find(({ pluginName }: any) => pluginName === 'AgentCoreChecks');
  expect(conclusion).toBe('success');
  expect(
    violations.flatMap(({ ruleName, severity, violatingConstructs }: any) =>
      violatingConstructs.map(({ constructPath }: any) => [severity, ruleName, constructPath]),
    ),
  ).toEqual([
    ['warning', 'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED', 'CodingAgents/Tools/Gateway/Gateway/Resource'],
  ]);
});
