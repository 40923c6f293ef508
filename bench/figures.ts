import type { Sample } from './processes';
import { countByType } from './templates';

export const APPS = ['library', 'by-hand-l1', 'by-hand-l2'];
export const COUNTS = [1, 20, 40];
export const [ONE, SOME, MANY] = COUNTS;

/** The samples of one app or line of code, a round each, in the order of the rounds. */
export type Series = Sample[];
/** by app and number of agents, for example `library 40` */
export type Timings = Record<string, Series>;
export type Unit = keyof Sample;

/** What is wanted, what was measured, and whether it is enough. */
export interface Target {
  readonly wanted: string;
  readonly measured: string;
  readonly reached: boolean;
}

export const keyOf = (app: string, count: number) => `${app} ${count}`;

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** One value a round, from two series: rounds are short, so a pair saw the same load of the machine. */
export function pairwise(a: Series, b: Series, unit: Unit, of: (a: number, b: number) => number): number[] {
  return a.map((sample, i) => of(sample[unit], b[i][unit]));
}

export function ratio(timings: Timings, app: string, base: string, count: number, unit: Unit = 'wallMs'): number {
  return median(pairwise(timings[keyOf(app, count)], timings[keyOf(base, count)], unit, (a, b) => a / b));
}

/** Milliseconds for each agent between two numbers of agents. */
export function perAgent(timings: Timings, app: string, from: number, to: number, unit: Unit = 'wallMs'): number {
  const slopes = pairwise(timings[keyOf(app, to)], timings[keyOf(app, from)], unit, (a, b) => (a - b) / (to - from));
  return median(slopes);
}

/** The same from the shortest run of each: what it costs when nothing disturbs. */
export function perAgentAtBest(timings: Timings, app: string, from: number, to: number): number {
  const shortest = (count: number) => Math.min(...timings[keyOf(app, count)].map((sample) => sample.wallMs));
  return (shortest(to) - shortest(from)) / (to - from);
}

/** What one more agent adds to a template. */
export interface TemplateGrowth {
  readonly resources: number;
  readonly bytes: number;
  readonly minifiedBytes: number;
}

export function templateGrowth(few: string, many: string, agents: number): TemplateGrowth {
  const grow = (measure: (text: string) => number) => (measure(many) - measure(few)) / agents;
  return {
    resources: grow((text) => Object.values(countByType(JSON.parse(text))).reduce((sum, count) => sum + count, 0)),
    bytes: grow((text) => Buffer.byteLength(text)),
    minifiedBytes: grow((text) => Buffer.byteLength(JSON.stringify(JSON.parse(text)))),
  };
}

const KB = 1024;

export function targetsOf(timings: Timings, growth: TemplateGrowth): Target[] {
  const overL1 = ratio(timings, 'library', 'by-hand-l1', MANY);
  const each = perAgent(timings, 'library', ONE, MANY);
  const [early, late] = [perAgent(timings, 'library', ONE, SOME), perAgent(timings, 'library', SOME, MANY)];
  return [
    target(`at most 1.15 of the L1 app at ${MANY} agents`, overL1.toFixed(2), overL1 <= 1.15),
    target('at most 8 ms a further agent', `${each.toFixed(1)} ms`, each <= 8),
    target('at most 10 resources a further agent', String(growth.resources), growth.resources <= 10),
    target(
      'at most 7 KB of template a further agent, minified',
      kb(growth.minifiedBytes),
      growth.minifiedBytes <= 7 * KB,
    ),
    target('at most 7 KB of template a further agent, as written', kb(growth.bytes), growth.bytes <= 7 * KB),
    // not less: the longer a process runs, the more of it Node has compiled
    target(
      `linear: agents ${SOME + 1} to ${MANY} cost at most 20 % more each than agents 2 to ${SOME}`,
      `${late.toFixed(1)} ms and ${early.toFixed(1)} ms`,
      late / early <= 1.2,
    ),
  ];
}

export function kb(bytes: number): string {
  return `${(bytes / KB).toFixed(2)} KB`;
}

function target(wanted: string, measured: string, reached: boolean): Target {
  return { wanted, measured, reached };
}
