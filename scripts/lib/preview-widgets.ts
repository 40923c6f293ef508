import type { Widget } from './preview-body';
import { linesOf, POINTS } from './preview-data';

/** told apart on white and on black */
const COLORS = [
  '#3b82c4',
  '#e07b39',
  '#3a9d5d',
  '#b65fcf',
  '#d64550',
  '#8a8d3f',
  '#2aa5a0',
  '#c78f1d',
  '#7a7fd6',
  '#b0566f',
];

/** What becomes of a widget: HTML, and the options of its chart where it has one. */
export interface Rendered {
  readonly html: string;
  readonly chart?: object;
}

export function renderWidget(widget: Widget): Rendered {
  const { type, properties } = widget;
  switch (type) {
    case 'text':
      return { html: markdown(String(properties.markdown)) };
    case 'log':
      return { html: titled(properties.title, table(String(properties.query))) };
    case 'alarm':
      return { html: titled(properties.title, alarms(properties.alarms as string[])) };
    case 'metric':
      return properties.view === 'singleValue'
        ? { html: titled(properties.title, numbers(properties.metrics)) }
        : chart(properties);
  }
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** what the CDK puts behind the ids of resources */
export function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

function titled(title: string | undefined, html: string): string {
  return `<h3>${escape(title ?? '')}</h3>${html}`;
}

/** of Markdown, what the library writes */
function markdown(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const heading = /^(#+) (.*)$/.exec(line);
      const inline = escape(heading?.[2] ?? line).replace(/`([^`]+)`/g, '<code>$1</code>');
      return heading === null ? `<p>${inline}</p>` : `<h2>${inline}</h2>`;
    })
    .join('');
}

function chart({
  title,
  metrics = [],
  stacked = false,
}: {
  title?: string;
  metrics?: unknown[][];
  stacked?: boolean;
}): Rendered {
  const lines = linesOf(metrics);
  const names = shortNames(lines.map(({ label }) => label));
  return {
    html: `${titled(title, '')}<div class="chart"></div>`,
    chart: {
      animation: false,
      color: COLORS,
      tooltip: { trigger: 'axis', confine: true },
      legend: {
        type: 'scroll',
        bottom: 0,
        itemWidth: 14,
        itemHeight: 8,
        itemGap: 8,
        icon: 'roundRect',
        textStyle: { fontSize: 11 },
      },
      grid: { left: 8, right: 16, top: 12, bottom: 32, containLabel: true },
      xAxis: { type: 'category', data: hours(), axisTick: { show: false } },
      yAxis: { type: 'value', min: 0, splitNumber: 4 },
      series: lines.map(({ values }, index) => ({
        type: 'line',
        name: names[index],
        data: values.map((value) => Math.round(value * 10_000) / 10_000),
        showSymbol: false,
        lineStyle: { width: 1.5 },
        ...(stacked ? { stack: 'all', areaStyle: { opacity: 0.5 } } : {}),
      })),
    },
  };
}

/** room for the names of one chart, in letters; cut at the start, for ids begin alike and end apart */
const LETTERS = 44;

function shortNames(names: string[]): string[] {
  const most = Math.max(12, Math.floor(LETTERS / names.length));
  const short = names
    .map((name) => name.replace(/[0-9A-F]{8}(?= |$)/, ''))
    .map((name) => (name.length > most ? `…${name.slice(1 - most)}` : name));
  return new Set(short).size === names.length ? short : names;
}

function hours(): string[] {
  const step = (12 * 60) / POINTS;
  return Array.from({ length: POINTS }, (_, index) => {
    const minutes = 7 * 60 + index * step;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  });
}

function numbers(metrics: unknown[][]): string {
  const items = linesOf(metrics).map(({ label, values }) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    return `<li><strong>${total.toFixed(2)}</strong><span>${escape(label)}</span></li>`;
  });
  return `<ul class="numbers">${items.join('')}</ul>`;
}

/** one of them rings, so that it shows how that looks */
function alarms(arns: string[]): string {
  const items = arns.map((arn, index) => {
    const name = withoutHash(arn.replace(/^<|(\.Arn)?>$/g, ''));
    return `<li class="${index === 1 ? 'alarm' : 'ok'}">${escape(name)}</li>`;
  });
  return `<ul class="alarms">${items.join('')}</ul>`;
}

const CELLS: Record<string, string[]> = {
  '@timestamp': ['2026-01-15 14:02:11', '2026-01-15 13:57:40', '2026-01-15 13:31:05'],
  '@log': ['runtimes/claude-DEFAULT', 'runtimes/codex-DEFAULT', 'runtimes/claude-DEFAULT'],
  '@message': ['example text of a log line', 'another example', 'and one more'],
  session: ['a1b2c3d4', 'e5f6a7b8', 'c9d0e1f2'],
  agent: ['claude', 'codex', 'claude'],
  vcpu_hours: ['3.61', '2.20', '0.84'],
  gb_hours: ['21.50', '14.02', '6.30'],
  dollars: ['0.526', '0.329', '0.135'],
  Broker: ['GitHubApp', 'GitHubApp', 'GitHubApp'],
  outcome: ['RateLimited', 'NotFound', 'NotAllowed'],
  tool: ['issue_read', 'get_file_contents', 'create_branch'],
  repository: ['acme/web', 'acme/api', 'acme/web'],
  permission: ['issues', 'contents', 'contents'],
  status: ['403', '404', ''],
  gitHubRequestId: ['0A1B:2C3D', '4E5F:6071', ''],
};

/** the columns that the query makes, with example cells */
function table(query: string): string {
  const columns = columnsOf(query);
  const cell = (name: string, row: number): string => `<td>${escape(CELLS[name]?.[row] ?? '…')}</td>`;
  const rows = [0, 1, 2].map((row) => `<tr>${columns.map((name) => cell(name, row)).join('')}</tr>`);
  const head = columns.map((name) => `<th>${escape(name)}</th>`).join('');
  return `<div class="scroll"><table><tr>${head}</tr>${rows.join('')}</table></div>`;
}

function columnsOf(query: string): string[] {
  const commands = query.split('|').map((command) => command.trim());
  const display = commands.find((command) => command.startsWith('display '));
  if (display !== undefined) {
    return display.slice('display '.length).split(', ');
  }
  const stats = commands.find((command) => command.startsWith('stats '));
  if (stats !== undefined) {
    const by = / by (.*)$/.exec(stats)?.[1] ?? '';
    return [...by.split(', '), ...[...stats.matchAll(/ as (\w+)/g)].map(([, name]) => name)];
  }
  const fields = commands.find((command) => command.startsWith('fields ')) ?? '';
  return fields.slice('fields '.length).split(', ');
}
