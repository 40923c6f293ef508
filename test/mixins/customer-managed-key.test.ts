import { App, Aspects, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import {
  AgentNetwork,
  AgentCli,
  CodingAgent,
  InboundAuth,
  McpGateway,
  mixins,
  S3FilesFileSystem,
  TokenVaultKey,
  ToolPolicy,
} from '../../lib';
import { STRICT, messages, thrownBy } from '../fixture';

const ENV = { env: { account: '111122223333', region: 'eu-central-1' } };

function team(build: (stack: Stack, key: kms.Key) => unknown, context = {}): { stack: Stack; template: Template } {
  const stack = new Stack(new App({ context }), 'Team', ENV);
  const key = new kms.Key(stack, 'Key');
  build(stack, key);
  Aspects.of(stack).add(new mixins.CustomerManagedKey(key));
  return { stack, template: Template.fromStack(stack) };
}

const everything = (stack: Stack, key: kms.Key): void => {
  const network = new AgentNetwork(stack, 'Network');
  new S3FilesFileSystem(stack, 'Skills', { network, seed: __dirname, encryptionKey: key });
  new TokenVaultKey(stack, 'Vault', { key });
  const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/agents/claude:1';
  const cli = AgentCli.fromArtifact(agentcore.AgentRuntimeArtifact.fromImageUri(image));
  new CodingAgent(stack, 'Agent', { cli, network });
};

test('reaches every log group and function, those of helpers too', () => {
  const { template } = team(everything);
  const keyOf = (type: string, property: string): unknown[] =>
    Object.values<any>(template.findResources(type)).map(({ Properties }) => Properties[property]);
  const functions = keyOf('AWS::Lambda::Function', 'KmsKeyArn');
  const groups = keyOf('AWS::Logs::LogGroup', 'KmsKeyId');
  // of the prefix list, of seeds and of the vault
  expect(functions.length).toBeGreaterThanOrEqual(3);
  expect(groups.length).toBeGreaterThanOrEqual(6);
  const arn = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  [...functions, ...groups].forEach((one) => expect(one).toEqual(arn));
});

test('lets CloudWatch Logs use the key once, and no role of a function', () => {
  const { template } = team(everything);
  const [key] = Object.values<any>(template.findResources('AWS::KMS::Key'));
  const ofLogs = key.Properties.KeyPolicy.Statement.filter(
    ({ Principal, Condition }: any) =>
      /^logs\./.test(Principal.Service) && /log-group:\*/.test(JSON.stringify(Condition)),
  );
  expect(ofLogs).toHaveLength(1);
  const policies = Object.values<any>(template.findResources('AWS::IAM::Policy'));
  expect(policies.filter((policy) => /kms:/.test(JSON.stringify(policy)))).toEqual([]);
});

test('leaves a key that is there', () => {
  const { template } = team((stack) => {
    const other = new kms.Key(stack, 'Other');
    new logs.LogGroup(stack, 'Group', { encryptionKey: other });
  });
  const [group] = Object.values<any>(template.findResources('AWS::Logs::LogGroup'));
  expect(group.Properties.KmsKeyId).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Other/), 'Arn'] });
});

test('names what cannot be given a key afterwards, with the prop to set', () => {
  const { stack } = team((scope) => {
    const network = new AgentNetwork(scope, 'Network');
    new McpGateway(scope, 'Tools', { inboundAuth: InboundAuth.iam(), policies: [ToolPolicy.permitAll()] });
    new S3FilesFileSystem(scope, 'Skills', { network });
  });
  const said = messages({ stack }).filter((text) => text.includes('has no key of yours'));
  expect(said).toEqual([
    expect.stringMatching(/Tools\/Policies\/Engine.*before its first deployment/),
    expect.stringMatching(/Tools\/Gateway.*set encryptionKey of the McpGateway, or.*noCustomerKey/),
    expect.stringMatching(/Skills\/Bucket.*s3\.BucketEncryption\.KMS/),
    expect.stringMatching(/Skills.*set encryptionKey of the S3FilesFileSystem/),
  ]);
});

test('refuses a key of another region or account, an alias, and what is no key', () => {
  const at = (arn: string): string =>
    thrownBy(() => {
      const stack = new Stack(new App(), 'Team', ENV);
      new logs.LogGroup(stack, 'Group');
      Aspects.of(stack).add(new mixins.CustomerManagedKey(kms.Key.fromKeyArn(stack, 'Key', arn)));
      Template.fromStack(stack);
    }).code;
  const id = 'key/1234abcd-12ab-34cd-56ef-1234567890ab';
  expect(at(`arn:aws:kms:us-east-1:111122223333:${id}`)).toBe('ForeignKey');
  expect(at(`arn:aws:kms:eu-central-1:444455556666:${id}`)).toBe('ForeignKey');
  expect(thrownBy(() => new mixins.CustomerManagedKey('arn:aws:kms' as any)).code).toBe('WrongKind');
});

test('passes the strict validator', () => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    team(
      (stack, key) => new McpGateway(stack, 'Tools', { inboundAuth: InboundAuth.iam(), encryptionKey: key }),
      STRICT,
    );
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
