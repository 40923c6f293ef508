import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AllowBucketOptions } from './agent-network-props';

const READ = ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'];
const WRITE = [
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:ListBucketMultipartUploads',
  's3:ListMultipartUploadParts',
  's3:PutObject',
];

/**
 * The way to S3, for the buckets named and no others: whoever may reach any bucket may write into his own.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html
 */
export class S3Endpoint extends Construct {
  private readonly endpoint: ec2.GatewayVpcEndpoint;

  constructor(scope: Construct, id: string, vpc: ec2.IVpc, subnets: ec2.ISubnet[]) {
    super(scope, id);
    const { region, partition } = Stack.of(this);
    this.endpoint = new ec2.GatewayVpcEndpoint(this, 'Resource', {
      vpc,
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets }],
    });
    const agentCore = { 'aws:PrincipalServiceName': 'bedrock-agentcore.amazonaws.com' };
    // ECR keeps the layers of container images here
    this.allow(`arn:${partition}:s3:::prod-${region}-starport-layer-bucket`, ['s3:GetObject']);
    this.allow(`arn:${partition}:s3:::acr-code-*-${region}-an`, ['s3:GetObject'], agentCore);
    const sessionStorage = `arn:${partition}:s3:::acr-storage-*-${region}-an`;
    this.allow(sessionStorage, ['s3:GetObject', 's3:ListBucket', 's3:PutObject'], agentCore);
  }

  public allowBucket(bucket: s3.IBucket, options: AllowBucketOptions): void {
    this.allow(bucket.bucketArn, options.write === true ? [...READ, ...WRITE] : READ);
  }

  private allow(bucketArn: string, actions: string[], equals?: Record<string, string>): void {
    this.endpoint.addToPolicy(
      new iam.PolicyStatement({
        principals: [new iam.StarPrincipal()],
        actions,
        resources: [bucketArn, `${bucketArn}/*`],
        conditions: equals && { StringEquals: equals },
      }),
    );
  }
}
