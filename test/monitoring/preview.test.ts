import { DashboardSegment } from '../../lib/monitoring/dashboard/dashboard-segment';
import { AgentDashboard } from '../../lib/monitoring/dashboard/agent-dashboard';
import { dashboardsIn } from '../../scripts/lib/preview-body';
import { evaluate, linesOf, POINTS } from '../../scripts/lib/preview-data';
import { previewPage } from '../../scripts/lib/preview-page';
import { ObservedFixture } from './dashboard-fixture';

const LIBRARY = '/* the charting library */';

function preview(): string {
  const fixture = new ObservedFixture();
  const mine = DashboardSegment.of({ rows: [{ title: '</script><b>', note: '`<i>`' }] });
  const segments = [fixture.agent({ runtimeName: 'claude' }), fixture.tools, fixture.broker, mine];
  new AgentDashboard(fixture.stack, 'Dashboard', { segments, dashboardName: 'coding-agents' });
  const resources = fixture.template().toJSON().Resources;
  const stack = { name: 'Agents', description: '', bytes: 0, resources, outputs: {} };
  const [dashboard, ...others] = dashboardsIn({ stacks: [stack], findings: [] });
  expect(others).toEqual([]);
  return previewPage(dashboard, LIBRARY);
}

describe('the page', () => {
  const page = preview();

  test('says that its data is made up, and is the same each time', () => {
    expect(page).toContain('<p class="notice">Example data.');
    expect(preview()).toBe(page);
  });

  test('needs nothing from elsewhere', () => {
    expect(page).toContain(LIBRARY);
    expect(page).not.toMatch(/(src|href)=|https?:|@import|url\(/);
  });

  test('has a chart for each graph, with lines', () => {
    const charts = JSON.parse(/id="charts">(.*)<\/script>/.exec(page)![1]) as {
      series: { name: string; data: number[] }[];
    }[];
    expect(page.match(/class="chart"/g)).toHaveLength(charts.length);
    expect(charts.every(({ series }) => series.length > 0 && series.every(({ data }) => data.length === POINTS))).toBe(
      true,
    );
    expect(charts.flatMap(({ series }) => series.map(({ name }) => name))).toEqual(
      expect.arrayContaining(['claude', 'vCPU']),
    );
  });

  test('shows what readers can pick, and nothing of what the picks replace', () => {
    expect(page).toContain('<label>Agent <select disabled><option selected>claude</option></select></label>');
    expect(page).not.toContain('picked-agent');
  });

  test('writes text as text', () => {
    expect(page).toContain('<h2>&#60;/script&#62;&#60;b&#62;</h2><p><code>&#60;i&#62;</code></p>');
  });

  test('has the columns of each query', () => {
    expect(page).toContain('<th>agent</th><th>session</th><th>vcpu_hours</th><th>gb_hours</th><th>dollars</th>');
    expect(page).toContain('<th>outcome</th>');
  });
});

test('formulas are worked out', () => {
  const known = new Map([
    ['u0', Array.from({ length: POINTS }, () => 2)],
    ['u1', Array.from({ length: POINTS }, () => 3)],
  ]);
  expect(evaluate('SUM([0.5*SUM([u0,u1]),0.1*SUM([u1]),nobody])', known)[0]).toBeCloseTo(2.8);
});

test('a hidden metric is no line, and a formula before its metrics is one', () => {
  const lines = linesOf([
    [{ expression: '2*SUM([a])', label: 'twice' }],
    ['AWS/Bedrock-AgentCore', 'MemoryUsed-GBHours', { id: 'a', visible: false }],
  ]);
  expect(lines.map(({ label }) => label)).toEqual(['twice']);
  expect(Math.max(...lines[0].values)).toBeGreaterThan(0);
});
