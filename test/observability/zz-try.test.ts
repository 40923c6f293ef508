import { AgentAlarms } from '../../lib/observability/alarms';
import { AgentDashboard } from '../../lib/observability/dashboard';
import { DashboardSegment } from '../../lib/observability/dashboard-segment';
import { ObservedFixture } from './dashboard-fixture';
test('x', () => {
  const f = new ObservedFixture();
  const agents = [f.agent({runtimeName: 'claude'}, 'Claude'), f.agent({runtimeName: 'codex'}, 'Codex'), f.agent({runtimeName: 'opencode'}, 'OpenCode')];
  const alarms = new AgentAlarms(f.stack, 'Alarms', { watch: [...agents, f.tools, f.broker], topic: f.topic });
  const models = DashboardSegment.bedrockModels([{ modelId: 'eu.anthropic.claude-opus-4-6-v1', label: 'Claude Opus', prices: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 } }]);
  new AgentDashboard(f.stack, 'Dashboard', { dashboardName: 'coding-agents', segments: [alarms, ...agents, models, f.tools, f.broker] });
  const a = f.app.synth();
  require('fs').cpSync(a.directory, '/tmp/dash/asm', { recursive: true });
});
