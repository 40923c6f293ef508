import { Stack, Validations } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as pipelines from 'aws-cdk-lib/pipelines';
import type { IConstruct } from 'constructs';

const OBJECTS = ['Abort', 'DeleteObject', 'GetBucket', 'GetObject', 'List'].map((name) => `Action::s3:${name}*`);
const KEYS = ['GenerateDataKey', 'ReEncrypt'].map((name) => `Action::kms:${name}*`);

/** Wildcards that CDK Pipelines writes into the roles of a pipeline; call it when the pipeline is built. */
export function acknowledgePipeline(pipeline: pipelines.CodePipeline, artifacts: s3.Bucket): void {
  const stack = Stack.of(pipeline);
  const bucket = stack.getLogicalId(artifacts.node.defaultChild as s3.CfnBucket);
  acknowledge(pipeline, 'steps hand artifacts to each other, through this bucket and its key only', [
    ...OBJECTS,
    ...KEYS,
    `Resource::<${bucket}.Arn>/*`,
  ]);

  const projects = pipeline.node.findAll().filter((node) => node instanceof codebuild.CfnProject);
  acknowledge(
    pipeline,
    'each build writes its own logs and test reports',
    projects
      .map((project) => `<${stack.getLogicalId(project)}>`)
      .flatMap((name) => logsOf(stack, `${name}:*`, `${name}-*`)),
  );

  const [publisher] = pipeline.node.findAll().filter(({ node }) => node.path.endsWith('/Assets/FileRole'));
  acknowledge(publisher, 'written by CDK Pipelines for all that publish: their builds, logs and test reports', [
    ...logsOf(stack, '*', '*'),
    'Resource::*',
  ]);
  acknowledge(pipeline.selfMutationProject, 'written by CDK Pipelines: which stacks and buckets there are', [
    'Resource::*',
  ]);
}

function logsOf({ region, account }: Stack, logGroup: string, reportGroup: string): string[] {
  return [
    `Resource::arn:aws:logs:${region}:${account}:log-group:/aws/codebuild/${logGroup}`,
    `Resource::arn:aws:codebuild:${region}:${account}:report-group/${reportGroup}`,
  ];
}

/** by exact findings, so that a wildcard that is new is found */
export function acknowledge(scope: IConstruct, reason: string, wildcards: string[]): void {
  const findings = wildcards.map((wildcard) => ({ id: `AwsSolutions::AwsSolutions-IAM5[${wildcard}]`, reason }));
  Validations.of(scope).acknowledge(...findings);
}
