import { createHash } from 'node:crypto';

/* Example data: the same for the same dashboard, shaped by what a metric counts, and made up from first to last. */

export const POINTS = 72;

/** A line of a graph. */
export interface Line {
  readonly label: string;
  readonly values: number[];
}

const TOOLS = ['github___issue_read', 'github___create_pull_request', 'gh-read___search_code', 'jira___getJiraIssue'];
/** what takes the place of a dimension that a search finds */
const EXAMPLES: Record<string, string[]> = {
  Code: ['RateLimited', 'NotFound'],
  ExceptionType: ['InvalidInboundTokenException'],
  Mode: ['ENFORCE'],
  Name: TOOLS,
  Operation: ['InvokeAgentRuntime'],
  ProviderName: ['jira', 'slack'],
  ResourceId: ['runtime', 'gateway'],
  ToolName: TOOLS.slice(1, 3),
};

/** largest value, and how often there is none at all */
const SHAPES: [pattern: RegExp, highest: number, quiet: number][] = [
  [/Errors|Throttles|Failure|Deny|Mismatch|RateLimits/, 4, 0.85],
  [/^Latency/, 180_000, 0],
  [/Duration|TargetExecutionTime|TimeToFirstToken/, 4000, 0],
  [/CPUUsed/, 0.9, 0],
  [/MemoryUsed/, 3.2, 0],
  [/TokenCount/, 600_000, 0],
  [/ActiveSession/, 40, 0],
  [/Sessions|Mints/, 6, 0.1],
];

/** The lines of a graph: its metrics, what its searches find, what its formulas make of them. */
export function linesOf(metrics: unknown[][]): Line[] {
  const known = new Map<string, number[]>();
  const lines: Line[] = [];
  for (const metric of [...metrics].sort((a, b) => Number(isFormula(a)) - Number(isFormula(b)))) {
    const options = optionsOf(metric);
    const found = linesOfOne(metric, options, known);
    if (options.id !== undefined) {
      known.set(options.id, found[0].values);
    }
    lines.push(...(options.visible === false ? [] : found));
  }
  return lines;
}

interface Options {
  readonly label?: string;
  readonly expression?: string;
  readonly id?: string;
  readonly stat?: string;
  readonly visible?: boolean;
}

function optionsOf(metric: unknown[]): Options {
  const last = metric.at(-1);
  return typeof last === 'object' && last !== null ? last : {};
}

function isFormula(metric: unknown[]): boolean {
  const { expression = '' } = optionsOf(metric);
  return expression !== '' && !expression.includes('SEARCH(');
}

function linesOfOne(metric: unknown[], options: Options, known: Map<string, number[]>): Line[] {
  const { expression, label = '' } = options;
  if (expression === undefined) {
    const name = String(metric[1]);
    return [{ label: label === '' ? name : label, values: series(metric.join(), name, options.stat) }];
  }
  return expression.includes('SEARCH(')
    ? searched(expression, label)
    : [{ label, values: evaluate(expression, known) }];
}

function searched(expression: string, label: string): Line[] {
  const metricName = /MetricName="(\w+)"/.exec(expression)?.[1] ?? '';
  const statistic = /', '(\w+)'\)/.exec(expression)?.[1];
  const names = [...expression.matchAll(/ Name="([^"]+)"/g), ...expression.matchAll(/\(Name="([^"]+)"/g)].map(
    ([, name]) => name,
  );
  const dimension = /PROP\('Dim\.(\w+)'\)/.exec(label)?.[1];
  const values = dimension === 'Name' && names.length > 0 ? names : (EXAMPLES[dimension ?? ''] ?? ['example']);
  return values.map((value) => ({
    label: label
      .replace(/\$\{PROP\('MetricName'\)\}/g, metricName)
      .replace(/\$\{PROP\('Dim\.\w+'\)\}/g, value)
      .replace('::DEFAULT', ''),
    values: series(`${expression}${value}`, metricName, statistic),
  }));
}

function series(key: string, name: string, statistic = 'Average'): number[] {
  const [, highest, quiet] = SHAPES.find(([pattern]) => pattern.test(name)) ?? [/./, 120, 0];
  const random = randomOf(key);
  const size = (0.4 + 0.6 * random()) * (statistic === 'p99' ? 2.5 : statistic === 'p50' ? 0.4 : 1);
  return Array.from({ length: POINTS }, (_, index) => {
    // a working day in the middle of the time shown
    const day = 0.15 + 0.85 * Math.exp(-(((index - POINTS * 0.55) / (POINTS * 0.22)) ** 2));
    const value = random() < quiet ? 0 : highest * size * day * (0.7 + 0.6 * random());
    return /Hours/.test(name) ? value : Math.round(value);
  });
}

/** xorshift, seeded by the text */
function randomOf(key: string): () => number {
  let state = createHash('sha256').update(key).digest().readUInt32LE() || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The formulas of the estimates: numbers, ids, products, and sums of lists. */
export function evaluate(expression: string, known: Map<string, number[]>): number[] {
  const tokens = expression.match(/SUM\(\[|\]\)|[\w.]+|[*,]/g) ?? [];
  const zero = Array.from({ length: POINTS }, () => 0);
  const factor = (): number[] => {
    const token = tokens.shift() ?? '';
    if (token === 'SUM([') {
      let total = zero;
      do {
        total = combine(total, product(), (a, b) => a + b);
      } while (tokens.shift() === ',');
      return total;
    }
    const number = Number(token);
    return Number.isNaN(number) ? (known.get(token) ?? zero) : zero.map(() => number);
  };
  const product = (): number[] => {
    let value = factor();
    while (tokens[0] === '*') {
      tokens.shift();
      value = combine(value, factor(), (a, b) => a * b);
    }
    return value;
  };
  return product();
}

function combine(a: number[], b: number[], how: (a: number, b: number) => number): number[] {
  return a.map((value, index) => how(value, b[index]));
}
