import { Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { McpGateway } from '../../lib/gateway/mcp-gateway';
import type { ConsentPortalProps } from '../../lib/identity/consent/consent-portal';
import { ConsentPortal } from '../../lib/identity/consent/consent-portal';
import { InboundAuth } from '../../lib/identity/inbound-auth';
import { OAuthVendor } from '../../lib/identity/oauth/vendor';
import { OutboundIdentity } from '../../lib/identity/outbound/outbound-identity';
import { messages, resource, STRICT, thrownBy } from '../fixture';
import { DISCOVERY, EMPLOYEES, EU, IdentityFixture, OAUTH, PlainGateway } from './outbound-fixture';

const PORTAL = 'AWS::BedrockAgentCore::ConsentPortal';
const POLICY = 'AWS::IAM::ManagedPolicy';
const AGENTCORE = 'arn:aws:bedrock-agentcore:eu-central-1:111122223333';

const inEu = (context = {}) => new IdentityFixture({ stackProps: EU, context });

function portalIn(fixture: IdentityFixture, props: Partial<ConsentPortalProps> = {}, id = 'Portal'): ConsentPortal {
  return new ConsentPortal(fixture.stack, id, {
    gateway: fixture.gateway,
    clientId: 'portal',
    clientSecret: { secret: fixture.secret, jsonKey: 'portal' },
    ...props,
  });
}

function flat(value: unknown): any {
  return JSON.parse(JSON.stringify(value).replaceAll('{"Ref":"AWS::Partition"}', '"aws"'), (_, v) => {
    const parts = v?.['Fn::Join']?.[1] as unknown[] | undefined;
    return parts?.every((part) => typeof part === 'string') ? parts.join('') : v;
  });
}

test('one gateway, one issuer, its own role', () => {
  const fixture = inEu();
  portalIn(fixture, { audience: 'https://tools.example.com' });
  const template = fixture.template();
  const portal = resource(template, PORTAL);
  expect(portal.Properties).toEqual({
    Name: expect.stringMatching(/^Agents-Portal-[0-9A-F]{8}-[0-9a-f]{8}$/),
    Sources: [
      {
        Identifier: { 'Fn::GetAtt': [expect.stringMatching(/^ToolsGateway/), 'GatewayIdentifier'] },
        Type: 'agentcore-gateway',
      },
    ],
    ExecutionRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^PortalAccessRole/), 'Arn'] },
    IdpConfig: {
      CredentialProviderArn: { 'Fn::GetAtt': [expect.stringMatching(/^PortalIssuer/), 'CredentialProviderArn'] },
      Scopes: ['openid'],
      Audience: 'https://tools.example.com',
    },
  });
  const [policy, list, role] = ['PortalAccessPolicy', 'PortalAccessListPolicy', 'PortalAccessRole'];
  for (const id of [policy, list, role]) {
    expect(portal.DependsOn.some((other: string) => other.startsWith(id))).toBe(true);
  }
  expect(resource(template, OAUTH).Properties.Oauth2ProviderConfigInput).toEqual({
    CustomOauth2ProviderConfig: {
      ClientId: 'portal',
      ClientSecretSource: 'EXTERNAL',
      ClientSecretConfig: { SecretId: expect.anything(), JsonKey: 'portal' },
      ClientAuthenticationMethod: 'CLIENT_SECRET_BASIC',
      OauthDiscovery: { DiscoveryUrl: DISCOVERY },
    },
  });
  expect(messages(fixture)).toEqual([]);
});

test('only this portal may assume the role', () => {
  const fixture = inEu();
  portalIn(fixture, { portalName: 'connect' });
  expect(
    flat(resource(fixture.template(), 'AWS::IAM::Role', 'PortalAccessRole').Properties.AssumeRolePolicyDocument),
  ).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': `${AGENTCORE}:consent-portal/connect-??????????` },
        },
      },
    ],
  });
});

test('the role may do exactly this', () => {
  const fixture = inEu();
  const portal = portalIn(fixture);
  fixture.bind(
    OutboundIdentity.userConsent({
      vendor: OAuthVendor.github(),
      clientId: 'github',
      clientSecret: { secret: new secretsmanager.Secret(fixture.stack, 'GitHub'), jsonKey: 'secret' },
      scopes: ['read:user'],
      portal,
    }),
  );
  const template = fixture.template();
  const nameOf = (id: string) => resource(template, OAUTH, id).Properties.Name as string;
  const providers = [nameOf('PortalIssuer'), nameOf('jira')]
    .map((name) => `${AGENTCORE}:token-vault/default/oauth2credentialprovider/${name}`)
    .sort();
  const vault = `${AGENTCORE}:token-vault/default`;
  const directory = `${AGENTCORE}:workload-identity-directory/default`;
  const gateway = (attribute: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^ToolsGateway/), attribute] });
  const identity = {
    'Fn::Join': [
      '',
      [
        expect.anything(),
        'aws',
        `:bedrock-agentcore:eu-central-1:111122223333:workload-identity-directory/default/workload-identity/`,
        gateway('GatewayIdentifier'),
      ],
    ],
  };
  const { Statement } = flat(resource(template, POLICY, 'PortalAccessPolicy').Properties.PolicyDocument);
  const find = (action: string) => Statement.filter(({ Action }: any) => [Action].flat().includes(action));
  expect(find('bedrock-agentcore:GetGateway')).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'bedrock-agentcore:GetGateway',
        'bedrock-agentcore:GetGatewayTarget',
        'bedrock-agentcore:ListGatewayTargets',
      ],
      Resource: gateway('GatewayArn'),
    },
  ]);
  const tokens = find('bedrock-agentcore:GetResourceOauth2Token');
  expect(tokens).toHaveLength(1);
  expect(tokens[0].Action).toEqual([
    'bedrock-agentcore:CompleteResourceTokenAuth',
    'bedrock-agentcore:GetResourceOauth2Token',
  ]);
  expect(tokens[0].Resource).toHaveLength(5);
  expect(tokens[0].Resource).toEqual(expect.arrayContaining([vault, directory, identity, ...providers]));
  const reads = find('bedrock-agentcore:GetOauth2CredentialProvider');
  expect(reads[0].Resource).toHaveLength(3);
  expect(reads[0].Resource).toEqual(expect.arrayContaining([vault, ...providers]));
  const workload = find('bedrock-agentcore:GetWorkloadAccessTokenForJWT');
  expect(workload[0].Resource).toHaveLength(2);
  expect(workload[0].Resource).toEqual(expect.arrayContaining([directory, identity]));
  expect(find('secretsmanager:GetSecretValue')[0].Resource).toEqual([
    { Ref: expect.stringMatching(/^GitHub/) },
    { Ref: expect.stringMatching(/^Key/) },
  ]);
  expect(Statement).toHaveLength(5);
  expect(flat(resource(template, POLICY, 'PortalAccessListPolicy').Properties.PolicyDocument.Statement)).toEqual([
    {
      Effect: 'Allow',
      Action: 'bedrock-agentcore:ListOauth2CredentialProviders',
      Resource: [vault, `${vault}/oauth2credentialprovider/*`],
    },
  ]);
});

test('the secret and its key may be read, nothing else of them', () => {
  const fixture = inEu();
  const encryptionKey = new kms.Key(fixture.stack, 'Cmk');
  const secret = new secretsmanager.Secret(fixture.stack, 'Own', { encryptionKey });
  portalIn(fixture, { clientSecret: { secret, jsonKey: 'x' } });
  const { Statement } = resource(fixture.template(), POLICY, 'PortalAccessPolicy').Properties.PolicyDocument;
  expect(Statement.filter(({ Action }: any) => /^(kms|secretsmanager):/.test(Action))).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: expect.stringMatching(/^Own/) } },
    expect.objectContaining({
      Action: 'kms:Decrypt',
      Condition: {
        StringEquals: {
          'kms:ViaService': 'secretsmanager.eu-central-1.amazonaws.com',
          'kms:EncryptionContext:SecretARN': { Ref: expect.stringMatching(/^Own/) },
        },
      },
    }),
  ]);
});

test.each([
  ['with a scheme', 'https://x.consent-portal.example.com'],
  ['without a scheme', 'x.consent-portal.example.com'],
])('the URL has exactly one scheme where the service gives it %s', (_, given) => {
  const fixture = new IdentityFixture();
  const portal = portalIn(fixture);
  // what CloudFormation makes of it
  const evaluate = (value: any): any => {
    if (typeof value === 'string') {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map(evaluate);
    }
    if (value['Fn::Join']) {
      return evaluate(value['Fn::Join'][1]).join(value['Fn::Join'][0]);
    }
    if (value['Fn::Split']) {
      return evaluate(value['Fn::Split'][1]).split(value['Fn::Split'][0]);
    }
    expect(value['Fn::GetAtt'][1]).toBe('PortalUrl');
    return given;
  };
  const deployed = (url: string) => evaluate(fixture.resolve(url));
  expect(deployed(portal.portalUrl)).toBe('https://x.consent-portal.example.com');
  expect(deployed(portal.callbackUrl)).toBe('https://x.consent-portal.example.com/callback');
  expect(deployed(portal.returnUrl)).toBe('https://x.consent-portal.example.com/connect/callback');
  expect(fixture.resolve(portal.portalArn)['Fn::GetAtt'][1]).toBe('ConsentPortalArn');
});

test('outputs for people and for the operator', () => {
  const fixture = new IdentityFixture();
  portalIn(fixture).addOutputs();
  const outputs = Object.entries<any>(fixture.template().toJSON().Outputs);
  expect(outputs.map(([id]) => id.slice(0, -8))).toEqual(['PortalUrl', 'PortalCallbackUrl']);
  expect(outputs[1][1].Description).toBe('Register it as a web redirect with the client at the identity provider');
});

test.each<[string[] | undefined, string[]]>([
  [undefined, ['openid']],
  [['tools'], ['openid', 'tools']],
  [
    ['tools', 'openid'],
    ['openid', 'tools'],
  ],
])('scopes %j', (scopes, expected) => {
  const fixture = new IdentityFixture();
  portalIn(fixture, { scopes });
  expect(resource(fixture.template(), PORTAL).Properties.IdpConfig.Scopes).toEqual(expected);
});

test('a gateway that is replaced makes another portal, with another name', () => {
  const nameWith = (gatewayName: string) => {
    const stack = new Stack(undefined, 'Agents');
    const gateway = new McpGateway(stack, 'Tools', { inboundAuth: EMPLOYEES, gatewayName });
    const secret = new secretsmanager.Secret(stack, 'Key');
    new ConsentPortal(stack, 'Portal', { gateway, clientId: 'portal', clientSecret: { secret, jsonKey: 'portal' } });
    return resource(Template.fromStack(stack), PORTAL).Properties.Name;
  };
  expect(nameWith('tools')).toBe(nameWith('tools'));
  expect(nameWith('tools')).not.toBe(nameWith('tools-2'));
});

test('another gateway makes another portal, with another name', () => {
  const nameWith = (make: (fixture: IdentityFixture) => PlainGateway) => {
    const fixture = new IdentityFixture();
    portalIn(fixture, { gateway: make(fixture) });
    return resource(fixture.template(), PORTAL).Properties.Name;
  };
  const other = nameWith(({ stack }) => new PlainGateway(stack, 'Other'));
  expect(nameWith(({ gateway }) => gateway)).toBe(nameWith(({ gateway }) => gateway));
  expect(nameWith(({ gateway }) => gateway)).not.toBe(other);
  const long = new IdentityFixture();
  portalIn(long, {}, 'x'.repeat(150));
  expect(resource(long.template(), PORTAL).Properties.Name).toMatch(/^[a-zA-Z0-9-]{30,50}$/);
});

test('a gateway that another app makes may be imported anywhere in the app', () => {
  const fixture = inEu();
  const gatewayArn = `${AGENTCORE}:gateway/tools-abcdefghij`;
  const attributes = { gatewayArn, inboundAuth: EMPLOYEES };
  const gateway = McpGateway.fromMcpGatewayAttributes(new Stack(fixture.app, 'Far', EU), 'Tools', attributes);
  portalIn(fixture, { gateway });
  expect(resource(fixture.template(), PORTAL).Properties.Sources).toEqual([
    { Identifier: 'tools-abcdefghij', Type: 'agentcore-gateway' },
  ]);
});

describe('refused', () => {
  const iam = ({ stack }: IdentityFixture) => new PlainGateway(stack, 'Signed', InboundAuth.iam());

  test.each<[string, string, (fixture: IdentityFixture) => Partial<ConsentPortalProps>]>([
    ['PortalNeedsUserToken', 'it has no people who could connect an account', (fixture) => ({ gateway: iam(fixture) })],
    ['InvalidPortalName', `(got 'my portal')`, () => ({ portalName: 'my portal' })],
    ['InvalidPortalName', 'a literal of 1 to 50 letters', () => ({ portalName: 'x'.repeat(51) })],
    ['InvalidPortalName', 'leave it away for a generated name', () => ({ portalName: '' })],
    ['InvalidPortalName', 'known only at deployment', () => ({ portalName: Lazy.string({ produce: () => 'x' }) })],
    ['InvalidClientId', 'not the id of an OAuth client', () => ({ clientId: '' })],
    ['OAuthScopeCount', 'scopes is empty', () => ({ scopes: [] })],
    ['InvalidOAuthScope', `(got 'openid email')`, () => ({ scopes: ['openid email'] })],
    [
      'SecretArnIncomplete',
      'secret of clientSecret',
      ({ stack }) => ({
        clientSecret: {
          secret: secretsmanager.Secret.fromSecretNameV2(stack, 'N', Lazy.string({ produce: () => 'x' })),
          jsonKey: 'x',
        },
      }),
    ],
  ])('%s: %s', (code, part, props) => {
    const fixture = new IdentityFixture();
    const error = thrownBy(() => portalIn(fixture, props(fixture)));
    expect(error.code).toBe(code);
    expect(error.text).toContain(part);
  });

  test('a second portal for a gateway', () => {
    const fixture = new IdentityFixture();
    portalIn(fixture);
    const error = thrownBy(() => portalIn(fixture, {}, 'Second'));
    expect(error.code).toBe('GatewayHasPortal');
    expect(error.text).toContain(`(got 'Agents/Portal')`);
  });

  test('a name that another portal of the account and region has', () => {
    const fixture = inEu();
    portalIn(fixture, { portalName: 'connect' });
    const other = new Stack(fixture.app, 'Other', EU);
    const gateway = new PlainGateway(other, 'Tools');
    const client = { clientId: 'portal', clientSecret: { secret: fixture.secret, jsonKey: 'portal' } };
    const make = (portalName: string) => () => new ConsentPortal(other, portalName, { gateway, ...client, portalName });
    const error = thrownBy(make('connect'));
    expect(error.code).toBe('PortalNameTaken');
    expect(error.text).toContain(`it belongs to 'Agents/Portal'`);
  });

  test('a gateway that is made in another stack', () => {
    const fixture = new IdentityFixture();
    const gateway = new PlainGateway(new Stack(fixture.app, 'Far'), 'Tools');
    const error = thrownBy(() => portalIn(fixture, { gateway }));
    expect(error.code).toBe('PortalInOtherStack');
    expect(error.text).toContain(
      "this gateway is made in another stack: the portal would wait for that stack, and it for the portal (got 'Far/Tools in stack 'Far''); allowed: a gateway of stack 'Agents', or one that this app does not make; make the portal in the stack of the gateway",
    );
  });

  test('more providers than fit into a policy', () => {
    const fixtureWith = (count: number) => {
      const fixture = inEu();
      const portal = portalIn(fixture);
      for (let i = 0; i < count; i++) {
        portal._addProvider(`${'x'.repeat(120)}-${i}`, []);
      }
      return fixture;
    };
    expect(() => fixtureWith(8).template()).not.toThrow();
    expect(() => fixtureWith(30).template()).toThrow('what the consent portal may do does not fit into one policy');
  });
});

test('has no finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = inEu(STRICT);
    portalIn(fixture, { audience: 'https://tools.example.com', scopes: ['tools'] }).addOutputs();
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
