import { Stack, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { invalid } from './errors';
import { surelyDiffer } from './references';

/** Where a key has to be. */
export type KeyPlace = 'region' | 'account and region';

/** Refuses an alias and a key of another place; `prop` is what the user calls the key. */
export function checkKeyPlace(scope: Construct, key: kms.IKey, prop: string, place: KeyPlace): void {
  if ('aliasName' in key || (!Token.isUnresolved(key.keyArn) && !key.keyArn.includes(':key/'))) {
    throw invalid(scope, 'KeyIsAlias', {
      what: `${prop} is an alias`,
      got: key.node.path,
      allowed: 'the key itself: rights are given on its ARN, and an alias may be moved to another key',
      fix: 'use kms.Key.fromKeyArn(...), or the key construct that the alias points to',
    });
  }
  const stack = Stack.of(scope);
  for (const part of place === 'region' ? (['region'] as const) : (['region', 'account'] as const)) {
    if (surelyDiffer(key.env[part], stack[part])) {
      throw invalid(scope, 'ForeignKey', {
        what: `${prop} is in another ${part}`,
        got: key.env[part],
        allowed: stack[part],
        fix: `use a key of this ${part}`,
      });
    }
  }
}

/** What is known of a key that the app makes; undefined for an import. */
export function madeKey(key: kms.IKey): kms.CfnKey | undefined {
  const resource = key.node.defaultChild;
  return kms.CfnKey.isCfnKey(resource) ? resource : undefined;
}
