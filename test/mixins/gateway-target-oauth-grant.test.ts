import { Lazy, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { GatewayTargetOAuthGrant, OAuthGrantType } from '../../lib/mixins/gateway-target-oauth-grant';
import { resource, STRICT, thrownBy } from '../fixture';
import { IdentityFixture, TARGET } from '../identity/outbound-fixture';

const RETURN = 'https://connect.example.com/done?x=1';
const PROVIDER =
  'arn:aws:bedrock-agentcore:eu-central-1:111122223333:token-vault/default/oauth2credentialprovider/jira';
const EXCHANGE = new GatewayTargetOAuthGrant({ grantType: OAuthGrantType.TOKEN_EXCHANGE });
const CONSENT = new GatewayTargetOAuthGrant({ grantType: OAuthGrantType.AUTHORIZATION_CODE, defaultReturnUrl: RETURN });

const OAUTH = agentcore.GatewayCredentialProvider.fromOauthIdentityArn({
  providerArn: PROVIDER,
  secretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:x-AbCdEf',
  scopes: ['read'],
});

const l2 = (fixture: IdentityFixture, credentials: agentcore.ICredentialProviderConfig[] = [OAUTH]) =>
  agentcore.GatewayTarget.forMcpServer(fixture.stack, 'Target', {
    gateway: fixture.gateway.gateway,
    gatewayTargetName: 'jira',
    endpoint: 'https://mcp.example.com/mcp',
    credentialProviderConfigurations: credentials,
  });

const l1 = (fixture: IdentityFixture, configurations: any) =>
  new agentcore.CfnGatewayTarget(fixture.stack, 'Target', {
    gatewayIdentifier: fixture.gateway.gatewayId,
    name: 'jira',
    targetConfiguration: { mcp: { mcpServer: { endpoint: 'https://mcp.example.com/mcp' } } },
    credentialProviderConfigurations: configurations,
  });

const grantOf = (fixture: IdentityFixture): any =>
  resource(fixture.template(), TARGET).Properties.CredentialProviderConfigurations[0];

test('reaches into the lazy list of the L2 and keeps what is there', () => {
  const fixture = new IdentityFixture();
  l2(fixture).with(CONSENT);
  expect(grantOf(fixture)).toEqual({
    CredentialProviderType: 'OAUTH',
    CredentialProvider: {
      OauthCredentialProvider: {
        ProviderArn: PROVIDER,
        Scopes: ['read'],
        GrantType: 'AUTHORIZATION_CODE',
        DefaultReturnUrl: RETURN,
      },
    },
  });
});

test('works on the L1, and replaces what is set', () => {
  const fixture = new IdentityFixture();
  const oauthCredentialProvider = {
    providerArn: PROVIDER,
    scopes: ['read'],
    grantType: 'AUTHORIZATION_CODE',
    defaultReturnUrl: RETURN,
  };
  l1(fixture, [{ credentialProviderType: 'OAUTH', credentialProvider: { oauthCredentialProvider } }]).with(EXCHANGE);
  expect(grantOf(fixture).CredentialProvider.OauthCredentialProvider).toEqual({
    ProviderArn: PROVIDER,
    Scopes: ['read'],
    GrantType: 'TOKEN_EXCHANGE',
  });
});

test('a list that is known only at deployment is taken as it is', () => {
  const fixture = new IdentityFixture();
  const target = l1(fixture, Lazy.any({ produce: () => ({ Ref: 'Credentials' }) }));
  expect(() => target.with(EXCHANGE)).not.toThrow();
});

test.each<[string, agentcore.ICredentialProviderConfig[]]>([
  ['none', []],
  ['GATEWAY_IAM_ROLE', [agentcore.GatewayCredentialProvider.fromIamRole({ service: 'lambda' })]],
])('a target with %s is refused', (got, credentials) => {
  const target = l2(new IdentityFixture(), credentials);
  const error = thrownBy(() => target.with(EXCHANGE));
  expect(error.code).toBe('TargetWithoutOAuth');
  expect(error.text).toContain(`a grant type is for targets that the gateway calls with an OAuth token (got '${got}')`);
});

test.each<[string, string, OAuthGrantType, string | undefined]>([
  ['ReturnUrlMismatch', 'consent has no URL to return to', OAuthGrantType.AUTHORIZATION_CODE, undefined],
  ['ReturnUrlMismatch', 'for consent only', OAuthGrantType.TOKEN_EXCHANGE, RETURN],
  ['ReturnUrlMismatch', 'for consent only', OAuthGrantType.CLIENT_CREDENTIALS, RETURN],
  ['InvalidReturnUrl', 'must use https', OAuthGrantType.AUTHORIZATION_CODE, 'http://connect.example.com'],
  ['InvalidReturnUrl', 'must not have a fragment', OAuthGrantType.AUTHORIZATION_CODE, 'https://connect.example.com#x'],
  ['InvalidReturnUrl', 'must name a public host', OAuthGrantType.AUTHORIZATION_CODE, 'https://127.0.0.1'],
  ['InvalidReturnUrl', 'is not a URL', OAuthGrantType.AUTHORIZATION_CODE, ''],
])('%s: %s', (code, part, grantType, defaultReturnUrl) => {
  const error = thrownBy(() => new GatewayTargetOAuthGrant({ grantType, defaultReturnUrl }));
  expect(error.code).toBe(code);
  expect(error.text).toContain(part);
});

test('a return URL that is known only at deployment is taken', () => {
  const defaultReturnUrl = Lazy.string({ produce: () => RETURN });
  const make = () => new GatewayTargetOAuthGrant({ grantType: OAuthGrantType.AUTHORIZATION_CODE, defaultReturnUrl });
  expect(make).not.toThrow();
});

test('supports targets only', () => {
  const fixture = new IdentityFixture();
  expect(EXCHANGE.supports(l1(fixture, []))).toBe(true);
  expect(EXCHANGE.supports(new Stack())).toBe(false);
});

test.each([EXCHANGE, CONSENT])('has no finding of the strict validator', (mixin) => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    l2(fixture).with(mixin);
    expect(() => fixture.template()).not.toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});

test('the strict validator knows the path of the override: a wrong one would be found', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    const fixture = new IdentityFixture({ context: STRICT });
    const target = l2(fixture).with(EXCHANGE).node.defaultChild as agentcore.CfnGatewayTarget;
    const path = 'CredentialProviderConfigurations.0.CredentialProvider.OauthCredentialProvider.GrantType';
    target.addPropertyOverride(path, 'EXCHANGE');
    expect(() => fixture.template()).toThrow();
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
