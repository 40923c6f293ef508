import { Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { invalid } from './errors';
import { secretIn } from '../contract/secret-patterns';

/** Refuses a secret of the app whose value is a literal in it; `prop` is what the user calls the secret. */
export function checkNoValueInTemplate(scope: Construct, secret: secretsmanager.ISecret, prop: string): void {
  const resource = secret.node.defaultChild;
  if (!secretsmanager.CfnSecret.isCfnSecret(resource)) {
    return;
  }
  const kind = secretIn(JSON.stringify(Stack.of(resource).resolve(resource.secretString) ?? ''));
  if (kind !== undefined) {
    throw invalid(scope, 'SecretValueInTemplate', {
      what: `the value of the secret of ${prop} stands in the template and looks like ${kind}`,
      got: secret.node.path,
      allowed: 'a secret whose value is stored outside of the app',
      fix: 'revoke this credential, make the secret without a value, and store a new one in it after deployment',
    });
  }
}
