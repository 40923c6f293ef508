import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import type { IConstruct, IDependable } from 'constructs';
import { Construct } from 'constructs';
import { basename, resolve } from 'node:path';
import { acknowledgeUnlessChanged } from '../../private/acknowledge';
import { Acknowledgements } from '../../private/acknowledgements';
import { invalid } from '../../private/errors';
import { checkFolder } from '../../private/folders';
import { oncePerStack } from '../../private/per-stack';
import type { S3FilesFileSystemProps } from './file-system-props';
import { checkDirectory } from './path';

// the deployment tags the bucket with its target, and a tag key ends at 128 characters and takes no other ones
const LONGEST_TARGET = 100;
const TARGET = /^[A-Za-z0-9 ._\-+=@:/]*$/;

const HANDLER_ID = 'CodingAgentsSeedHandler';
const HANDLER_MEMORY_MIB = 1025;

interface Copy {
  readonly asset: s3assets.Asset;
  readonly bucket: s3.IBucket;
  readonly target: string;
}

/** Copies the seed into the bucket; returns what to wait for before its files are there. */
export function seedBucket(scope: Construct, props: S3FilesFileSystemProps, bucket: s3.IBucket): IDependable[] {
  if (props.seed === undefined) {
    if (props.seedPath !== undefined) {
      throw invalid(scope, 'SeedPathWithoutSeed', {
        what: 'seedPath says where to copy to, but there is no seed to copy',
        got: props.seedPath,
        fix: 'give `seed`, a folder on disk, or leave seedPath away',
      });
    }
    return [];
  }
  checkFolder(scope, props.seed, 'seed');
  const target = targetOf(scope, props, props.seed);
  const asset = new s3assets.Asset(scope, 'SeedAsset', { path: props.seed });
  const handler = SeedHandler.of(scope);
  const policy = new iam.ManagedPolicy(scope, 'SeedPolicy', {
    description: `Copies the seed of ${scope.node.path} into its bucket`,
    roles: [handler.role],
    statements: statements(scope, { asset, bucket, target }),
  });
  acknowledgeUnlessChanged(policy, Acknowledgements.SEED_TARGET, { resources: [bucket.arnForObjects(below(target))] });
  const deployment = new s3deploy.BucketDeployment(scope, 'Seed', {
    sources: [s3deploy.Source.bucket(asset.bucket, asset.s3ObjectKey)],
    destinationBucket: bucket,
    destinationKeyPrefix: target === '' ? undefined : target,
    // agents and people may have put files next to it
    prune: false,
    retainOnDelete: true,
    outputObjectKeys: false,
    ...handler.settings,
  });
  deployment.node.addDependency(policy, handler);
  return [deployment];
}

/** the key prefix to copy to, without slashes at its ends */
function targetOf(scope: Construct, props: S3FilesFileSystemProps, folder: string): string {
  const { prefix = '', seedPath = `/${basename(resolve(folder))}` } = props;
  for (const [name, value] of Object.entries({ prefix, seedPath })) {
    if (Token.isUnresolved(value)) {
      throw invalid(scope, 'SeedTargetNotLiteral', {
        what: `${name} is known only at deployment`,
        allowed: 'a literal where there is a seed: the right to copy is limited to it',
        fix: 'write it out',
      });
    }
  }
  checkDirectory(scope, seedPath, props.seedPath === undefined ? 'the name of the seed folder' : 'seedPath');
  const target = `${prefix}${seedPath.slice(1)}`.replace(/\/$/, '');
  if (target.length > LONGEST_TARGET || !TARGET.test(target)) {
    throw invalid(scope, 'InvalidSeedTarget', {
      what: 'prefix and seedPath together make a place that a seed cannot be copied to',
      got: target,
      allowed: `at most ${LONGEST_TARGET} characters: letters, digits, spaces and . _ - + = @ : /`,
      fix: 'set a shorter or plainer seedPath',
    });
  }
  return target;
}

/**
 * What the function that copies seeds runs as and logs to, once a stack.
 *
 * aws-cdk makes one such function for each stack and memory size, with the role of whoever comes first. The odd size
 * keeps ours apart: another deployment of the app would otherwise end up with our role, which takes no further rights.
 */
class SeedHandler extends Construct {
  public static of(scope: IConstruct): SeedHandler {
    return oncePerStack(scope, HANDLER_ID, (stack) => new SeedHandler(stack));
  }

  public readonly role: iam.Role;

  /** what to hand to each deployment */
  public readonly settings: {
    readonly role: iam.IRole;
    readonly logGroup: logs.ILogGroup;
    readonly memoryLimit: number;
  };

  private constructor(stack: Stack) {
    super(stack, HANDLER_ID);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      description: 'Copies seeds of S3 Files file systems into their buckets',
      // AWS does not say that Lambda sets aws:SourceAccount here, so the trust is not pinned
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    new iam.ManagedPolicy(this, 'LogPolicy', {
      description: 'Logs of the function that copies seeds',
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
        }),
      ],
    });
    // the deployment would grant itself all of both buckets
    this.settings = { role: this.role.withoutPolicyUpdates(), logGroup, memoryLimit: HANDLER_MEMORY_MIB };
  }
}

function statements(scope: Construct, { asset, bucket, target }: Copy): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'ReadAsset',
      actions: ['s3:GetObject'],
      resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
    }),
    new iam.PolicyStatement({
      sid: 'CompareTarget',
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: target === '' ? undefined : { StringLike: { 's3:prefix': below(target) } },
    }),
    new iam.PolicyStatement({
      sid: 'WriteTarget',
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: [bucket.arnForObjects(below(target))],
    }),
    ...(bucket.encryptionKey === undefined
      ? []
      : [
          new iam.PolicyStatement({
            sid: 'EncryptTarget',
            // decrypt: S3 reads back the parts of a large upload
            actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
            resources: [bucket.encryptionKey.keyArn],
            conditions: {
              StringEquals: { 'kms:ViaService': `s3.${Stack.of(scope).region}.amazonaws.com` },
              StringLike: {
                'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, bucket.arnForObjects(below(target))],
              },
            },
          }),
        ]),
  ];
}

/** the keys of everything in the target */
function below(target: string): string {
  return target === '' ? '*' : `${target}/*`;
}
