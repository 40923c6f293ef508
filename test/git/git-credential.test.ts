import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Fixture, messages, resource, thrownBy } from '../fixture';
import { TestNetwork } from '../storage/network-fixture';
import { GitCredential } from '../../lib/git/git-credential';
import { appOf, ENV, KEY_ARN, makeCredential, makeStack, packed, strictly } from './fixture';

const FUNCTION = 'AWS::Lambda::Function';
const ALIAS = { Ref: expect.stringMatching(/^CloneAlias/) };

test('is a function of its own, called by its alias only', () => {
  const { stack, made } = makeCredential();
  const template = Template.fromStack(stack);
  template.hasResourceProperties(FUNCTION, {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Timeout: 15,
    ReservedConcurrentExecutions: 10,
    Environment: { Variables: { KEY_ARN } },
  });
  template.resourceCountIs('AWS::Lambda::Url', 0);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
  expect(stack.resolve(made.functionArn)).toEqual(ALIAS);
  expect(stack.resolve(made.alias.functionArn)).toEqual(ALIAS);
  expect(stack.resolve(made.functionName)).toEqual({ Ref: expect.stringMatching(/^CloneFunction/) });
});

test('is told the App and the repositories, and shows them', () => {
  const { stack } = makeCredential({ repositories: ['acme/web'] });
  const config = JSON.parse(packed(stack, 'Clone').read('config.json'));
  expect(config).toEqual({
    apiUrl: 'https://api.github.com',
    clientId: 'Iv23liAbCdEfGhIjKlMn',
    installationId: 12345678,
    repositories: ['acme/web'],
  });
  const { Metadata } = resource(Template.fromStack(stack), FUNCTION);
  expect(Metadata['cdk-coding-agents:github']).toEqual({ ...config, permissions: { contents: 'read' } });
});

describe('allowPush', () => {
  const REASON = 'release branches are pushed by the nightly agent, main is protected';

  test('lets tokens push, and says why in the template', () => {
    const { stack } = makeCredential({ allowPush: { reason: REASON } });
    const { Metadata, Properties } = resource(Template.fromStack(stack), FUNCTION);
    expect(Metadata['cdk-coding-agents:github'].permissions).toEqual({ contents: 'write' });
    expect(Metadata['cdk-coding-agents:allowPush']).toBe(REASON);
    expect(Properties.Description).toBe('Gives coding agents tokens to read and push to one repository at GitHub');
    expect(JSON.parse(packed(stack, 'Clone').read('config.json')).allowPush).toBe(true);
  });

  test('is off by default', () => {
    const { stack } = makeCredential();
    const { Metadata, Properties } = resource(Template.fromStack(stack), FUNCTION);
    expect(Metadata['cdk-coding-agents:allowPush']).toBeUndefined();
    expect(Properties.Description).toBe('Gives coding agents tokens to read one repository at GitHub');
    expect(JSON.parse(packed(stack, 'Clone').read('config.json'))).not.toHaveProperty('allowPush');
  });

  test.each([
    ['a short reason', 'because', "the reason of allowPush says too little (got 'because'); allowed: at least 20"],
    ['a secret', `the token is ghp_${'a'.repeat(36)}`, 'the reason of allowPush'],
  ])('refuses %s', (_, reason, text) => {
    const error = thrownBy(() => makeCredential({ allowPush: { reason } }));
    expect(error.text).toContain(text);
    expect(error.text).not.toContain('ghp_');
  });
});

test('is measured as brokers are', () => {
  const { stack, made } = makeCredential();
  expect(stack.resolve(made.metricMints().toMetricConfig().metricStat)).toMatchObject({
    namespace: 'CodingAgents/Broker',
    metricName: 'Mints',
    dimensions: [{ name: 'Broker', value: stack.resolve(made.functionName) }],
  });
});

describe('grantInvoke', () => {
  test('lets an agent invoke the alias, and nothing else', () => {
    const fixture = new Fixture({ stackProps: { env: ENV } });
    const agent = fixture.agent();
    const clone = new GitCredential(fixture.stack, 'Clone', appOf(fixture.stack));
    expect(clone.grantInvoke(agent).success).toBe(true);
    const statements = Object.values(fixture.template().findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    expect(statements).toEqual([{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: ALIAS }]);
    fixture.template().resourceCountIs('AWS::Lambda::Permission', 0);
  });

  test('of one agent opens nothing of another', () => {
    const stack = makeStack();
    const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('x.amazonaws.com') });
    const [web, api] = ['Web', 'Api'].map((id) => {
      const clone = new GitCredential(stack, id, { ...appOf(stack), repositories: [`acme/${id.toLowerCase()}`] });
      clone.grantInvoke(role(`${id}Role`));
      return clone;
    });
    const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
    const granted = Object.entries(policies).map(([id, { Properties }]) => [
      id.slice(0, 3),
      Properties.PolicyDocument.Statement[0].Resource,
    ]);
    expect(granted).toEqual([
      ['Web', stack.resolve(web.functionArn)],
      ['Api', stack.resolve(api.functionArn)],
    ]);
  });

  test('takes a user', () => {
    const { stack, made } = makeCredential();
    expect(made.grantInvoke(new iam.User(stack, 'Me')).success).toBe(true);
  });

  test('says so where the policy of a role is not its own', () => {
    const { stack, made } = makeCredential();
    made.grantInvoke(new iam.ArnPrincipal(`arn:aws:iam::${ENV.account}:role/agent`));
    expect(messages({ stack })).toEqual([
      "the policy of this principal cannot be extended here, so it may not get tokens (got 'Stack/Clone'); allowed: a role or user whose policy this app may change; allow it lambda:InvokeFunction on functionArn where its policy is kept [ack: cdk-coding-agents:gitCredentialNotGranted]",
    ]);
  });

  test.each<[string, iam.IPrincipal]>([
    ['everyone', new iam.AnyPrincipal()],
    ['everyone, otherwise', new iam.StarPrincipal()],
    ['everyone by ARN', new iam.ArnPrincipal('*')],
    ['the account', new iam.AccountRootPrincipal()],
    ['an account', new iam.AccountPrincipal(ENV.account)],
    ['an organization', new iam.OrganizationPrincipal('o-1234567890')],
    ['a service', new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com')],
    ['two roles', new iam.CompositePrincipal(new iam.ArnPrincipal('arn:a'), new iam.ArnPrincipal('arn:b'))],
  ])('refuses %s', (_, principal) => {
    const error = thrownBy(() => makeCredential().made.grantInvoke(principal));
    expect(error.code).toBe('InvokerNotNamed');
    expect(error.text).toContain('this would let more than one role or user get tokens (got ');
    expect(error.text).toContain(
      '; allowed: an agent, a role or a user; name each of them: gitCredential.grantInvoke(agent)',
    );
  });

  test('refuses another account', () => {
    const { stack, made } = makeCredential();
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::999999999999:role/agent');
    const error = thrownBy(() => made.grantInvoke(role));
    expect(error.code).toBe('ForeignInvoker');
    expect(error.text).toContain(
      "a principal would get tokens that is in another account than this function (got '999999999999'); allowed: 111122223333; make a GitCredential in that account",
    );
  });
});

test.each([
  ['any account', undefined],
  ['a known account', ENV],
])('CloudFormation has nothing to say in %s', (_, env) => {
  strictly(env, (stack: Stack) => {
    const network = new TestNetwork(stack);
    new GitCredential(stack, 'Push', { ...appOf(stack), allowPush: { reason: 'pushes are reviewed afterwards' } });
    new GitCredential(stack, 'Clone', { ...appOf(stack), network }).grantInvoke(
      new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }),
    );
  });
});
