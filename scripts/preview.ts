/* Draws the dashboard of a synthesized app as one HTML page with example data: npm run sample, then npm run preview. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { readAssembly } from './lib/assembly';
import { dashboardsIn } from './lib/preview-body';
import { previewPage } from './lib/preview-page';

const root = path.join(__dirname, '..');
const { values } = parseArgs({
  options: { assembly: { type: 'string' }, out: { type: 'string' } },
});
const assembly = path.resolve(values.assembly ?? path.join(root, 'cdk.out'));
const out = path.resolve(values.out ?? path.join(root, 'dist', 'preview'));

const dashboards = dashboardsIn(readAssembly(assembly));
if (dashboards.length === 0) {
  console.error(`no dashboard in ${assembly}; synthesize an app that has an AgentDashboard`);
  process.exitCode = 1;
} else {
  const library = readFileSync(require.resolve('echarts/dist/echarts.min.js'), 'utf8');
  mkdirSync(out, { recursive: true });
  for (const dashboard of dashboards) {
    const file = path.join(out, `${dashboard.name}.html`);
    writeFileSync(file, previewPage(dashboard, library));
    console.log(`${dashboard.widgets.length} widgets: ${file}`);
  }
}
