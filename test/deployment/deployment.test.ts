/*
 * What happens to an app that is deployed and then changed. Each change is played in an account in thought: there and back
 * and there again, after an update that failed, and after everything was deleted. What is refused is listed here, with the
 * way through, which is played too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as cdk from 'aws-cdk-lib';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NetworkStack } from '../../bin/network-stack';
import { SampleStack } from '../../bin/sample-stack';
import { settingsFrom } from '../../bin/settings';
import { AgentNetwork, Egress } from '../../lib';
import { Account, createOnlyOf, templatesOf, type Template } from './account';
import { CHANGES, type Templates } from './changes';
import { SERVICE_RULES } from './service-rules';

const ROOT = join(__dirname, '..', '..');
const figures = { changes: 0, templates: 0, deployments: 0, created: 0, updated: 0, replaced: 0, deleted: 0, kept: 0 };

function count(account: Account): void {
  Object.entries(account.figures).forEach(([key, value]) => (figures[key as keyof Account['figures']] += value));
}

/** Stacks in the order in which the CDK deploys them: a network before what is in it. */
const inOrder = (templates: Templates): string[] =>
  Object.keys(templates).sort((a, b) => Number(b.endsWith('Network')) - Number(a.endsWith('Network')));

/** One stack after the other, until one is refused. */
function deploy(account: Account, templates: Templates, names = inOrder(templates)): string[] {
  for (const name of names) {
    const problems = account.deploy(name, templates[name]);
    if (problems.length > 0) {
      return problems;
    }
  }
  return [];
}

/** What people can do where a deployment is refused, as the docs say it. */
const WAYS: Record<string, (account: Account, templates: Templates) => string[]> = {
  'agents first': (account, templates) => deploy(account, templates, inOrder(templates).reverse()),
  'cdk import': (account, templates) => {
    inOrder(templates).forEach((name) => account.adopt(name, templates[name]));
    return deploy(account, templates);
  },
};

/** Deploys, and says in one line what was refused and which way led through. */
function tried(account: Account, templates: Templates): string | undefined {
  const problems = deploy(account, templates);
  if (problems.length === 0) {
    return undefined;
  }
  const kinds = problems.map((problem) =>
    problem.includes(': export ')
      ? 'an export is used'
      : problem.replace(/^.*\((AWS::\S+)\): /, '$1 ').replace(/ (beside|with|as) \w+$/, ''),
  );
  const way = Object.keys(WAYS).find((name) => WAYS[name](account, templates).length === 0);
  return `${[...new Set(kinds)].sort().join(', ')} -> ${way ?? 'no way'}`;
}

/** What is refused beside the log groups that a deleted stack has kept. */
const KEPT = 'AWS::Logs::LogGroup already exists -> cdk import';
const USED = 'an export is used -> agents first';
const SEARCH =
  'AWS::Logs::ResourcePolicy already exists, AWS::XRay::TransactionSearchConfig created, is on already -> cdk import';
/** docs/network.md leads through by a second network, or keeps the first with `legacyAddressPlan` */
const MOVE = 'an export is used -> no way';
const OVERLAP = 'AWS::EC2::Subnet created, overlaps, an export is used -> no way';
const REFUSED: Record<string, string[]> = {
  'network: a third zone': [`back: ${USED}`],
  'network: other addresses': [`update: ${MOVE}`, `again: ${MOVE}`, `retry: ${MOVE}`],
  'network: the address plan of before': [`update: ${OVERLAP}`, `again: ${OVERLAP}`, `retry: ${OVERLAP}`],
  'agent: it is new': [`again: ${KEPT}`],
  'agent: an endpoint': [`again: ${KEPT}`],
  'agent: platform V2': [`back: ${KEPT}`],
  'agent: no runtime logs': [`back: ${KEPT}`],
  'agent: no usage logs': [`back: ${KEPT}`],
  'agent: no application logs': [`back: ${KEPT}`],
  'agent: nothing recorded': [`back: ${KEPT}`],
  'agent: a key for its logs': [`back: ${KEPT}`, `again: ${KEPT}`],
  'agent: telemetry': [`again: ${KEPT}`],
  'agent: into a network': [`back: ${USED}`],
  'agent: a cache': [`back: ${USED}`],
  'gateway: it is new': [`again: ${KEPT}`],
  'gateway: nothing recorded': [`back: ${KEPT}`],
  'broker: in a network': [`back: ${USED}`],
  'audit: a trail': [`again: ${KEPT}`],
  'search: turned on': [`again: ${SEARCH}`, `made anew: ${SEARCH}`],
  'search: more of it': [`made anew: ${SEARCH}`],
  'skills: they are new': [`back: ${USED}`],
};

const KEPT_LOGS = `made anew: ${KEPT}`;

describe('a change', () => {
  test.each(CHANGES)('$name', ({ name, before, after }) => {
    const [a, b] = [before(), after()];
    figures.changes++;
    figures.templates += Object.keys(a).length + Object.keys(b).length;
    const refused: string[] = [];
    const step = (what: string, account: Account, templates: Templates): void => {
      const found = tried(account, templates);
      refused.push(...(found === undefined ? [] : [`${what}: ${found}`]));
    };

    const there = new Account();
    expect(deploy(there, a)).toEqual([]);
    step('update', there, b);
    step('back', there, a);
    step('again', there, b);

    const failed = new Account();
    deploy(failed, a);
    inOrder(b).forEach((stack) => failed.deploy(stack, b[stack], { failing: true }));
    step('retry', failed, b);

    const anew = new Account();
    deploy(anew, b);
    expect(
      inOrder(b)
        .reverse()
        .flatMap((stack) => anew.destroy(stack)),
    ).toEqual([]);
    step('made anew', anew, b);

    [there, failed, anew].forEach(count);
    expect(refused.filter((line) => line !== KEPT_LOGS)).toEqual(REFUSED[name] ?? []);
  });

  test('there are enough of them, and none is listed that is not there', () => {
    expect(CHANGES.length).toBeGreaterThanOrEqual(60);
    const names = CHANGES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(REFUSED).filter((name) => !names.includes(name))).toEqual([]);
  });
});

const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
const OLD = templatesOf('templates-2cf2b32.json.gz');

function sample(network?: (app: App) => AgentNetwork): Templates {
  // a network of before has no way to GitHub, which is a warning
  const quiet = network === undefined ? {} : { '@aws-cdk/core:annotationsInValidationReport': false };
  const app = new App({ context: { ...context, ...quiet, 'aws:cdk:bundling-stacks': [] } });
  const settings = settingsFrom(app.node);
  const made =
    network?.(app) ?? new NetworkStack(app, 'CodingAgentsNetwork', { allowedDomains: settings.allowedDomains }).network;
  new SampleStack(app, 'CodingAgents', { network: made, settings });
  return templatesIn(app);
}

function templatesIn(app: App): Templates {
  return Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template as Template]));
}

/** An example, as its own file makes it. */
function example(name: string): Templates {
  const made: App[] = [];
  jest.isolateModules(() => {
    const core = jest.requireActual<typeof cdk>('aws-cdk-lib');
    class Kept extends core.App {
      public constructor() {
        super({ context: { 'aws:cdk:bundling-stacks': [] } });
        made.push(this);
      }
    }
    jest.doMock('aws-cdk-lib', () => ({ ...core, App: Kept }));
    jest.requireActual(join(ROOT, 'examples', name, 'app'));
    jest.dontMock('aws-cdk-lib');
  });
  return templatesIn(made[0]);
}

const legacy = (id: string, egress?: Egress): Templates => {
  const app = new App();
  new AgentNetwork(new Stack(app, id), 'Network', { egress, legacyAddressPlan: true });
  return templatesIn(app);
};

/** The network of the sample as it was: the same endpoints, and the address plan of before. */
function keptNetwork(app: App): AgentNetwork {
  const network = new AgentNetwork(new Stack(app, 'CodingAgentsNetwork'), 'Network', { legacyAddressPlan: true });
  network.addInterfaceEndpoint(ec2.InterfaceVpcEndpointAwsService.LAMBDA);
  network.addInterfaceEndpoint(new ec2.InterfaceVpcEndpointAwsService('bedrock-mantle'));
  return network;
}

/** An app with one of its networks on the address plan of before; what agents import keeps its names. */
function withLegacy(now: Templates, id: string): Templates {
  const [kept] = Object.values(legacy(id));
  return { ...now, [id]: { Resources: kept.Resources, Outputs: now[id].Outputs } };
}

describe('an app of before', () => {
  const play = (old: Templates, now: Templates): string[] => {
    const account = new Account();
    figures.templates += Object.keys(old).length + Object.keys(now).length;
    expect(deploy(account, old)).toEqual([]);
    const found = tried(account, now);
    count(account);
    return found === undefined ? [] : [found];
  };

  // docs/network.md: networks of `awsOnly()` divided their addresses in another way
  const OTHER_PLAN = 'AWS::EC2::Subnet created, overlaps -> no way';
  test('the sample', () => {
    expect(play(OLD.sample, sample())).toEqual([OTHER_PLAN]);
    expect(play(OLD.sample, sample(keptNetwork))).toEqual([]);
  });

  test.each<[string, string | undefined]>([
    ['minimal', 'MinimalNetwork'],
    ['existing-vpc', undefined],
    ['existing-runtime', 'RuntimeNetwork'],
  ])('the example %s', (name, network) => {
    expect(play(OLD[name], example(name))).toEqual(network === undefined ? [] : [OTHER_PLAN]);
    if (network !== undefined) {
      expect(play(OLD[name], withLegacy(example(name), network))).toEqual([]);
    }
  });

  test.each<[string, Egress | undefined]>([
    ['MinimalNetwork', undefined],
    ['AllowListNetwork', Egress.allowList(['github.com'])],
    ['InternetNetwork', Egress.internet()],
  ])('%s keeps its addresses with legacyAddressPlan', (id, egress) => {
    const old = { [id]: OLD.networks[id] ?? OLD.minimal[id] };
    expect(play(old, legacy(id, egress))).toEqual([]);
  });
});

describe('an app of today', () => {
  test.each<[string, () => Templates]>([
    ['the sample', () => sample()],
    ['the example minimal', () => example('minimal')],
    ['the example existing-vpc', () => example('existing-vpc')],
    ['the example existing-runtime', () => example('existing-runtime')],
  ])('%s: a failed start is repeated, and what is deleted comes again', (_, make) => {
    const templates = make();
    figures.templates += Object.keys(templates).length;
    const account = new Account();
    inOrder(templates).forEach((stack) => account.deploy(stack, templates[stack], { failing: true }));
    // what the CDK keeps by itself, such as a file system, has no name that is in the way
    expect(account.leftovers().filter(({ name }) => name !== undefined)).toEqual([]);
    expect(deploy(account, templates)).toEqual([]);
    expect(
      inOrder(templates)
        .reverse()
        .flatMap((stack) => account.destroy(stack)),
    ).toEqual([]);
    expect([undefined, KEPT]).toContain(tried(account, templates));
    count(account);
  });
});

describe('the account in thought', () => {
  const made = (Resources: Template['Resources'], Outputs?: Template['Outputs']): Template => ({ Resources, Outputs });
  const subnet = (CidrBlock: string) => ({ Type: 'AWS::EC2::Subnet', Properties: { CidrBlock, VpcId: 'vpc' } });
  const group = (DeletionPolicy: string) => ({
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: 'a' },
    DeletionPolicy,
  });

  test('knows what each type can have set once', () => {
    expect(createOnlyOf('AWS::BedrockAgentCore::Runtime')).toEqual(['AgentRuntimeName']);
    expect(() => createOnlyOf('AWS::Nothing::There')).toThrow('is not in create-only.json');
  });

  test('refuses subnets that overlap with those that they replace', () => {
    const account = new Account();
    account.deploy('N', made({ S: subnet('10.0.0.0/24') }));
    expect(account.deploy('N', made({ S: subnet('10.0.0.0/25') }))[0]).toContain('overlaps with S');
    expect(account.deploy('N', made({ S: subnet('10.0.1.0/24') }))).toEqual([]);
  });

  test.each([
    ['Retain', 1],
    ['RetainExceptOnCreate', 0],
    ['Delete', 0],
  ])('%s keeps %d of what a failed update made', (policy, left) => {
    const account = new Account();
    account.deploy('A', made({ Other: { Type: 'AWS::SNS::Topic' } }));
    account.deploy('A', made({ Other: { Type: 'AWS::SNS::Topic' }, G: group(policy) }), { failing: true });
    expect(account.leftovers()).toHaveLength(left);
    expect(account.deploy('A', made({ Other: { Type: 'AWS::SNS::Topic' }, G: group(policy) }))).toHaveLength(left);
  });

  test('finds what a deleted stack has kept, until it is taken back', () => {
    const account = new Account();
    const template = made({ G: group('RetainExceptOnCreate') });
    account.deploy('A', template);
    account.destroy('A');
    expect(account.deploy('A', template)).toEqual(['A/G (AWS::Logs::LogGroup): already exists']);
    expect(account.adopt('A', template)).toEqual(['G']);
    expect(account.deploy('A', template)).toEqual([]);
  });

  test('refuses to change what another stack imports, and to delete it', () => {
    const account = new Account();
    const network = (cidr: string): Template =>
      made({ S: subnet(cidr) }, { Out: { Value: { Ref: 'S' }, Export: { Name: 'S' } } });
    account.deploy('N', network('10.0.0.0/24'));
    account.deploy('A', made({ T: { Type: 'AWS::SNS::Topic', Properties: { Tags: { 'Fn::ImportValue': 'S' } } } }));
    expect(account.deploy('N', network('10.0.1.0/24'))[0]).toContain('is used by A');
    expect(account.destroy('N')).toEqual(['N: an export is used by A']);
  });

  test('refuses a replacement that keeps its name, and one name twice', () => {
    const engine = (key: string) => ({
      Type: 'AWS::BedrockAgentCore::PolicyEngine',
      Properties: { Name: 'e', EncryptionKeyArn: key },
    });
    const account = new Account();
    account.deploy('A', made({ E: engine('one') }));
    expect(account.deploy('A', made({ E: engine('two') }))[0]).toContain('a replacement of the same name');
    const policy = (PolicyEngineId: string) => ({
      Type: 'AWS::BedrockAgentCore::Policy',
      Properties: { Name: 'p', PolicyEngineId },
    });
    expect(account.deploy('B', made({ P: policy('one'), Q: policy('two') }))[0]).toContain('already exists');
  });

  test('gives a source for each rule', () => {
    expect(SERVICE_RULES.filter(({ source }) => !source.startsWith('https://docs.aws.amazon.com/'))).toEqual([]);
  });
});

afterAll(() => {
  console.info(
    `deployments in thought: ${Object.entries(figures)
      .map(([what, number]) => `${number} ${what}`)
      .join(', ')}`,
  );
});
