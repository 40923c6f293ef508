import { App, Stack } from 'aws-cdk-lib';
import { maskCredentials } from '../../lib/logs/data-protection';
import { secretIn } from '../../lib/contract/secret-patterns';
import { HARMLESS, SECRETS } from '../git/handler/secret-samples';
import { Fixture } from '../fixture';

const { Statement, Configuration } = new Stack(new App(), 'Stack').resolve(
  maskCredentials(new Stack(new App(), 'Other')),
);
const CUSTOM: { Name: string; Regex: string }[] = Configuration.CustomDataIdentifier;

/** What CloudWatch Logs shows of a text: it knows no word boundaries that we could rely on. */
function masked(text: string): string {
  return CUSTOM.reduce((rest, { Regex }) => rest.replace(new RegExp(Regex, 'g'), '*'), text);
}

test.each(SECRETS)('%s is masked, and refused in plain text: %s', (kind, secret) => {
  expect(masked(`it is '${secret}', see`)).not.toContain(secret.slice(-8));
  // a line end, as JSON writes it
  expect(masked(`line\\n${secret}`)).not.toContain(secret.slice(-8));
  expect(secretIn(`it is '${secret}', see`)).toBe(kind);
});

test.each(HARMLESS)('%s is neither', (text) => {
  expect(masked(text)).toBe(text);
  expect(secretIn(text)).toBeUndefined();
});

test('what only begins like a key of AWS does not stop a synthesis', () => {
  expect(secretIn('ASIAPACIFICSOUTHEAST1')).toBeUndefined();
});

test('a private key is refused in plain text; CloudWatch Logs has identifiers of its own for it', () => {
  expect(secretIn('x\\n-----BEGIN RSA PRIVATE KEY-----\\nMII')).toBe('a private key');
  const managed = Statement[1].DataIdentifier.filter((one: unknown) => typeof one !== 'string');
  expect(JSON.stringify(managed)).toContain('data-identifier/PkcsPrivateKey');
});

test('stays within what CloudWatch Logs takes', () => {
  expect(CUSTOM.length).toBeLessThanOrEqual(10);
  for (const { Name, Regex } of CUSTOM) {
    expect(Name).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
    // letters, digits, _#=@/;,- and space, and of the signs of regular expressions all but the parentheses
    expect(Regex).toMatch(/^[A-Za-z0-9_#=@/;, \-^$?[\]{}|\\*+.]{1,200}$/);
  }
});

test('audits and masks the same', () => {
  expect(Statement.map(({ Operation }: any) => Operation)).toEqual([
    { Audit: { FindingsDestination: {} } },
    { Deidentify: { MaskConfig: {} } },
  ]);
  expect(Statement[0].DataIdentifier).toEqual(Statement[1].DataIdentifier);
  expect(Statement[1].DataIdentifier).toEqual(expect.arrayContaining(CUSTOM.map(({ Name }) => Name)));
});

test('the logs of agents that hold payloads and commands are masked, those of each endpoint too', () => {
  const fixture = new Fixture();
  fixture.agent().addEndpoint('live', { version: '1' });
  const groups = Object.entries<any>(fixture.template().findResources('AWS::Logs::LogGroup'));
  const masks = groups.map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.DataProtectionPolicy]);
  const mask = fixture.stack.resolve(maskCredentials(fixture.stack));
  expect(Object.fromEntries(masks)).toEqual({
    CodingAgentsLogsAPPLICATIONLOGSGroup: mask,
    ClaudeRuntimeLogs: mask,
    ClaudeEndpointliveRuntimeLogs: mask,
    // numbers
    CodingAgentsLogsUSAGELOGSGroup: undefined,
  });
});
