import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers-cred-types.html */
const MANAGED = ['AwsSecretKey', 'OpenSshPrivateKey', 'PgpPrivateKey', 'PkcsPrivateKey', 'PuttyPrivateKey'];

/**
 * What the credentials of the services behind tools look like, in the few signs that CloudWatch Logs allows.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
 */
const CUSTOM: Record<string, string> = {
  GitHubToken: 'gh[oprsu]_[A-Za-z0-9_.-]{20,}',
  GitHubPersonalToken: 'github_pat_[A-Za-z0-9_]{20,}',
  SignedToken: 'eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}',
  SlackToken: 'xox[abeoprs]-[A-Za-z0-9-]{10,}',
  AtlassianToken: 'ATATT[A-Za-z0-9_=-]{20,}',
};

/** A data protection policy that masks credentials in a log group; reading them takes `logs:Unmask`. */
export function maskCredentials(scope: IConstruct): object {
  const { partition } = Stack.of(scope);
  const dataIdentifier = [
    ...MANAGED.map((name) => `arn:${partition}:dataprotection::aws:data-identifier/${name}`),
    ...Object.keys(CUSTOM),
  ];
  return {
    Name: 'coding-agents',
    Description: 'Masks credentials',
    Version: '2021-06-01',
    Statement: [
      { Sid: 'audit', DataIdentifier: dataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'mask', DataIdentifier: dataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
    Configuration: { CustomDataIdentifier: Object.entries(CUSTOM).map(([Name, Regex]) => ({ Name, Regex })) },
  };
}
