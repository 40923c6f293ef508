import { App, Stage } from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkStack } from '../../bin/network-stack';
import { SampleStack } from '../../bin/sample-stack';
import { settingsFrom } from '../../bin/settings';

// Two stages of the sample in one account and region. CloudFormation names what has no name in the template; a name in
// the template must not be in the other stage too, or the second stage cannot be deployed.

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

const { context } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** Properties that end with Name or Id and name something else, or something that is unique in its parent only. */
const NO_NAMES_OF_THEIR_OWN: Record<string, string> = {
  'AWS::BedrockAgentCore::GatewayTarget.Name': 'unique in its gateway',
  'AWS::BedrockAgentCore::RuntimeEndpoint.Name': 'unique in its runtime',
  'AWS::CloudWatch::Alarm.MetricName': 'the metric that it watches',
  'AWS::EC2::Subnet.AvailabilityZoneId': 'the zone that it lies in',
  'AWS::EC2::VPCEndpoint.ServiceName': 'the service behind it',
  'AWS::Lambda::Alias.Name': 'unique in its function',
};

const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });

function namesOf(id: string): string[] {
  const settings = settingsFrom(app.node);
  // the key of the GitHub App is given by its ARN, and has to be where the app is
  const [region, account] = settings.tools.gitHubApp.keyArn.split(':').slice(3);
  const stage = new Stage(app, id, { env: { account, region } });
  const { network } = new NetworkStack(stage, 'Network', { allowedDomains: ['github.com'] });
  new SampleStack(stage, 'Agents', { network, settings });
  return stage.synth().stacks.flatMap(({ template }) => namesIn((template as { Resources: object }).Resources));
}

function namesIn(resources: object): string[] {
  return Object.values(resources as Record<string, Resource>).flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties)
      .filter(([key]) => /(Name|Id|Identifier)$/.test(key) && !(`${Type}.${key}` in NO_NAMES_OF_THEIR_OWN))
      .filter(([, value]) => isLiteral(value))
      .map(([key, value]) => `${Type}.${key} ${JSON.stringify(value)}`),
  );
}

/** What refers to a resource differs with the resource, or names another one. */
function isLiteral(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  const [[fn, argument]] = Object.entries(value);
  if (fn === 'Ref') {
    return String(argument).startsWith('AWS::') && !/Stack(Id|Name)$/.test(String(argument));
  }
  return (
    !['Fn::GetAtt', 'Fn::GetStackOutput', 'Fn::ImportValue'].includes(fn) &&
    Object.values(argument as object)
      .flat()
      .every(isLiteral)
  );
}

const [dev, prod] = ['Dev', 'Prod'].map(namesOf);

test('names are found, of everything that this library names', () => {
  const types = new Set(dev.map((name) => name.split('.')[0]));
  expect([...types]).toEqual(
    expect.arrayContaining([
      'AWS::BedrockAgentCore::Gateway',
      'AWS::BedrockAgentCore::Policy',
      'AWS::BedrockAgentCore::PolicyEngine',
      'AWS::BedrockAgentCore::Runtime',
      'AWS::CloudTrail::Trail',
      'AWS::Logs::DeliverySource',
      'AWS::NetworkFirewall::Firewall',
    ]),
  );
});

test('no name is used twice in a stage', () => {
  expect(dev.filter((name, i) => dev.indexOf(name) !== i)).toEqual([]);
});

test('no name is in both stages', () => {
  expect(dev.filter((name) => prod.includes(name))).toEqual([]);
});
