import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { invalid } from '../private/errors';
import { createLogGroup } from './network-logs';
import type { LogSettings } from './network-logs';
import { acknowledgeUnlessChanged } from '../private/acknowledge';
import { Acknowledgements } from '../private/acknowledgements';

const PREFIX_LIST_ID = /^pl-[0-9a-f]{8,17}$/;
const RESULT = 'PrefixLists.0.PrefixListId';
const SHARED_FUNCTION = `AWS${cr.AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll('-', '')}`;

/** The addresses of S3 in this region: from `prefixListId`, else looked up at deployment. */
export function s3Peer(scope: Construct, prefixListId: string | undefined, logSettings: LogSettings): ec2.IPeer {
  if (prefixListId === undefined) {
    return new InlinePrefixList(new S3PrefixList(scope, 'S3PrefixList', logSettings).prefixListId);
  }
  if (!Token.isUnresolved(prefixListId) && !PREFIX_LIST_ID.test(prefixListId)) {
    throw invalid(scope, 'InvalidPrefixListId', {
      what: 's3PrefixListId is not the id of a prefix list',
      got: prefixListId,
      allowed: "'pl-' and 8 to 17 hexadecimal digits",
      fix: 'copy it from the console (VPC, managed prefix lists), or omit it to have it looked up',
    });
  }
  return new InlinePrefixList(prefixListId);
}

/**
 * A prefix list as a rule within the security group.
 *
 * The peer of the CDK makes a resource of its own if the id is a token. A group that then has no rule within it is
 * created with a rule that allows all traffic out, until CloudFormation replaces that rule.
 */
class InlinePrefixList implements ec2.IPeer {
  public readonly canInlineRule = true;
  public readonly uniqueId = 'AmazonS3';
  public readonly connections: ec2.Connections = new ec2.Connections({ peer: this });

  constructor(private readonly prefixListId: string) {}

  public toIngressRuleConfig(): ec2.IngressRuleConfig {
    return { sourcePrefixListId: this.prefixListId };
  }

  public toEgressRuleConfig(): ec2.EgressRuleConfig {
    return { destinationPrefixListId: this.prefixListId };
  }
}

/** A security group names S3 by a prefix list whose id differs by region and is published nowhere. */
class S3PrefixList extends Construct {
  public readonly prefixListId: string;

  constructor(scope: Construct, id: string, logSettings: LogSettings) {
    super(scope, id);
    const stack = Stack.of(this);
    // all AwsCustomResources of a stack share one function, and the first of them decides its role and log group
    const shared = stack.node.tryFindChild(SHARED_FUNCTION) as lambda.Function | undefined;
    const lookup = new cr.AwsCustomResource(this, 'Lookup', {
      onUpdate: {
        service: 'EC2',
        action: 'DescribeManagedPrefixLists',
        parameters: { Filters: [{ Name: 'prefix-list-name', Values: [`com.amazonaws.${stack.region}.s3`] }] },
        outputPaths: [RESULT],
        physicalResourceId: cr.PhysicalResourceId.of('s3-prefix-list'),
      },
      installLatestAwsSdk: false,
      memorySize: 256,
      ...(shared === undefined ? this.prepareFunction(logSettings) : { role: shared.role }),
    });
    const policy = new iam.ManagedPolicy(this, 'LookupPolicy', {
      statements: [
        // a read without resource-level permissions, so it stands alone
        new iam.PolicyStatement({ actions: ['ec2:DescribeManagedPrefixLists'], resources: ['*'] }),
      ],
    });
    acknowledgeUnlessChanged(policy, Acknowledgements.PREFIX_LIST_LOOKUP, { resources: ['*'] });
    policy.attachToRole(lookup.grantPrincipal as iam.IRole);
    lookup.node.addDependency(policy);
    this.prefixListId = lookup.getResponseField(RESULT);
  }

  private prepareFunction(logSettings: LogSettings): { role: iam.IRole; logGroup: logs.ILogGroup } {
    const logGroup = createLogGroup(this, 'LogGroup', logSettings);
    const role = new iam.Role(this, 'Role', {
      description: `looks up the addresses of S3 for ${this.node.path}`,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    new iam.ManagedPolicy(this, 'LogsPolicy', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    return { role, logGroup };
  }
}
