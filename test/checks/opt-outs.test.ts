import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Lazy, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Fixture } from '../fixture';
import { AgentCoreChecks } from '../../lib/checks/agent-core-checks';
import { ComplianceReport } from '../../lib/report/compliance-report';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import { ToolTarget } from '../../lib/gateway/targets/tool-target';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { AgentNetwork } from '../../lib/network/agent-network';
import { REPORT_ONLY } from '../compliance/nag';
import { read } from '../report/report-apps';

const CREDENTIAL = 'AC_TARGET_CREDENTIAL_CONFIGURED';
const VPC = 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED';
const REASON = 'public documentation, served to everybody alike';

interface Found {
  readonly rule: string;
  readonly path: string;
  readonly reason?: string;
}

/** findings about opting out, and those that are accepted */
function report({ app }: Fixture): { violations: Found[]; suppressed: Found[] } {
  Validations.of(app).addPlugins(new AgentCoreChecks());
  const { pluginReports } = JSON.parse(readFileSync(join(app.synth().directory, 'validation-report.json'), 'utf8'));
  const { violations = [], suppressedViolations = [] } = pluginReports.find(
    ({ pluginName }: any) => pluginName === 'AgentCoreChecks',
  );
  return { violations: flat(violations), suppressed: flat(suppressedViolations) };
}

const flat = (violations: any[]): Found[] =>
  violations.flatMap(({ ruleName, reason, violatingConstructs }) =>
    violatingConstructs
      .map(({ constructPath }: any) => ({ rule: ruleName, path: constructPath, reason }))
      .filter(({ rule }: Found) => [CREDENTIAL, VPC].includes(rule)),
  );

const anonymous = (reason: string, host: string): ToolTarget =>
  ToolTarget.mcpServer({ endpoint: `https://${host}/mcp`, identity: OutboundIdentity.none({ reason }) });

function fixtureWith(reason: string): { fixture: Fixture; tools: McpGateway } {
  const fixture = new Fixture({ context: REPORT_ONLY });
  const tools = new McpGateway(fixture.stack, 'Tools', { inboundAuth: InboundAuth.iam() });
  tools.addTarget('docs', anonymous(reason, 'docs.example.com'));
  return { fixture, tools };
}

test('a target without a credential accepts its own finding, in the words of the app', () => {
  const { fixture } = fixtureWith(`  ${REASON} `);
  expect(report(fixture)).toEqual({
    violations: [],
    suppressed: [{ rule: CREDENTIAL, path: 'Agents/Tools/docs/Target/Resource', reason: REASON }],
  });
});

test('and no other: that of a target beside it stays', () => {
  const { fixture, tools } = fixtureWith(REASON);
  const { gatewayIdentifier, targetConfiguration } = tools.node.findChild('docs').node.findChild('Target').node
    .defaultChild as agentcore.CfnGatewayTarget;
  new agentcore.CfnGatewayTarget(tools, 'Beside', { name: 'beside', gatewayIdentifier, targetConfiguration });
  const { violations, suppressed } = report(fixture);
  expect(violations.map(({ path }) => path)).toEqual(['Agents/Tools/Beside']);
  expect(suppressed.map(({ path }) => path)).toEqual(['Agents/Tools/docs/Target/Resource']);
});

test('an agent on the public network accepts that of its runtime', () => {
  const fixture = new Fixture({ context: REPORT_ONLY });
  fixture.agent({ network: AgentNetwork.publicInternet({ reason: REASON }) }, 'Demo');
  const { violations, suppressed } = report(fixture);
  expect(violations).toEqual([]);
  expect(suppressed).toEqual([{ rule: VPC, path: 'Agents/Demo/Runtime/Resource', reason: REASON }]);
});

test('a reason that is known only at deployment accepts nothing', () => {
  const { fixture } = fixtureWith(Lazy.string({ produce: () => REASON }));
  fixture.agent({ network: AgentNetwork.publicInternet({ reason: Lazy.string({ produce: () => REASON }) }) }, 'Demo');
  const { violations, suppressed } = report(fixture);
  expect(suppressed).toEqual([]);
  expect(violations.map(({ rule }) => rule).sort()).toEqual([CREDENTIAL, VPC]);
});

test('what is acknowledged on a stage stands in the compliance report, at what has the finding', () => {
  const app = new App({ context: REPORT_ONLY });
  const stage = new Stage(app, 'Prod');
  const team = new Stack(stage, 'Team');
  new agentcore.CfnMemory(team, 'Memory', { name: 'memory', eventExpiryDuration: 30 });
  const other = new agentcore.CfnMemory(team, 'Other', { name: 'other', eventExpiryDuration: 30 });
  Validations.of(app).addPlugins(new AgentCoreChecks());
  const id = 'AgentCoreChecks::BEDROCK_AGENTCORE_MEMORY_ENCRYPTION_ENABLED';
  Validations.of(stage).acknowledge({ id, reason: 'for all stages' });
  Validations.of(other).acknowledge({ id, reason: 'for this one' });
  const [{ acknowledgements }] = read(ComplianceReport.fromDirectory(app.synth().directory)).stacks;
  expect(acknowledgements).toEqual([
    { name: id, at: 'Memory', reason: 'for all stages' },
    { name: id, at: 'Other', reason: 'for this one' },
  ]);
});
