import type { CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import { STRICT } from '../fixture';
import { ACCOUNT, APPS, FullApp, REGION } from './apps';

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
