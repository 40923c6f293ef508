import type { DashboardRow } from '../../monitoring/segment';
import { found } from '../../monitoring/search';
import { ORDER } from './order';

/** Callers whose token or signature was not accepted. AWS does not document these metrics; without them the row is empty. */
export function refusedCallers(): DashboardRow {
  return {
    title: 'Callers',
    order: ORDER.refused,
    note: 'Agents and gateways of the whole account. AWS publishes these metrics and does not document them.',
    graphs: [
      {
        title: 'Refused, by reason',
        metrics: [
          found(
            {
              metricName: 'InboundAuthorizationFailure',
              statistic: 'Sum',
              dimensions: ['ExceptionType', 'ResourceId'],
            },
            `\${PROP('Dim.ExceptionType')}`,
          ),
        ],
      },
      {
        title: 'Let in',
        metrics: [
          found(
            { metricName: 'InboundAuthorizationSuccess', statistic: 'Sum', dimensions: ['ResourceId'] },
            `\${PROP('Dim.ResourceId')}`,
          ),
        ],
      },
    ],
  };
}
