import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { dataIdentifiers } from '../contract/secret-patterns';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers-cred-types.html */
const MANAGED = ['AwsSecretKey', 'OpenSshPrivateKey', 'PgpPrivateKey', 'PkcsPrivateKey', 'PuttyPrivateKey'];

/**
 * A data protection policy that masks credentials in a log group; reading them takes `logs:Unmask`.
 *
 * It is a best effort: it knows credentials by the formats of the usual services, and one of another format, encoded or
 * cut in two stays readable. Only the log group is masked: traces, which go elsewhere, are not.
 *
 * At most 10 identifiers of our own, each of at most 200 characters and few signs.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
 */
export function maskCredentials(scope: IConstruct): object {
  const { partition } = Stack.of(scope);
  const custom = dataIdentifiers();
  const dataIdentifier = [
    ...MANAGED.map((name) => `arn:${partition}:dataprotection::aws:data-identifier/${name}`),
    ...Object.keys(custom),
  ];
  return {
    Name: 'coding-agents',
    Description: 'Masks credentials',
    Version: '2021-06-01',
    Statement: [
      { Sid: 'audit', DataIdentifier: dataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'mask', DataIdentifier: dataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
    Configuration: { CustomDataIdentifier: Object.entries(custom).map(([Name, Regex]) => ({ Name, Regex })) },
  };
}
