import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { KeyedApp } from '../compliance/keyed-app';
import { REPORT_ONLY } from '../compliance/nag';

test('an agent with a model key says so: it is a choice of the app, for the app to acknowledge', () => {
  const { app } = new KeyedApp({ context: REPORT_ONLY });
  Validations.of(app).addPlugins(new AgentCoreChecks());
  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  const { violations } = pluginReports.find(({ pluginName }: any) => pluginName === 'AgentCoreChecks');
  expect(
    violations.flatMap(({ ruleName, severity, violatingConstructs }: any) =>
      violatingConstructs.map(({ constructPath }: any) => [severity, ruleName, constructPath]),
    ),
  ).toEqual([['warning', 'AC_RUNTIME_ROLE_WITHOUT_CREDENTIALS', 'Keyed/Gemini/Runtime/Resource']]);
});
