import { isDeepStrictEqual } from 'node:util';
import { Lazy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** what of a metric is as in the one before it */
const SAME = '.';

/** How a metric is shown, and by which statistic; without one, by that of its widget. */
interface Options {
  readonly stat?: string;
}

/** Of a metric its namespace, name and dimensions, then options; of a formula its options only. */
type Line = [...parts: unknown[], options: Options];

interface Json {
  readonly properties: { readonly metrics: unknown };
}

/**
 * Numbers over many sums that are alike: what a metric has in common with the one before it is not written again. That
 * takes half of the room, of which a dashboard has 100 KB.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class CompactNumbers extends cloudwatch.SingleValueWidget {
  public override toJson(): unknown[] {
    return (super.toJson() as Json[]).map(({ properties, ...widget }) => ({
      ...widget,
      // the L2 leaves the lines to the synthesis
      properties: Lazy.uncachedAny({
        produce: (context) => ({ ...properties, ...compact(context.resolve(properties.metrics) as Line[]) }),
      }),
    }));
  }
}

function compact(lines: Line[]): object {
  const areSums = lines.every((line) => isFormula(line) || optionsOf(line).stat === cloudwatch.Stats.SUM);
  return areSums
    ? { stat: cloudwatch.Stats.SUM, metrics: lines.map(withoutStat).map(shortened) }
    : { metrics: lines.map(shortened) };
}

function withoutStat(line: Line): Line {
  const { stat: _, ...options } = optionsOf(line);
  return [...line.slice(0, -1), options];
}

function shortened(line: Line, index: number, all: Line[]): unknown[] {
  const before = index === 0 ? [] : all[index - 1];
  return line.map((part, place) =>
    before.length === line.length && isDeepStrictEqual(part, before[place]) ? SAME : part,
  );
}

function optionsOf(line: Line): Options {
  return line[line.length - 1] as Options;
}

function isFormula(line: Line): boolean {
  return line.length === 1;
}
