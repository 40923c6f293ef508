import { App, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { TransactionSearchProps } from '../../lib/logs/transaction-search';
import { TransactionSearch } from '../../lib/logs/transaction-search';
import { resource, STRICT, thrownBy } from '../fixture';

const env = { account: '111122223333', region: 'eu-west-1' };
const CONFIG = 'AWS::XRay::TransactionSearchConfig';
const POLICY = 'AWS::Logs::ResourcePolicy';

const newStack = (): Stack => new Stack(new App(), 'Stack', { env });

function templateOf(props: TransactionSearchProps = {}, stack = newStack()): Template {
  new TransactionSearch(stack, 'Search', props);
  return Template.fromStack(stack);
}

test('is turned on with one percent, waits for its policy, and stays on', () => {
  const { Properties, DependsOn, DeletionPolicy, UpdateReplacePolicy } = resource(templateOf(), CONFIG);
  expect(Properties).toEqual({ IndexingPercentage: 1 });
  expect(DependsOn).toEqual([expect.stringMatching(/^SearchLogsPolicy/)]);
  expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
});

test('X-Ray may write spans of this account, to its two log groups', () => {
  const template = templateOf();
  const { Properties, DeletionPolicy } = resource(template, POLICY);
  expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  expect(Properties.PolicyName).toMatch(/^StackSearch/);
  // the partition stays open
  const [, parts] = Properties.PolicyDocument['Fn::Join'];
  const document = JSON.parse(parts.map((part: unknown) => (typeof part === 'string' ? part : 'aws')).join(''));
  expect(document.Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'xray.amazonaws.com' },
      Action: 'logs:PutLogEvents',
      Resource: [
        'arn:aws:logs:eu-west-1:111122223333:log-group:aws/spans:*',
        'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/application-signals/data:*',
      ],
      Condition: {
        StringEquals: { 'aws:SourceAccount': '111122223333' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:xray:eu-west-1:111122223333:*' },
      },
    },
  ]);
});

test('without a policy of its own', () => {
  const template = templateOf({ logsResourcePolicy: false });
  template.resourceCountIs(POLICY, 0);
  expect(resource(template, CONFIG).DependsOn).toBeUndefined();
});

test('is turned off with its stack, where asked to', () => {
  const template = templateOf({ removalPolicy: RemovalPolicy.DESTROY });
  expect([CONFIG, POLICY].map((type) => resource(template, type).DeletionPolicy)).toEqual(['Delete', 'Delete']);
});

test.each([0, 0.5, 100])('takes %p percent', (indexingPercentage) => {
  const template = templateOf({ indexingPercentage });
  expect(resource(template, CONFIG).Properties.IndexingPercentage).toBe(indexingPercentage);
});

test('takes a percentage that is known at deployment', () => {
  const template = templateOf({ indexingPercentage: Lazy.number({ produce: () => 7 }) });
  expect(resource(template, CONFIG).Properties.IndexingPercentage).toBe(7);
});

describe('refuses', () => {
  test.each([-1, 100.1, NaN])('%p percent', (indexingPercentage) => {
    const error = thrownBy(() => templateOf({ indexingPercentage }));
    expect(error.code).toBe('InvalidIndexingPercentage');
    expect(error.text).toContain(
      `indexingPercentage is not a percentage (got ${indexingPercentage}); allowed: 0 to 100; leave it away for 1, which is free`,
    );
  });

  test('a second one in the account and region, in whichever stack', () => {
    const app = new App();
    const [first, second, elsewhere] = ['First', 'Second', 'Elsewhere'].map(
      (id) => new Stack(app, id, { env: { ...env, region: id === 'Elsewhere' ? 'us-east-1' : env.region } }),
    );
    new TransactionSearch(first, 'Search');
    new TransactionSearch(elsewhere, 'Search');
    const error = thrownBy(() => new TransactionSearch(second, 'Other'));
    expect(error.code).toBe('SecondTransactionSearch');
    expect(error.text).toContain(
      "Transaction Search of this account and region is turned on already (got 'Second/Other'); allowed: one TransactionSearch for each account and region, which has one such setting; remove this one, 'First/Search' turns it on",
    );
  });
});

test.each([
  ['any account', undefined],
  ['a known account', env],
])('CloudFormation has nothing to say in %s', (_, place) => {
  const before = process.env.CDK_VALIDATION;
  delete process.env.CDK_VALIDATION;
  try {
    const stack = new Stack(new App({ context: STRICT }), 'Strict', { env: place });
    new TransactionSearch(stack, 'Search', { indexingPercentage: 5 });
    Template.fromStack(stack).resourceCountIs(CONFIG, 1);
  } finally {
    process.env.CDK_VALIDATION = before;
  }
});
