import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Acknowledgement } from '../../lib';
import { Acknowledgements } from '../../lib';
import { APPS, FullApp } from './apps';
import documented from './findings.json';
import type { Finding, Suppressed } from './nag';
import { nagReport, REPORT_ONLY, sorted, withoutAcknowledgements } from './nag';
import { GatewayApp } from './gateway-app';
import type { AppOptions } from './place';

const ACCOUNT_WIDE = 'arn:<AWS::Partition>:SERVICE:<AWS::Region>:<AWS::AccountId>';
const EVENTS = `Resource::${ACCOUNT_WIDE.replace('SERVICE', 'events')}:rule/`;
const LOGS = `Resource::${ACCOUNT_WIDE.replace('SERVICE', 'logs')}:log-group:`;
const AGENT_CORE = `Resource::${ACCOUNT_WIDE.replace('SERVICE', 'bedrock-agentcore')}:`;
const SYNCHRONIZED = ['s3:DeleteObject*', 's3:GetObject*', 's3:List*', 's3:PutObject*'].map(
  (name) => `Action::${name}`,
);

const logsOf = (agent: string): string[] => {
  const group = `${LOGS}/aws/bedrock-agentcore/runtimes/${agent}-*`;
  return [group, `${group}:log-stream:*`];
};
const BELOW_ENGINE = 'policy-engines/<ToolsPoliciesEngine.PolicyEngineId>/target-resource/*';

/** What the library acknowledges, by the entry of its table: where, and which wildcards. */
const ACKNOWLEDGED: [Acknowledgement, string, string[]][] = [
  [Acknowledgements.TELEMETRY, 'Agents/CodingAgentsTelemetry', ['Resource::*']],
  [Acknowledgements.TELEMETRY, 'Team/CodingAgentsTelemetry', ['Resource::*']],
  [Acknowledgements.TELEMETRY, 'Keyed/CodingAgentsTelemetry', ['Resource::*']],
  [Acknowledgements.TELEMETRY_METRICS, 'Keyed/CodingAgentsMetrics', ['Resource::*']],
  [Acknowledgements.RUNTIME_LOG_GROUPS, 'Agents/Claude/Policy', logsOf('claude')],
  [Acknowledgements.RUNTIME_LOG_GROUPS, 'Agents/Codex/Policy', logsOf('codex')],
  [Acknowledgements.RUNTIME_LOG_GROUPS, 'Team/Runner/Policy', logsOf('runner')],
  [Acknowledgements.RUNTIME_LOG_GROUPS, 'Team/Writer/Policy', logsOf('writer')],
  [Acknowledgements.RUNTIME_LOG_GROUPS, 'Keyed/Gemini/Policy', logsOf('gemini')],
  [
    Acknowledgements.RUNTIME_WORKLOAD_IDENTITY,
    'Keyed/Gemini/Policy',
    [`${AGENT_CORE}workload-identity-directory/default/workload-identity/gemini-*`],
  ],
  ...[
    ['Agents/Skills/RolePolicy', 'Resource::<SkillsBucket.Arn>/*'],
    ['Agents/Docs/RolePolicy', 'Resource::<Archive.Arn>/docs/*'],
  ].flatMap(([place, objects]): [Acknowledgement, string, string[]][] => [
    [Acknowledgements.SYNCHRONIZATION, place, [objects, ...SYNCHRONIZED]],
    [Acknowledgements.SYNCHRONIZATION_EVENTS, place, [`${EVENTS}DO-NOT-DELETE-S3-Files*`, `${EVENTS}*`]],
  ]),
  [Acknowledgements.SEED_TARGET, 'Agents/Skills/SeedPolicy', ['Resource::<SkillsBucket.Arn>/skills/*']],
  [Acknowledgements.NETWORK_INTERFACES, 'Team/OwnGitHubApp/NetworkPolicy', ['Resource::*']],
  [Acknowledgements.NETWORK_INTERFACES, 'Team/CloneForRunner/NetworkPolicy', ['Resource::*']],
  [Acknowledgements.PREFIX_LIST_LOOKUP, 'Network/Network/S3PrefixList/LookupPolicy', ['Resource::*']],
  [
    Acknowledgements.POLICY_TARGETS,
    'Team/Tools/Access/Policy',
    ['/', ''].map((start) => `${AGENT_CORE}${start}${BELOW_ENGINE}`),
  ],
  [
    Acknowledgements.CONSENT_PROVIDER_NAMES,
    'Team/Portal/Access/ListPolicy',
    [`${AGENT_CORE}token-vault/default/oauth2credentialprovider/*`],
  ],
];
const acknowledged: Suppressed[] = ACKNOWLEDGED.flatMap(([{ reason, source }, path, wildcards]) =>
  wildcards.map((wildcard) => ({
    pack: 'AwsSolutions',
    rule: `IAM5[${wildcard}]`,
    path,
    reason: `${reason} ${source}`,
  })),
);
const VPCS = ['Network/Network/Vpc', 'TeamNetwork/Network/Vpc'];
/** what is acknowledged at a resource as it is */
const AT_A_RESOURCE: Acknowledgement[] = [
  Acknowledgements.DEFAULT_GROUP_HIPAA,
  Acknowledgements.DEFAULT_GROUP_NIST_R4,
  Acknowledgements.DEFAULT_GROUP_NIST_R5,
  Acknowledgements.DEFAULT_GROUP_PCI,
];
acknowledged.push(
  ...AT_A_RESOURCE.flatMap(({ rule, reason, source }) =>
    VPCS.map((path) => ({
      pack: rule.split('::')[0],
      rule: rule.split('::')[1].replace(/^.*-/, ''),
      path,
      reason: `${reason} ${source}`,
    })),
  ),
);
const expected: Finding[] = documented.flatMap(({ rule, packs, places }) =>
  packs.flatMap((pack) => places.map((path) => ({ pack, rule, path }))),
);
const stripped = ({ pack, rule, path }: Finding): Finding => ({ pack, rule, path });

/** the apps, and the stacks that only they have */
const LOOKED_AT: [string, (options: AppOptions) => { app: App }, RegExp][] = [
  ['agents', APPS.full, /^(Agents|Network)\//],
  ['a gateway', APPS.gateway, /^(Team|TeamNetwork)\//],
  ['an agent with a model key', APPS.keyed, /^Keyed\//],
  ['agents, a gateway and what watches them', APPS.observed, /^(Observed|Team|TeamNetwork)\//],
];
const FLAGS: [string, Record<string, unknown>][] = [
  ['the flags of a new app', recommended],
  ['no flags', {}],
];

test('no finding is documented for an app that nobody looks at', () => {
  const paths = [...expected, ...acknowledged].map(({ path }) => path);
  expect(paths.filter((path) => !LOOKED_AT.some(([, , stacks]) => stacks.test(path)))).toEqual([]);
});

describe.each(
  LOOKED_AT.flatMap(([what, build, stacks]) =>
    FLAGS.map(([name, flags]) => ({ what, name, flags, build, isHere: ({ path }: Finding) => stacks.test(path) })),
  ),
)('the six packs of cdk-nag on an app of $what with $name', ({ build, flags, isHere }) => {
  const { app } = build({ context: { ...flags, ...REPORT_ONLY } });
  const report = nagReport(app);

  test('find what is documented, with the reason, and nothing else', () => {
    expect(report.violations.map(stripped)).toEqual(sorted(expected.filter(isHere)));
  });

  test('report what the library acknowledges, with the reason from its table', () => {
    expect(report.suppressed).toEqual(sorted(acknowledged.filter(isHere)));
  });

  test('would find all of it if nothing were acknowledged', () => {
    expect(withoutAcknowledgements(app)).toEqual(expect.arrayContaining(acknowledged.filter(isHere).map(stripped)));
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

/** that it is needed is shown in validation.test.ts */
const OF_THE_VALIDATOR = Acknowledgements.SINGLE_PAGE_TOOL_LISTS;

test('every entry of the table is in use, complete, and names its pack', () => {
  const inUse = new Set([...ACKNOWLEDGED.map(([entry]) => entry), ...AT_A_RESOURCE, OF_THE_VALIDATOR]);
  expect(inUse).toEqual(new Set(Acknowledgements.all()));
  for (const { rule, finding, reason, source } of Acknowledgements.all()) {
    expect(rule).toMatch(/^([\w.]+::[\w.]+-\w+|CloudFormation-Validate::F\d+)$/);
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

  test.each([
    ['Team/Tools/Access/Policy', 'IAM5[Resource::arn:<AWS::Partition>:bedrock-agentcore:'],
    ['Team/Portal/Access/ListPolicy', 'IAM5[Resource::arn:<AWS::Partition>:bedrock-agentcore:'],
    ['Team/OwnGitHubApp/NetworkPolicy', 'IAM5[Resource::*]'],
  ])('in %s, where the acknowledgement goes with the change', (path, ours) => {
    const { app } = new GatewayApp({ context: REPORT_ONLY });
    const policy = app.node.findAll().find(({ node }) => node.path === path) as iam.ManagedPolicy;
    policy.addStatements(everything());
    const rules = nagReport(app).violations.flatMap((found) => (found.path === path ? [found.rule] : []));
    expect(rules).toEqual(expect.arrayContaining(['IAM5[Action::s3:*]', 'IAM5[Resource::*]']));
    expect(rules.some((rule) => rule.startsWith(ours))).toBe(true);
  });
});
