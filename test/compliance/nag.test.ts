import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Acknowledgements } from '../../lib';
import { APPS, FullApp } from './apps';
import documented from './findings.json';
import type { Finding } from './nag';
import { nagReport, REPORT_ONLY, sorted, withoutAcknowledgements } from './nag';

const LOG_GROUPS = 'IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:';
const { TELEMETRY, FIND_LOG_GROUPS, RUNTIME_LOG_GROUPS } = Acknowledgements;
const runtimeGroups = (name: string): string => `${LOG_GROUPS}/aws/bedrock-agentcore/runtimes/${name}-*`;

/** What the library acknowledges in the full app, and with which entry of its table. */
const ACKNOWLEDGED = [
  { rule: 'IAM5[Resource::*]', path: 'Agents/CodingAgentsTelemetry', entry: TELEMETRY },
  { rule: `${LOG_GROUPS}*]`, path: 'Agents/CodingAgentsTelemetry', entry: FIND_LOG_GROUPS },
  { rule: `${runtimeGroups('claude')}:log-stream:*]`, path: 'Agents/Claude/Policy', entry: RUNTIME_LOG_GROUPS },
  { rule: `${runtimeGroups('claude')}]`, path: 'Agents/Claude/Policy', entry: RUNTIME_LOG_GROUPS },
  { rule: `${runtimeGroups('codex')}:log-stream:*]`, path: 'Agents/Codex/Policy', entry: RUNTIME_LOG_GROUPS },
  { rule: `${runtimeGroups('codex')}]`, path: 'Agents/Codex/Policy', entry: RUNTIME_LOG_GROUPS },
].map(({ entry, ...place }) => ({ pack: 'AwsSolutions', ...place, reason: `${entry.reason} ${entry.source}` }));

const expected: Finding[] = documented.flatMap(({ rule, packs, places }) =>
  packs.flatMap((pack) => places.map((path) => ({ pack, rule, path }))),
);
const stripped = ({ pack, rule, path }: Finding): Finding => ({ pack, rule, path });

describe.each([
  ['the flags of a new app', recommended],
  ['no flags', {}],
])('the six packs of cdk-nag on an app with %s', (_, flags) => {
  const { app } = new FullApp({ context: { ...flags, ...REPORT_ONLY } });
  const report = nagReport(app);

  test('find what is documented, with the reason, and nothing else', () => {
    expect(report.violations.map(stripped)).toEqual(sorted(expected));
  });

  test('report what the library acknowledges, with the reason from its table', () => {
    expect(report.suppressed).toEqual(sorted(ACKNOWLEDGED));
  });

  test('would find all of it if nothing were acknowledged', () => {
    expect(withoutAcknowledgements(app)).toEqual(expect.arrayContaining(ACKNOWLEDGED.map(stripped)));
  });
});

test('every finding has a verdict in words, and the list is sorted', () => {
  for (const { rule, verdict } of documented) {
    expect(`${rule}: ${verdict}`).toMatch(/: (app's choice|stays)\b.{20,}\.$/);
  }
  expect(documented.map(({ rule }) => rule)).toEqual([...documented.map(({ rule }) => rule)].sort((a, b) => a.localeCompare(b, 'en')));
});

test('every entry of the table is in use, complete, and names its pack', () => {
  const used = new Set(ACKNOWLEDGED.map(({ reason }) => reason));
  expect(used).toEqual(new Set(Acknowledgements.all().map(({ reason, source }) => `${reason} ${source}`)));
  for (const { rule, finding, reason, source } of Acknowledgements.all()) {
    expect(rule).toMatch(/^[\w.]+::[\w.]+-\w+$/);
    expect(finding.length).toBeGreaterThan(20);
    expect(reason.length).toBeGreaterThan(40);
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  }
});

test('what a prop can change is gone when the app sets it', () => {
  const { app } = APPS.customerKey({ context: REPORT_ONLY });
  const left = nagReport(app).violations.filter(({ rule }) =>
    ['CloudWatchLogGroupEncrypted', 'S3DefaultEncryptionKMS', 'IAM5[Resource::*]'].includes(rule),
  );
  expect([...new Set(left.map(({ path }) => path))]).toEqual(['Agents/CodingAgentsSeedHandler/Logs']);
});

describe('a wildcard that an app adds is not hidden', () => {
  const everything = (): iam.PolicyStatement => new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] });

  test('through the agent as grantee', () => {
    const { app, claude } = new FullApp({ context: REPORT_ONLY });
    claude.grantPrincipal.addToPrincipalPolicy(everything());
    const found = nagReport(app).violations.filter(({ path }) => path === 'Agents/Claude/Role/DefaultPolicy');
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['IAM5[Action::s3:*]', 'IAM5[Resource::*]']));
  });

  test('in the very policy that has acknowledged ones', () => {
    const { app, claude } = new FullApp({ context: REPORT_ONLY });
    (claude.node.findChild('Policy') as iam.ManagedPolicy).addStatements(everything());
    const found = nagReport(app).violations.filter(({ path }) => path === 'Agents/Claude/Policy');
    expect(found.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['IAM5[Action::s3:*]', 'IAM5[Resource::*]']));
  });
});
