import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { KeyException } from './model/model-key';
import { DENIED_ACTIONS } from '../contract/denied-actions';
import { oncePerStack } from '../private/per-stack';

const ID = 'CodingAgentsGuardrail';
/** for agents whose model asks for a key */
const ID_WITH_KEY = 'CodingAgentsGuardrailWithKey';

/**
 * The explicit Deny list, one for all agents of a stack: it is the same for each and counts once.
 *
 * Any process in a microVM can read the credentials of the role from the metadata service. So the role must not reach a
 * long-lived credential, act for a user whom it merely names, change what guards it, or run code as somebody else.
 * An agent that deploys does so as another role, by sts:AssumeRole, which is not denied.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-credentials-management.html
 */
export function guardrailPolicyOf(scope: Construct): iam.ManagedPolicy {
  return oncePerStack(
    scope,
    ID,
    (stack) =>
      new iam.ManagedPolicy(stack, ID, {
        description: 'What coding agents may never do, whatever is granted to them',
        statements: [...denials(), noApiKey(), noSecret(), noSecureValue(['secretsmanager', 'ssm'])],
      }),
  );
}

/**
 * The same for agents whose model asks for a key. What they may not fetch stands in a policy of their own, since it
 * spares the key of just this agent: see `exceptKey`.
 */
export function guardrailPolicyWithKey(scope: Construct): iam.ManagedPolicy {
  return oncePerStack(
    scope,
    ID_WITH_KEY,
    (stack) =>
      new iam.ManagedPolicy(stack, ID_WITH_KEY, {
        description: 'What coding agents with a model key may never do, whatever is granted to them',
        statements: [...denials(), noSecureValue(['ssm'])],
      }),
  );
}

/** Every key and secret but this one, of which only the value may be read. */
export function exceptKey({ vaultArns, secretArn }: KeyException): iam.PolicyStatement[] {
  return [
    noApiKey(vaultArns),
    noSecret(secretArn),
    new iam.PolicyStatement({
      sid: 'SecretStaysAsItIs',
      effect: iam.Effect.DENY,
      actions: ['Delete*', 'Put*', 'Re*', 'Rotate*', 'Update*', 'Cancel*', 'Tag*', 'Untag*'].map(
        (verb) => `secretsmanager:${verb}`,
      ),
      resources: [secretArn],
    }),
    noSecureValue(['secretsmanager'], {
      // an ARN whose end is not known ends in question marks
      [secretArn.endsWith('?') ? 'StringNotLike' : 'StringNotEquals']: { 'kms:EncryptionContext:SecretARN': secretArn },
    }),
  ];
}

function denials(): iam.PolicyStatement[] {
  return Object.entries(DENIED_ACTIONS).map(
    ([sid, actions]) =>
      new iam.PolicyStatement({ sid, effect: iam.Effect.DENY, actions: [...actions], resources: ['*'] }),
  );
}

function noApiKey(spared?: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NoApiKey',
    effect: iam.Effect.DENY,
    actions: ['bedrock-agentcore:GetResourceApiKey'],
    ...(spared === undefined ? { resources: ['*'] } : { notResources: spared }),
  });
}

function noSecret(spared?: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NoSecret',
    effect: iam.Effect.DENY,
    actions: ['secretsmanager:*'],
    ...(spared === undefined ? { resources: ['*'] } : { notResources: [spared] }),
  });
}

/** a secure parameter of Systems Manager is a secret too; plain ones stay readable */
function noSecureValue(services: string[], unless: Record<string, object> = {}): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'NoSecureParameter',
    effect: iam.Effect.DENY,
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: {
      StringLike: { 'kms:ViaService': services.map((service) => `${service}.*.amazonaws.com`) },
      ...unless,
    },
  });
}
