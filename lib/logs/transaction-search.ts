import { ArnFormat, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as xray from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import { PerEnvironment } from '../private/environments';
import { invalid } from '../private/errors';
import { checkProps } from '../private/kinds';

/** where X-Ray writes, as AWS documents it */
const LOG_GROUPS = ['aws/spans', '/aws/application-signals/data'];
const taken = new PerEnvironment();

/** Settings of a `TransactionSearch`. */
export interface TransactionSearchProps {
  /**
   * How many percent of the traces are indexed as trace summaries, from 0 to 100. All spans can be searched in any case;
   * one percent is free.
   *
   * @default 1
   */
  readonly indexingPercentage?: number;

  /**
   * Make the resource policy of CloudWatch Logs that lets X-Ray write the spans. An account has ten in a region: turn it
   * off where there is one for X-Ray already.
   *
   * @default true
   */
  readonly logsResourcePolicy?: boolean;

  /**
   * What happens when this construct is removed. By default Transaction Search stays on, for it belongs to everybody in the
   * account and region, with the policy that lets X-Ray write; `DESTROY` turns it off. To deploy it again while it is on,
   * take both back with `cdk import`.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Turns on CloudWatch Transaction Search for the account and region: without it the console shows no sessions and traces
 * of agents.
 *
 * From then on all spans that X-Ray gets in this account and region, those of other applications too, are written to the
 * log group `aws/spans` and are paid for as such. It must be off before, or the deployment fails. To encrypt that log
 * group with a key of your own, use `aws logs associate-kms-key` afterwards.
 *
 * Errors: a second one for the same account and region; a percentage outside of 0 to 100.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search-Cloudformation.html
 */
export class TransactionSearch extends Construct {
  public constructor(scope: Construct, id: string, props: TransactionSearchProps = {}) {
    super(scope, id);
    checkProps(this, 'TransactionSearchProps', props);
    const { indexingPercentage = 1, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    this.takeAccount();
    checkPercentage(this, indexingPercentage);
    const config = new xray.CfnTransactionSearchConfig(this, 'Config', { indexingPercentage });
    config.applyRemovalPolicy(removalPolicy);
    if (props.logsResourcePolicy !== false) {
      const policy = this.createPolicy();
      policy.applyRemovalPolicy(removalPolicy);
      // X-Ray tries to write when it is turned on
      config.node.addDependency(policy);
    }
  }

  private takeAccount(): void {
    const owner = taken.take(this, 'TransactionSearch');
    if (owner !== undefined) {
      throw invalid(this, 'SecondTransactionSearch', {
        what: 'Transaction Search of this account and region is turned on already',
        got: this.node.path,
        allowed: 'one TransactionSearch for each account and region, which has one such setting',
        fix: `remove this one, '${owner.node.path}' turns it on`,
      });
    }
  }

  private createPolicy(): logs.ResourcePolicy {
    const stack = Stack.of(this);
    return new logs.ResourcePolicy(this, 'LogsPolicy', {
      resourcePolicyName: Names.uniqueResourceName(this, { maxLength: 255 }),
      policyStatements: [
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal('xray.amazonaws.com')],
          actions: ['logs:PutLogEvents'],
          resources: LOG_GROUPS.map((name) =>
            stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: `${name}:*`,
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          ),
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'xray', resource: '*' }) },
          },
        }),
      ],
    });
  }
}

function checkPercentage(scope: Construct, percentage: number): void {
  if (!Token.isUnresolved(percentage) && !(percentage >= 0 && percentage <= 100)) {
    throw invalid(scope, 'InvalidIndexingPercentage', {
      what: 'indexingPercentage is not a percentage',
      got: percentage,
      allowed: '0 to 100',
      fix: 'leave it away for 1, which is free',
    });
  }
}
