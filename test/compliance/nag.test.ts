import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Acknowledgement } from '../../lib';
import { Acknowledgements } from '../../lib';
import { APPS, FullApp } from './apps';
import documented from './findings.json';
import type { Finding, Suppressed } from './nag';
import { nagReport, REPORT_ONLY, sorted, withoutAcknowledgements } from './nag';

const ACCOUNT_WIDE = 'arn:<AWS::Partition>:SERVICE:<AWS::Region>:<AWS::AccountId>';
const EVENTS = `Resource::${ACCOUNT_WIDE.replace('SERVICE', 'events')}:rule/`;
const LOGS = `Resource::${ACCOUNT_WIDE.replace('SERVICE', 'logs')}:log-group:`;
const SYNCHRONIZED = ['s3:DeleteObject*', 's3:GetObject*', 's3:List*', 's3:PutObject*'].map(
  (name) => `Action::${name}`,
);

/** What the library acknowledges in the full app, by the entry of its table: where, and which wildcards. */
const ACKNOWLEDGED: [Acknowledgement, string, string[]][] = [
  [Acknowledgements.TELEMETRY, 'CodingAgentsTelemetry', ['Resource::*']],
  ...['claude', 'codex'].map((name): [Acknowledgement, string, string[]] => {
    const group = `${LOGS}/aws/bedrock-agentcore/runtimes/${name}-*`;
    const place = `${name[0].toUpperCase()}${name.slice(1)}/Policy`;
    return [Acknowledgements.RUNTIME_LOG_GROUPS, place, [group, `${group}:log-stream:*`]];
  }),
  [Acknowledgements.SYNCHRONIZATION, 'Skills/RolePolicy', ['Resource::<SkillsBucket.Arn>/*', ...SYNCHRONIZED]],
  [Acknowledgements.SYNCHRONIZATION, 'Docs/RolePolicy', ['Resource::<Archive.Arn>/docs/*', ...SYNCHRONIZED]],
  [Acknowledgements.SYNCHRONIZATION_EVENTS, 'Skills/RolePolicy', [`${EVENTS}DO-NOT-DELETE-S3-Files*`, `${EVENTS}*`]],
  [Acknowledgements.SYNCHRONIZATION_EVENTS, 'Docs/RolePolicy', [`${EVENTS}DO-NOT-DELETE-S3-Files*`, `${EVENTS}*`]],
  [Acknowledgements.SEED_TARGET, 'Skills/SeedPolicy', ['Resource::<SkillsBucket.Arn>/skills/*']],
];
const acknowledged: Suppressed[] = ACKNOWLEDGED.flatMap(([{ reason, source }, place, wildcards]) =>
  wildcards.map((wildcard) => ({
    pack: 'AwsSolutions',
    rule: `IAM5[${wildcard}]`,
    path: `Agents/${place}`,
    reason: `${reason} ${source}`,
  })),
);

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
    expect(report.suppressed).toEqual(sorted(acknowledged));
  });

  test('would find all of it if nothing were acknowledged', () => {
    expect(withoutAcknowledgements(app)).toEqual(expect.arrayContaining(acknowledged.map(stripped)));
  });
});

test('every finding has a verdict in words, and the list is sorted', () => {
  for (const { rule, verdict } of documented) {
    expect(`${rule}: ${verdict}`).toMatch(/: (app's choice|stays)\b.{20,}\.$/);
  }
  expect(documented.map(({ rule }) => rule)).toEqual(
    [...documented.map(({ rule }) => rule)].sort((a, b) => a.localeCompare(b, 'en')),
  );
});

test('every entry of the table is in use, complete, and names its pack', () => {
  expect(new Set(ACKNOWLEDGED.map(([entry]) => entry))).toEqual(new Set(Acknowledgements.all()));
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
