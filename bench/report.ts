import type { Series, Target, TemplateGrowth, Timings, Unit } from './figures';
import { APPS, COUNTS, kb, keyOf, MANY, median, ONE, pairwise, perAgent, perAgentAtBest, ratio } from './figures';

/** Everything that one run of the bench found. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly awsCdkLib: string;
  readonly rounds: number;
  readonly sameResources: boolean;
  readonly timings: Timings;
  readonly validated: Timings;
  readonly imports: Record<string, Series>;
  readonly growth: Record<string, TemplateGrowth>;
  readonly targets: Target[];
}

/** Tables in Markdown, so that they can go into docs/bench.md as they are. */
export function render(results: Results): string {
  const { date, machine, node, awsCdkLib, rounds, timings, validated, imports } = results;
  return [
    `${date}, ${machine}, Node ${node}, aws-cdk-lib ${awsCdkLib}, ${rounds} counted rounds.`,
    `The apps say the same: ${results.sameResources ? 'yes' : 'NO, the figures must not be compared'}.`,
    '### Whole processes, validator off',
    times(
      timings,
      APPS.flatMap((app) => COUNTS.map((count) => keyOf(app, count))),
    ),
    '### Library against the same by hand, pair by pair',
    ratios(timings, COUNTS),
    '### A further agent',
    furtherAgent(timings, results.growth),
    `### Whole processes, validator on, ${validated[keyOf(APPS[0], MANY)].length} rounds`,
    times(validated, Object.keys(validated)),
    ratios(validated, [MANY]),
    '### Imports alone',
    times(imports, Object.keys(imports)),
    '### Targets',
    table(
      ['wanted', 'measured', ''],
      results.targets.map(({ wanted, measured, reached }) => [wanted, measured, reached ? 'reached' : 'NOT reached']),
    ),
  ].join('\n\n');
}

function times(series: Record<string, Series>, keys: string[]): string {
  const rows = keys.map((key) => {
    const of = (unit: Unit) => series[key].map((sample) => sample[unit]);
    const wall = of('wallMs');
    return [key, Math.min(...wall), median(wall), Math.max(...wall), median(of('cpuMs')), median(of('peakMiB'))];
  });
  return table(['process', 'min ms', 'median ms', 'max ms', 'CPU ms', 'peak MiB'], rows.map(rounded));
}

function rounded([key, ...values]: (string | number)[]): string[] {
  return [String(key), ...values.map((value) => Number(value).toFixed(0))];
}

function ratios(timings: Timings, counts: number[]): string {
  const rows = APPS.slice(1).flatMap((base) =>
    counts.map((count) => {
      const all = pairwise(timings[keyOf('library', count)], timings[keyOf(base, count)], 'wallMs', (a, b) => a / b);
      return [
        `library / ${base}, ${count} agents`,
        Math.min(...all).toFixed(2),
        median(all).toFixed(2),
        Math.max(...all).toFixed(2),
        ratio(timings, 'library', base, count, 'cpuMs').toFixed(2),
      ];
    }),
  );
  return table(['', 'min', 'median', 'max', 'CPU'], rows);
}

function furtherAgent(timings: Timings, growth: Record<string, TemplateGrowth>): string {
  const rows = APPS.map((app) => [
    app,
    perAgent(timings, app, ONE, MANY).toFixed(1),
    perAgentAtBest(timings, app, ONE, MANY).toFixed(1),
    perAgent(timings, app, ONE, MANY, 'cpuMs').toFixed(1),
    perAgent(timings, app, ONE, MANY, 'peakMiB').toFixed(2),
    String(growth[app].resources),
    kb(growth[app].bytes),
    kb(growth[app].minifiedBytes),
  ]);
  return table(['app', 'ms', 'ms at best', 'CPU ms', 'MiB', 'resources', 'template', 'template, minified'], rows);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
