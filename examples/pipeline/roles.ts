import type { IAspect } from 'aws-cdk-lib';
import { Aws, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Place } from './settings';

/** A role that `cdk bootstrap` makes: `lookup` reads, `deploy` starts deployments, `file-publishing` uploads. */
export function bootstrapRole(kind: 'lookup' | 'deploy' | 'file-publishing', { account, region }: Place): string {
  const { DEFAULT_QUALIFIER } = DefaultStackSynthesizer;
  return `arn:${Aws.PARTITION}:iam::${account}:role/cdk-${DEFAULT_QUALIFIER}-${kind}-role-${account}-${region}`;
}

/** Mends two policies that CDK Pipelines writes and leaves no prop for. */
export class ExactPolicies implements IAspect {
  public constructor(private readonly tools: Place) {}

  public visit(node: IConstruct): void {
    if (node instanceof iam.CfnPolicy) {
      const document = Stack.of(node).resolve(node.policyDocument) as { Statement: Statement[] };
      node.policyDocument = { ...document, Statement: document.Statement.map((statement) => this.mend(statement)) };
    }
  }

  private mend(statement: Statement): Statement {
    const resources = JSON.stringify(statement.Resource);
    // any bootstrap role of the account, found by its tag, for a pipeline that updates itself
    if (statement.Action === 'sts:AssumeRole' && resources.includes('*')) {
      const roles = [bootstrapRole('deploy', this.tools), bootstrapRole('file-publishing', this.tools)];
      return { ...statement, Resource: roles };
    }
    // the name that the service had before: IAM wants the prefix of the ARN, and consoles make new ones since 2024
    if (statement.Action === 'codestar-connections:UseConnection' && resources.includes(':codeconnections:')) {
      return { ...statement, Action: 'codeconnections:UseConnection' };
    }
    return statement;
  }
}

interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
}
