import type { Stack } from 'aws-cdk-lib';
import { Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { GitHubAppKey } from '../../lib/git/github-app-key';
import { messages, resource, thrownBy } from '../fixture';
import { KEY_ARN, makeBroker, makeStack } from './fixture';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:github-app-AbCdEf';
const POLICY = 'AWS::IAM::ManagedPolicy';
const RSA = { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY };

/** the template of a broker with this key */
function templateWith(key: (stack: Stack) => GitHubAppKey, stack = makeStack()): Template {
  makeBroker({ key: key(stack) }, stack);
  return Template.fromStack(stack);
}
const variables = (template: Template) => resource(template, 'AWS::Lambda::Function').Properties.Environment.Variables;
const statements = (template: Template) => resource(template, POLICY).Properties.PolicyDocument.Statement.slice(0, -1);

describe('in KMS', () => {
  test('a key with imported material brings no warning', () => {
    const stack = makeStack();
    const key = new kms.Key(stack, 'Key', RSA);
    (key.node.defaultChild as kms.CfnKey).origin = 'EXTERNAL';
    const template = templateWith(() => GitHubAppKey.kms(key), stack);
    expect(variables(template)).toEqual({ KEY_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } });
    expect(messages({ stack })).toEqual([]);
  });

  test('a key that KMS makes up is one that GitHub does not know', () => {
    const stack = makeStack();
    templateWith(() => GitHubAppKey.kms(new kms.Key(stack, 'Key', RSA)), stack);
    expect(messages({ stack })).toEqual([
      "KMS makes up this key itself, and GitHub does not know it: every call will be refused (got 'Stack/Key'); allowed: a key with origin EXTERNAL that holds the App's own key; import the key that GitHub gave you: see docs/github-app.md [ack: cdk-coding-agents:gitHubKeyNotImported]",
    ]);
  });

  test('a key of another account is taken', () => {
    const arn = KEY_ARN.replace('111122223333', '999999999999');
    const template = templateWith((stack) => GitHubAppKey.kms(kms.Key.fromKeyArn(stack, 'Key', arn)));
    expect(statements(template)).toMatchObject([{ Action: 'kms:Sign', Resource: arn }]);
  });

  test.each<[string, kms.KeyProps, string]>([
    ['symmetric', {}, 'SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT'],
    ['for encryption', { keySpec: kms.KeySpec.RSA_2048 }, 'RSA_2048, ENCRYPT_DECRYPT'],
    ['larger', { ...RSA, keySpec: kms.KeySpec.RSA_4096 }, 'RSA_4096, SIGN_VERIFY'],
    ['elliptic', { ...RSA, keySpec: kms.KeySpec.ECC_NIST_P256 }, 'ECC_NIST_P256, SIGN_VERIFY'],
  ])('a key that is %s is refused', (_, props, got) => {
    const error = thrownBy(() => templateWith((stack) => GitHubAppKey.kms(new kms.Key(stack, 'Key', props))));
    expect(error.code).toBe('KeyCannotSignForGitHub');
    expect(error.text).toContain(
      `the key of the GitHub App cannot sign as GitHub asks for (got '${got}'); allowed: RSA_2048, SIGN_VERIFY; make such a key with origin EXTERNAL and import the key that GitHub gave you: see docs/github-app.md`,
    );
  });

  test('an alias is refused', () => {
    const alias = (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/github-app');
    const error = thrownBy(() => templateWith((stack) => GitHubAppKey.kms(alias(stack))));
    expect(error.code).toBe('KeyIsAlias');
    expect(error.text).toContain("the key of the GitHub App is an alias (got 'Stack/Alias')");
  });

  test('a key of another region is refused', () => {
    const arn = KEY_ARN.replace('eu-west-1', 'us-east-1');
    const error = thrownBy(() => templateWith((stack) => GitHubAppKey.kms(kms.Key.fromKeyArn(stack, 'Key', arn))));
    expect(error.code).toBe('ForeignKey');
    expect(error.text).toContain(
      "the key of the GitHub App is in another region than the stack that uses it (got 'us-east-1')",
    );
  });
});

describe('in Secrets Manager', () => {
  test('is read by its ARN, and its value is nowhere', () => {
    const template = templateWith((stack) =>
      GitHubAppKey.secret(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN)),
    );
    expect(variables(template)).toEqual({ SECRET_ARN });
    expect(statements(template)).toEqual([
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: SECRET_ARN },
    ]);
    expect(JSON.stringify(template.toJSON())).not.toContain('{{resolve:secretsmanager');
  });

  test('may be a field of the secret', () => {
    const template = templateWith((stack) =>
      GitHubAppKey.secret(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN), 'pem'),
    );
    expect(variables(template)).toEqual({ SECRET_ARN, SECRET_FIELD: 'pem' });
  });

  test('is decrypted with the key of the secret, for this secret only', () => {
    const stack = makeStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey });
    const template = templateWith(() => GitHubAppKey.secret(secret), stack);
    const secretRef = { Ref: Match.stringLikeRegexp('^Secret') };
    template.hasResourceProperties(POLICY, {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
            Condition: {
              StringEquals: {
                'kms:EncryptionContext:SecretARN': secretRef,
                'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
              },
            },
          },
        ]),
      },
    });
  });

  test('a field known only at deployment is taken as it is', () => {
    const field = Lazy.string({ produce: () => 'pem' });
    const template = templateWith((stack) =>
      GitHubAppKey.secret(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN), field),
    );
    expect(variables(template).SECRET_FIELD).toBe('pem');
  });

  test.each<[string, string, (stack: Stack) => secretsmanager.ISecret]>([
    [
      'ForeignSecret',
      "the secret of the GitHub App is in another region than the stack that uses it (got 'us-east-1'); allowed: eu-west-1; replicate the secret to this region and refer to the replica",
      (stack) =>
        secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN.replace('eu-west-1', 'us-east-1')),
    ],
    [
      'SecretArnIncomplete',
      'the complete ARN of the secret of the GitHub App is not known (got ',
      (stack) => secretsmanager.Secret.fromSecretNameV2(stack, 'Secret', Lazy.string({ produce: () => 'x' })),
    ],
    [
      'ForeignSecretNeedsKey',
      "the secret of the GitHub App is in another account and its encryption key is not known (got '999999999999')",
      (stack) =>
        secretsmanager.Secret.fromSecretCompleteArn(
          stack,
          'Secret',
          SECRET_ARN.replace('111122223333', '999999999999'),
        ),
    ],
  ])('%s', (code, text, secret) => {
    const error = thrownBy(() => templateWith((stack) => GitHubAppKey.secret(secret(stack))));
    expect(error.code).toBe(code);
    expect(error.text).toContain(text);
  });

  test('of another account is taken with its key', () => {
    const secretCompleteArn = SECRET_ARN.replace('111122223333', '999999999999');
    const keyArn = KEY_ARN.replace('111122223333', '999999999999');
    const template = templateWith((stack) => {
      const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn);
      return GitHubAppKey.secret(
        secretsmanager.Secret.fromSecretAttributes(stack, 'Secret', { secretCompleteArn, encryptionKey }),
      );
    });
    expect(variables(template)).toEqual({ SECRET_ARN: secretCompleteArn });
    expect(statements(template)).toMatchObject([
      { Action: 'secretsmanager:GetSecretValue', Resource: secretCompleteArn },
      { Action: 'kms:Decrypt', Resource: keyArn },
    ]);
  });

  test.each([
    ['', 'jsonKey of the GitHub App is not the name of a key in a JSON object'],
    [' ', 'jsonKey of the GitHub App is not the name of a key in a JSON object'],
    ['x'.repeat(129), 'jsonKey of the GitHub App is not the name of a key in a JSON object'],
    ['-----BEGIN PRIVATE KEY-----MIIE', 'jsonKey is a private key, and would be plain text'],
  ])('jsonKey %j', (jsonKey, text) => {
    const stack = makeStack();
    const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN);
    const error = thrownBy(() => GitHubAppKey.secret(secret, jsonKey));
    expect(error.code).toBe('InvalidJsonKey');
    expect(error.text).toBe(
      `${text}; allowed: 1 to 128 characters, and never the credential itself; store the key in the secret; leave jsonKey away where the whole secret is the key`,
    );
  });
});
