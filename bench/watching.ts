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
const CHECKS = path.join(OUT, `checked-${FULL_STACK}`, 'checks.json');
const REPORT = path.join(OUT, 'report.json');
/** what stands in an ARN or a name for what is known only at deployment */
const LONG = 'x'.repeat(100);

/** Processes to run in turn with the validator off. */
export const DASHBOARD_RUNS = ['library', 'dashboard'].map((app): [key: string, run: () => Sample] => [
  keyOf(app, MANY),
  () => runApp(app, MANY),
]);

/** What plugin and report took, one value a round. */
const checks: Part[] = [];
const reports: Part[] = [];

/** A part of a process: by the clock, and the CPU time of all threads. */
interface Part {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Processes to run in turn with the validator on. */
export const CHECK_RUNS: [key: string, run: () => Sample][] = [
  [keyOf('library', FULL_STACK), () => runApp('library', FULL_STACK, true)],
  [keyOf('checked', FULL_STACK), () => timed(() => runApp('checked', FULL_STACK, true), CHECKS, checks)],
];

/** The same for the report, over what the last of them wrote. */
export const REPORT_RUNS: [key: string, run: () => Sample][] = [
  [keyOf('report', FULL_STACK), () => timed(() => runCode(reportCode()), REPORT, reports)],
];

/** runs a process that writes what a part of it took to a file, where it can */
function timed(run: () => Sample, file: string, parts: Part[]): Sample {
  rmSync(file, { force: true });
  const sample = run();
  if (existsSync(file)) {
    parts.push(JSON.parse(readFileSync(file, 'utf8')) as Part);
  }
  return sample;
}

/** node compiles what loading the library made it run often in threads of its own, and not for the report */
const REST_MS = 500;

function reportCode(): string {
  const assembly = JSON.stringify(path.join(OUT, `checked-${FULL_STACK}`));
  return `const { ComplianceReport } = require('./lib/index.js');
    setTimeout(() => {
      const [start, begun] = [process.cpuUsage(), performance.now()];
      ComplianceReport.fromDirectory(${assembly}).toMarkdown();
      const wallMs = performance.now() - begun;
      const { user, system } = process.cpuUsage(start);
      const part = JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 });
      require('node:fs').writeFileSync(${JSON.stringify(REPORT)}, part);
    }, ${REST_MS});`;
}

export function watchingTargets(beside: Timings, validated: Timings): Target[] {
  const bytes = dashboardBytes();
  const more = (a: number, b: number) => a - b;
  const dashboard = median(pairwise(beside[keyOf('dashboard', MANY)], beside[keyOf('library', MANY)], 'cpuMs', more));
  const checked = validated[keyOf('checked', FULL_STACK)];
  const whole = median(pairwise(checked, validated[keyOf('library', FULL_STACK)], 'cpuMs', more));
  return [
    {
      wanted: `dashboard of ${MANY} agents and their alarms: at most ${DASHBOARD_KB} KB`,
      measured: `${kb(bytes)}; it and the alarms add ${dashboard.toFixed(0)} ms of CPU to the app`,
      reached: bytes <= DASHBOARD_KB * 1024,
    },
    {
      wanted: `AgentCoreChecks on 500 resources: at most ${LONGEST_MS} ms beyond core's own validation`,
      measured: `${told(checks)}; whole processes differ by ${whole.toFixed(0)} ms of CPU of ${median(checked.map(({ cpuMs }) => cpuMs)).toFixed(0)}`,
      reached: wallMs(checks) <= LONGEST_MS,
    },
    {
      wanted: `ComplianceReport on 500 resources: at most ${LONGEST_MS} ms`,
      measured: told(reports),
      reached: wallMs(reports) <= LONGEST_MS,
    },
  ];
}

function wallMs(parts: Part[]): number {
  return median(parts.map((part) => part.wallMs));
}

function told(parts: Part[]): string {
  const best = Math.min(...parts.map((part) => part.wallMs));
  const cpu = median(parts.map(({ cpuMs }) => cpuMs));
  return `${wallMs(parts).toFixed(0)} ms, ${best.toFixed(0)} at best; ${cpu.toFixed(0)} ms of CPU in all threads`;
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
