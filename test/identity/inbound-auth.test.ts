import { Lazy } from 'aws-cdk-lib';
import { InboundAuth, JwtClaim } from '../../lib';
import { thrownBy } from '../fixture';

const SUFFIX = '/.well-known/openid-configuration';
const discoveryUrl = `https://idp.example.com${SUFFIX}`;

test.each([
  ['http://idp.example.com' + SUFFIX, 'must use https'],
  ['https://idp.example.com', `must end in ${SUFFIX}`],
  ['https://idp.example.com/', `must end in ${SUFFIX}`],
  ['https://idp.example.com/.well-known/oauth-authorization-server', `must end in ${SUFFIX}`],
  ['https://127.0.0.1' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://[::1]' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://169.254.169.254' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://idp' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://idp.corp' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://localhost' + SUFFIX, 'must name a public host, not an address of a machine'],
  ['https://idp.example.com' + SUFFIX + '#x', 'must not have a query or a fragment'],
  ['https://idp.example.com' + SUFFIX + '?x=1', 'must not have a query or a fragment'],
  ['idp.example.com', 'is not a URL'],
  ['', 'is not a URL'],
])('the discovery URL %s is refused', (url, flaw) => {
  const error = thrownBy(() => InboundAuth.jwt({ discoveryUrl: url, allowedClients: ['cli'] }));
  expect(error.code).toBe('InvalidDiscoveryUrl');
  // an issuer alone is completed
  const suggestion = flaw.startsWith('must end') ? `: 'https://idp.example.com${SUFFIX}'` : '';
  expect(error.text).toBe(
    `the discovery URL ${flaw} (got '${url}'); allowed: https://<issuer>${SUFFIX}; copy the issuer from your identity provider and append the suffix${suggestion}; one inside a VPC needs privateEndpoint`,
  );
});

test('a password in the discovery URL is refused and not printed', () => {
  const error = thrownBy(() =>
    InboundAuth.jwt({ discoveryUrl: `https://me:hunter2@idp.example.com${SUFFIX}`, allowedClients: ['x'] }),
  );
  expect(error.text).toContain('must not hold a user name or password');
  expect(error.text).not.toContain('hunter2');
});

test.each([{}, { allowedClients: [] }, { allowedClients: [], allowedAudiences: [], allowedScopes: [], claims: [] }])(
  'rules that admit the whole issuer are refused: %j',
  (rules) => {
    const error = thrownBy(() => InboundAuth.jwt({ discoveryUrl, ...rules }));
    expect(error.code).toBe('JwtAdmitsWholeIssuer');
    expect(error.text).toContain(
      'this would accept every token of the issuer, also those it gave to other applications',
    );
    expect(error.text).toContain('at least one of allowedClients, allowedAudiences, allowedScopes, claims');
  },
);

test.each(['allowedClients', 'allowedAudiences', 'allowedScopes'])('an empty value in %s is refused', (prop) => {
  const error = thrownBy(() => InboundAuth.jwt({ discoveryUrl, [prop]: ['ok', ' '] }));
  expect(error.code).toBe('BlankJwtRule');
  expect(error.text).toContain(`${prop} contains an empty value`);
});

test.each([
  ['InvalidClaimName', () => JwtClaim.stringEquals('my claim', 'x')],
  ['EmptyClaimValue', () => JwtClaim.stringEquals('team', '')],
  ['EmptyClaimValue', () => JwtClaim.listContainsAny('groups', [])],
  ['EmptyClaimValue', () => JwtClaim.listContains('groups', '')],
])('%s', (code, make) => {
  expect(thrownBy(make).code).toBe(code);
});

test('what is known only at deployment is taken as it is', () => {
  const url = Lazy.string({ produce: () => discoveryUrl });
  expect(InboundAuth.jwt({ discoveryUrl: url, allowedClients: ['cli'] }).usesJwt).toBe(true);
  expect(InboundAuth.iam().usesJwt).toBe(false);
});
