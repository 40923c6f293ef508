import type { Body, Variable } from './preview-body';
import { escape, renderWidget, withoutHash } from './preview-widgets';

/**
 * One page that needs nothing else: the charting library stands in it.
 *
 * @param library the script of Apache ECharts
 */
export function previewPage({ name, variables, widgets }: Body, library: string): string {
  const charts: object[] = [];
  const items = widgets.map((widget) => {
    const { html, chart } = renderWidget(widget);
    if (chart !== undefined) {
      charts.push(chart);
    }
    const rows = `grid-column: ${widget.x + 1} / span ${widget.width}; grid-row: ${widget.y + 1} / span ${widget.height}`;
    return `<section class="${widget.type}" style="${rows}">${html}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(withoutHash(name))}: preview with example data</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(withoutHash(name))}</h1>
<p class="notice">Example data. The dashboard is as it is deployed; all numbers, names of tools and log lines are made up.</p>
<form>${variables.map(selectOf).join('')}</form>
</header>
<main>
${items.join('\n')}
</main>
<script>${library}</script>
<script type="application/json" id="charts">${inScript(charts)}</script>
<script>${CLIENT}</script>
</body>
</html>
`;
}

/** what readers pick in the console; here it only shows */
function selectOf({ label, values, defaultValue }: Variable): string {
  const options = values.map(
    (option) => `<option${option.value === defaultValue ? ' selected' : ''}>${escape(option.label)}</option>`,
  );
  return `<label>${escape(label)} <select disabled>${options.join('')}</select></label>`;
}

/** no text in it can end the script */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

const CLIENT = `
const options = JSON.parse(document.getElementById('charts').textContent);
const places = [...document.querySelectorAll('.chart')];
const dark = matchMedia('(prefers-color-scheme: dark)');
let charts = [];
function draw() {
  charts.forEach((chart) => chart.dispose());
  charts = places.map((place, index) => {
    const chart = echarts.init(place, dark.matches ? 'dark' : undefined, { renderer: 'svg' });
    chart.setOption({ backgroundColor: 'transparent', ...options[index] });
    return chart;
  });
}
draw();
dark.addEventListener('change', draw);
addEventListener('resize', () => charts.forEach((chart) => chart.resize()));
`;

const STYLE = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #16191f; --quiet: #5f6b7a; --line: #d5dbdb; --notice: #fff4d1; --bad: #d13212; --good: #1d8102; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f141a; --card: #161d26; --text: #d8dde4; --quiet: #95a2b3; --line: #2a3644; --notice: #40340b; --bad: #ff7a5c; --good: #6cc04a; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 16px; background: var(--page); color: var(--text); font: 14px/1.4 system-ui, sans-serif; }
h1 { font-size: 20px; margin: 0 0 8px; }
h2 { font-size: 16px; margin: 8px 0 0; }
h3 { font-size: 13px; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
p { margin: 0; color: var(--quiet); }
.notice { display: inline-block; padding: 6px 10px; border-radius: 6px; background: var(--notice); color: var(--text); font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: 16px; margin: 12px 0; }
main { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: 40px; gap: 6px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; overflow: hidden; display: flex; flex-direction: column; min-width: 0; }
section.text { background: none; border: none; padding: 0 4px; justify-content: flex-end; }
.chart { flex: 1; min-height: 0; }
.scroll { overflow: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 8px; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
ul { list-style: none; margin: 8px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px; overflow: auto; }
.numbers { gap: 24px; }
.numbers li { display: flex; flex-direction: column; }
.numbers strong { font-size: 28px; font-weight: 500; }
.numbers span { color: var(--quiet); }
.alarms li { border: 1px solid var(--line); border-left: 4px solid var(--good); border-radius: 4px; padding: 2px 8px; font-size: 12px; }
.alarms li.alarm { border-left-color: var(--bad); color: var(--bad); font-weight: 600; }
@media (max-width: 900px) {
  main { display: block; }
  section { margin-bottom: 8px; }
  section.metric:has(.chart) { height: 240px; }
  section.log .scroll { max-height: 240px; }
}
`;
