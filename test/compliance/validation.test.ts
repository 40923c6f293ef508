import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import type { CfnGateway, CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import { Acknowledgements } from '../../lib';
import { NetworkStack } from '../../bin/network-stack';
import { SampleStack } from '../../bin/sample-stack';
import { settingsFrom } from '../../bin/settings';
import { PipelineStack } from '../../examples/pipeline/pipeline';
import { settingsFrom as pipelineSettings } from '../../examples/pipeline/settings';
import { STRICT } from '../fixture';
import { ACCOUNT, APPS, FullApp, REGION } from './apps';
import { GatewayApp } from './gateway-app';

// The CloudFormation validator of the CDK, with every level of finding as an error: it knows the schema of each
// resource type and some three hundred rules.

const CONTEXT = {
  ...STRICT,
  // without it the CDK warns about every reference between stacks, whoever makes them
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};
const before = process.env.CDK_VALIDATION;

beforeAll(() => {
  process.env.CDK_VALIDATION = 'true';
});

afterAll(() => {
  process.env.CDK_VALIDATION = before;
});

describe.each([
  ['any account', undefined],
  ['a known account', { account: ACCOUNT, region: REGION }],
])('in stacks for %s', (_, env) => {
  test.each(Object.keys(APPS))('the app %s has no finding', (name) => {
    const { app } = APPS[name]({ env, context: CONTEXT });
    const messages = app.synth().stacks.flatMap((stack) => stack.messages);
    expect(messages.filter(({ level }) => level !== SynthesisMessageLevel.INFO).map(({ entry }) => entry.data)).toEqual(
      [],
    );
  });
});

test('the validator is at work', () => {
  const { app, claude } = new FullApp({ context: CONTEXT });
  (claude.runtime.node.defaultChild as CfnRuntime).addPropertyOverride('Nonsense', true);
  expect(() => app.synth()).toThrow(/Nonsense/);
});

describe('what users copy sets only properties that the schemas have', () => {
  const contextOf = (...folder: string[]): Record<string, unknown> => ({
    ...(JSON.parse(readFileSync(join(__dirname, '..', '..', ...folder, 'cdk.json'), 'utf8')) as { context: object })
      .context,
    ...CONTEXT,
  });
  const sample = (): App => {
    const app = new App({ context: contextOf() });
    const settings = settingsFrom(app.node);
    const { network } = new NetworkStack(app, 'Network', { allowedDomains: settings.allowedDomains });
    new SampleStack(app, 'Agents', { network, settings });
    return app;
  };
  const pipeline = (): App => {
    const app = new App({ context: contextOf('examples', 'pipeline') });
    new PipelineStack(app, 'AgentPipeline', pipelineSettings(app));
    return app;
  };

  // acknowledged findings are findings here: the registry refuses at deployment what its schema lacks
  test.each([
    ['the sample', sample],
    ['the pipeline', pipeline],
  ])('%s', (_, create) => {
    const acknowledge = jest.spyOn(Validations.prototype, 'acknowledge');
    try {
      const app = create();
      const ids = acknowledge.mock.calls.flat().map(({ id }) => id);
      expect(ids.filter((id) => id.startsWith('CloudFormation-Validate::'))).toEqual([]);
      expect(() => app.synth()).not.toThrow();
    } finally {
      acknowledge.mockRestore();
    }
  });
});

describe('tool lists on one page', () => {
  // undefined and not false: that would set the property too
  const without = (): GatewayApp => new GatewayApp({ context: CONTEXT, gateway: { singlePageToolLists: undefined } });
  const set = ({ tools }: GatewayApp): void => {
    const gateway = tools.gateway.node.defaultChild as CfnGateway;
    gateway.addPropertyOverride('ProtocolConfiguration.Mcp.DisableMcpListToolsPagination', true);
  };

  test('are a finding of the validator without the acknowledgement, under its id', () => {
    const app = without();
    set(app);
    const [vendor, rule] = Acknowledgements.SINGLE_PAGE_TOOL_LISTS.rule.split('::');
    expect(() => app.app.synth()).toThrow(
      new RegExp(`'DisableMcpListToolsPagination' is not allowed[^]*Acknowledge with '${vendor}::${rule}'`),
    );
  });

  test('hide no finding of the same rule: there is none without them', () => {
    expect(() => without().app.synth()).not.toThrow();
  });
});
