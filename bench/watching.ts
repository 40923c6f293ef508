/* What it costs to see and to check many agents: the dashboard, AgentCoreChecks, ComplianceReport. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import type { Target, Timings } from './figures';
import { kb, keyOf, MANY, median, pairwise } from './figures';
import { OUT, runApp, runCode, type Sample } from './processes';

const DASHBOARD_KB = 100;
const LONGEST_MS = 200;
/** agents that make up the 500 resources that a stack may hold */
const FULL_STACK = 48;
const CHECKS = path.join(OUT, `checked-${FULL_STACK}`, 'checks-ms');
const REPORT = path.join(OUT, 'report-ms');
/** what stands in an ARN or a name for what is known only at deployment */
const LONG = 'x'.repeat(100);

/** Processes to run in turn with the validator off. */
export const DASHBOARD_RUNS = ['library', 'dashboard'].map((app): [key: string, run: () => Sample] => [
  keyOf(app, MANY),
  () => runApp(app, MANY),
]);

/** Milliseconds of CPU that plugin and report took, one value a round. */
const checksMs: number[] = [];
const reportMs: number[] = [];

/** Processes to run in turn with the validator on. */
export const CHECK_RUNS: [key: string, run: () => Sample][] = [
  [keyOf('library', FULL_STACK), () => runApp('library', FULL_STACK, true)],
  [keyOf('checked', FULL_STACK), () => timed(() => runApp('checked', FULL_STACK, true), CHECKS, checksMs)],
];

/** The same for the report, over what the last of them wrote. */
export const REPORT_RUNS: [key: string, run: () => Sample][] = [
  [keyOf('report', FULL_STACK), () => timed(() => runCode(reportCode()), REPORT, reportMs)],
];

/** runs a process that writes a number of milliseconds to a file, where it can */
function timed(run: () => Sample, file: string, values: number[]): Sample {
  rmSync(file, { force: true });
  const sample = run();
  if (existsSync(file)) {
    values.push(Number(readFileSync(file, 'utf8')));
  }
  return sample;
}

/** node compiles what loading the library made it run often in threads of its own, and not for the report */
const REST_MS = 500;

function reportCode(): string {
  const assembly = JSON.stringify(path.join(OUT, `checked-${FULL_STACK}`));
  return `const { ComplianceReport } = require('./lib/index.js');
    setTimeout(() => {
      const start = process.cpuUsage();
      ComplianceReport.fromDirectory(${assembly}).toMarkdown();
      const { user, system } = process.cpuUsage(start);
      require('node:fs').writeFileSync(${JSON.stringify(REPORT)}, String((user + system) / 1000));
    }, ${REST_MS});`;
}

export function watchingTargets(beside: Timings, validated: Timings): Target[] {
  const bytes = dashboardBytes();
  const more = (a: number, b: number) => a - b;
  const dashboard = median(pairwise(beside[keyOf('dashboard', MANY)], beside[keyOf('library', MANY)], 'cpuMs', more));
  const checked = validated[keyOf('checked', FULL_STACK)];
  const whole = median(pairwise(checked, validated[keyOf('library', FULL_STACK)], 'cpuMs', more));
  const [checks, report] = [checksMs, reportMs].map(median);
  return [
    {
      wanted: `dashboard of ${MANY} agents and their alarms: at most ${DASHBOARD_KB} KB`,
      measured: `${kb(bytes)}; it and the alarms add ${dashboard.toFixed(0)} ms of CPU to the app`,
      reached: bytes <= DASHBOARD_KB * 1024,
    },
    {
      wanted: `AgentCoreChecks on 500 resources: at most ${LONGEST_MS} ms beyond core's own validation`,
      measured: `${checks.toFixed(0)} ms of CPU in the plugin, ${Math.min(...checksMs).toFixed(0)} at best; whole processes differ by ${whole.toFixed(0)} ms of ${median(checked.map(({ cpuMs }) => cpuMs)).toFixed(0)}`,
      reached: checks <= LONGEST_MS,
    },
    {
      wanted: `ComplianceReport on 500 resources: at most ${LONGEST_MS} ms`,
      measured: `${report.toFixed(0)} ms of CPU, ${Math.min(...reportMs).toFixed(0)} at best`,
      reached: report <= LONGEST_MS,
    },
  ];
}

/** of the dashboard as CloudWatch gets it, with long names for what is known only at deployment */
function dashboardBytes(): number {
  const file = path.join(OUT, `dashboard-${MANY}`, 'Watching.template.json');
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, any> };
  const [dashboard] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  return Buffer.byteLength(textOf(dashboard.Properties.DashboardBody));
}

function textOf(value: any): string {
  return typeof value === 'string' ? value : (value['Fn::Join']?.[1].map(textOf).join('') ?? LONG);
}
