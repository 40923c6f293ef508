import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { NetworkStack } from '../bin/network-stack';
import { SampleStack } from '../bin/sample-stack';
import { type SampleSettings, settingsFrom } from '../bin/settings';

const { context } = JSON.parse(readFileSync(join(__dirname, '..', 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown> & { sample: SampleSettings };
};

function sample(settings: Partial<SampleSettings> = {}): { network: Stack; agents: Stack } {
  const app = new App({ context: { ...context, sample: { ...context.sample, ...settings } } });
  const read = settingsFrom(app.node);
  const network = new NetworkStack(app, 'CodingAgentsNetwork', { allowedDomains: read.allowedDomains });
  return { network, agents: new SampleStack(app, 'CodingAgents', { network: network.network, settings: read }) };
}

/**
 * Without what changes with every release of the CDK or with the content of an asset, and without alarms and dashboards:
 * these bring no rights, and the tests of test/monitoring go through each of them.
 */
function stable(stack: Stack): unknown {
  const { Resources, ...template } = Template.fromStack(stack).toJSON() as { Resources: Record<string, any> };
  const reviewed = Object.entries(Resources).filter(([, { Type }]) => !/^AWS::CloudWatch::/.test(Type));
  const text = JSON.stringify({ ...template, Resources: Object.fromEntries(reviewed) }, (key, value: unknown) =>
    key === 'Code' ? 'CODE' : value,
  );
  const version = /(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g;
  return JSON.parse(text.replace(/[0-9a-f]{64}/g, 'HASH').replace(version, '$1HASH'));
}

// the one golden snapshot: read its difference in a review as you would read a change of rights
test.each(['network', 'agents'] as const)('the template of the %s is what was reviewed', (stack) => {
  expect(stable(sample()[stack])).toMatchSnapshot();
});

test('two runs give the same templates', () => {
  const [one, two] = [sample(), sample()];
  expect(Template.fromStack(one.agents).toJSON()).toEqual(Template.fromStack(two.agents).toJSON());
});

test('alarms reach the people on call: the policy of their topic lets CloudWatch publish', () => {
  const { agents } = sample();
  const topic = { Ref: expect.stringMatching(/^OnCall/) };
  const [{ Properties }] = Object.values<any>(Template.fromStack(agents).findResources('AWS::SNS::TopicPolicy'));
  expect(Properties.Topics).toEqual([topic]);
  expect(Properties.PolicyDocument.Statement).toContainEqual({
    Sid: expect.any(String),
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topic,
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  });
});

test('there is an alarm of each kind that fits, which pages somebody and names its heading in the runbook', () => {
  const { agents } = sample();
  const alarms = Object.values<any>(Template.fromStack(agents).findResources('AWS::CloudWatch::Alarm'));
  const headings = alarms.map(
    ({ Properties }) => /#([a-z0-9-]+)/.exec(JSON.stringify(Properties.AlarmDescription))?.[1],
  );
  const runbook = readFileSync(join(__dirname, '..', 'docs', 'runbook.md'), 'utf8');
  const kinds = [...runbook.matchAll(/^\| \[[^\]]+\]\(#([a-z-]+)\)/gm)].map(([, heading]) => heading);
  expect(kinds.length).toBeGreaterThan(10);
  expect([...new Set(headings)].sort()).toEqual(kinds.sort());
  expect(alarms.filter(({ Properties }) => Properties.AlarmActions?.length !== 1)).toEqual([]);
  Template.fromStack(agents).resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('the network knows nothing of the agents', () => {
  expect(sample().network.dependencies).toEqual([]);
});

test('domains in the settings open the firewall and nothing else', () => {
  Template.fromStack(sample().network).resourceCountIs('AWS::NetworkFirewall::Firewall', 2);
  const closed = new NetworkStack(new App(), 'CodingAgentsNetwork', { allowedDomains: [] });
  Template.fromStack(closed).resourceCountIs('AWS::NetworkFirewall::Firewall', 0);
});

test('a network without GitHub is noticed, since the agents of the sample clone from there', () => {
  expect(() => Template.fromStack(sample({ allowedDomains: [] }).agents)).toThrow(/github\.com \(git\)/);
});

test('a setting that is missing is named', () => {
  expect(() => sample({ codexModel: undefined })).toThrow(
    'cdk.json has no context.sample.codexModel; see bin/settings.ts',
  );
});
