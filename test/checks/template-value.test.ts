import type { Resources } from './fixtures/resources';
import { att, gateway, ref, runtime } from './fixtures/resources';
import { findings } from './templates';

const level = (ExceptionLevel: unknown): Resources => ({ G: gateway({ ExceptionLevel }) });
const RULE = 'AC_EXCEPTION_LEVEL_NOT_DEBUG';
const AT = 'G Properties.ExceptionLevel';

test.each<[title: string, written: unknown]>([
  ['a text', 'DEBUG'],
  ['a join', { 'Fn::Join': ['', ['DE', 'BUG']] }],
  ['a join of joins', { 'Fn::Join': ['', ['DE', { 'Fn::Join': ['B', ['', 'UG']] }]] }],
  ['a substitution', { 'Fn::Sub': 'DEBUG' }],
  ['a substitution with variables', { 'Fn::Sub': ['DE${Rest}', { Rest: 'BUG' }] }],
  ['a choice from a list', { 'Fn::Select': [1, ['INFO', 'DEBUG']] }],
  ['a condition that does not matter', { 'Fn::If': ['IsProduction', 'DEBUG', 'DEBUG'] }],
])('%s is known', (_, written) => {
  expect(findings(RULE, { Resources: level(written) })).toEqual([AT]);
});

test('what a mapping holds is known, unless a key is not', () => {
  const Mappings = { Levels: { prod: { level: 'DEBUG' } } };
  const by = (...keys: unknown[]): string[] =>
    findings(RULE, { Mappings, Resources: level({ 'Fn::FindInMap': keys }) });
  expect(by('Levels', 'prod', 'level')).toEqual([AT]);
  expect(by('Levels', 'test', 'level')).toEqual([]);
  expect(by('Levels', ref('Stage'), 'level')).toEqual([]);
});

test.each<[title: string, written: unknown]>([
  ['a condition', { 'Fn::If': ['IsProduction', 'DEBUG', ref('AWS::NoValue')] }],
  ['nothing', ref('AWS::NoValue')],
  ['a pseudo parameter', ref('AWS::Region')],
  ['a substitution that is escaped', { 'Fn::Sub': 'DEBUG${!Region}' }],
  ['a substitution of a parameter', { 'Fn::Sub': '${Level}' }],
  ['a mapping that is not there', { 'Fn::FindInMap': ['Levels', 'prod', 'level'] }],
  ['a choice from a text', { 'Fn::Select': [0, { 'Fn::Split': [',', 'DEBUG,INFO'] }] }],
  ['an import from another app', { 'Fn::ImportValue': 'level' }],
  ['an output of another app', { 'Fn::GetStackOutput': { StackName: 'other', OutputName: 'Level' } }],
  ['a macro', { 'Fn::Transform': { Name: 'Level' } }],
  ['a dynamic reference', '{{resolve:ssm:/level}}'],
])('%s is known only at deployment', (_, written) => {
  expect(findings(RULE, { Resources: level(written) })).toEqual([]);
});

test('a parameter is known only at deployment, whatever its default', () => {
  const template = { Parameters: { Level: { Type: 'String', Default: 'DEBUG' } }, Resources: level(ref('Level')) };
  expect(findings(RULE, template)).toEqual([]);
});

test('exports are followed from template to template', () => {
  const exporting = { Resources: {}, Outputs: { Level: { Value: 'DEBUG', Export: { Name: 'level' } } } };
  expect(findings(RULE, exporting, { Resources: level({ 'Fn::ImportValue': 'level' }) })).toEqual([AT]);
});

test('exports that lead in a circle end somewhere', () => {
  const importing = { 'Fn::ImportValue': 'level' };
  const circle = { Resources: level(importing), Outputs: { Level: { Value: importing, Export: { Name: 'level' } } } };
  expect(findings(RULE, circle)).toEqual([]);
});

test('a member that a macro may add is known only at deployment', () => {
  const open = { AuthorizerType: 'CUSTOM_JWT', 'Fn::Transform': { Name: 'AWS::Include' } };
  expect(findings('AC_JWT_CONFIGURED', { Resources: { G: gateway(open) } })).toEqual([]);
});

test.each<[title: string, template: { Transform?: string; Resources: Record<string, unknown> }]>([
  ['a macro', { Transform: 'AWS::Serverless-2016-10-31', Resources: { R: runtime({}) } }],
  ['a loop', { Resources: { R: runtime({}), 'Fn::ForEach::Sources': ['Id', ['A'], {}] } }],
])('nothing is missing where %s makes resources', (_, template) => {
  expect(findings('AC_LOGS_DELIVERED', template)).toEqual([]);
  expect(findings('AC_LOGS_DELIVERED', { Resources: { R: template.Resources.R } })).toEqual(['R Properties']);
});

test('an ARN that is put together names its resource', () => {
  const target = {
    GatewayIdentifier: { 'Fn::Select': [1, ['x', { 'Fn::Sub': '${G.GatewayIdentifier}' }]] },
    CredentialProviderConfigurations: [
      {
        CredentialProvider: {
          OauthCredentialProvider: { GrantType: 'AUTHORIZATION_CODE', ProviderArn: att('P', 'Arn') },
        },
      },
    ],
  };
  const resources = {
    G: gateway({ AuthorizerType: 'AWS_IAM' }),
    T: { Type: 'AWS::BedrockAgentCore::GatewayTarget', Properties: target },
  };
  expect(findings('AC_CONSENT_USER_TOKEN', { Resources: resources })).toHaveLength(1);
});

test.each([{}, { Resources: {} }, { Resources: { R: null, S: 'text', T: { Type: 7 } } }, { Outputs: {} }])(
  'a template without resources has no finding: %j',
  (template) => {
    expect(findings(RULE, template)).toEqual([]);
  },
);

test('the default of a parameter is no value, unless it is a credential', () => {
  const Resources = {
    P: { Type: 'AWS::BedrockAgentCore::ApiKeyCredentialProvider', Properties: { ApiKey: { Ref: 'Key' } } },
    R: runtime({ EnvironmentVariables: { TOKEN: { 'Fn::Sub': 'Bearer ${Key}' } } }),
  };
  const given = (Default?: string) => ({ Parameters: { Key: { Type: 'String', NoEcho: true, Default } }, Resources });
  const token = ['ghp', '0123456789abcdefghijklmnopqrstuvwxyz'].join('_');
  expect(findings('AC_CREDENTIAL_NOT_PLAINTEXT', given(token))).toEqual(['P Properties.ApiKey']);
  expect(findings('AC_ENVIRONMENT_WITHOUT_SECRETS', given(token))).toEqual(['R Properties.EnvironmentVariables.TOKEN']);
  expect(findings('AC_CREDENTIAL_NOT_PLAINTEXT', given('none yet'))).toEqual([]);
  expect(findings('AC_ENVIRONMENT_WITHOUT_SECRETS', given())).toEqual([]);
});
