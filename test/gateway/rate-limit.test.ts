import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Rate, RateLimit } from '../../lib/gateway/limits/rate-limit';
import { GatewayRateLimits } from '../../lib/gateway/limits/rate-limits';
import { STRICT, thrownBy } from '../fixture';
import { contextOf } from './cedar-engine';

const TYPE = 'AWS::BedrockAgentCore::GatewayRateLimit';
const ID = 'tools-a1b2c3d4e5';
const ten = Rate.requestsPerMinute(10);
const many = Rate.requestsPerSecond(200);

function limitsOf(limits: RateLimit[], usesJwt = true, context?: Record<string, unknown>): Stack {
  const stack = new Stack(new App({ context }), 'Tools');
  new GatewayRateLimits(stack, 'Limits', {
    limits,
    usesJwt,
    gatewayIdentifier: ID,
    context: () => contextOf(undefined, usesJwt),
  });
  return stack;
}

function rendered(limits: RateLimit[], usesJwt = true): object[] {
  return Object.values(Template.fromStack(limitsOf(limits, usesJwt)).findResources(TYPE)).map((r) => r.Properties);
}

test.each([
  [RateLimit.perPrincipal(ten), '$.context.iam.principal', '*'],
  [
    RateLimit.perPrincipal(ten, 'arn:aws:iam::111122223333:role/A'),
    '$.context.iam.principal',
    'arn:aws:iam::111122223333:role/A',
  ],
  [RateLimit.perClaim('sub', ten), '$.context.jwt.sub', '*'],
  [RateLimit.perClaim('team', ten, 'blue'), '$.context.jwt.team', 'blue'],
  [RateLimit.perTarget(ten), 'targetName', '*'],
  [RateLimit.perTarget(ten, 'slack'), 'targetName', 'slack'],
  [RateLimit.perTool(ten), 'toolName', '*'],
  [RateLimit.perTool(ten, 'slack___search'), 'toolName', 'slack___search'],
])('counts by %#', (limit, key, value) => {
  expect(rendered([limit], limit._dimension.needs !== 'iam')).toEqual([
    {
      GatewayIdentifier: ID,
      DimensionKeys: [key],
      Entries: [{ Dimensions: { [key]: value }, Requests: [{ Rate: 10, Period: 'minute' }] }],
    },
  ]);
});

test.each([
  [Rate.requestsPerSecond(0), { Requests: [{ Rate: 0, Period: 'second' }] }],
  [Rate.requestsPerMinute(10_000_000), { Requests: [{ Rate: 10_000_000, Period: 'minute' }] }],
  [Rate.connectionsPerSecond(5), { Connections: [{ Rate: 5, Period: 'second' }] }],
])('rate %#', (rate, entry) => {
  expect(rendered([RateLimit.perTool(rate)])).toEqual([
    expect.objectContaining({ Entries: [{ Dimensions: { toolName: '*' }, ...entry }] }),
  ]);
});

test('AgentCore keeps one list for each thing that is counted', () => {
  const limits = [
    RateLimit.perTarget(many),
    RateLimit.perClaim('sub', ten),
    RateLimit.perTarget(ten, 'slack'),
    RateLimit.perTarget(Rate.connectionsPerSecond(2), 'slack'),
  ];
  expect(rendered(limits)).toEqual([
    expect.objectContaining({
      DimensionKeys: ['targetName'],
      Entries: [
        { Dimensions: { targetName: '*' }, Requests: [{ Rate: 200, Period: 'second' }] },
        {
          Dimensions: { targetName: 'slack' },
          Requests: [{ Rate: 10, Period: 'minute' }],
          Connections: [{ Rate: 2, Period: 'second' }],
        },
      ],
    }),
    expect.objectContaining({ DimensionKeys: ['$.context.jwt.sub'] }),
  ]);
});

test('limits are made one after another', () => {
  const template = Template.fromStack(limitsOf([RateLimit.perTarget(ten), RateLimit.perTool(ten)]));
  const [[first, { DependsOn: none }], [, { DependsOn }]] = Object.entries(template.findResources(TYPE));
  expect(none).toBeUndefined();
  expect(DependsOn).toEqual([first]);
});

test.each([
  [
    'InvalidRate',
    () => Rate.requestsPerSecond(1.5),
    'requests a second are not a number that AgentCore takes (got 1.5); allowed: a whole number from 0 (which blocks) to 10000000; write the number out, or choose another period',
  ],
  ['InvalidRate', () => Rate.requestsPerMinute(-1), 'requests a minute are not'],
  ['InvalidRate', () => Rate.connectionsPerSecond(10_000_001), 'connections a second are not'],
  ['InvalidRate', () => Rate.requestsPerMinute(Lazy.number({ produce: () => 1 })), 'requests a minute are not'],
  [
    'InvalidRateLimitClaim',
    () => RateLimit.perClaim('cognito:groups', ten),
    "rate limits cannot count by this claim (got 'cognito:groups'); allowed: 2 to 63 letters, digits, and _ . -, without a colon, beginning with a letter or underscore; use sub, or let the identity provider copy the claim under another name",
  ],
  ['InvalidRateLimitClaim', () => RateLimit.perClaim('a', ten), "got 'a'"],
  ['InvalidRateLimitClaim', () => RateLimit.perClaim('a'.repeat(64), ten), 'cannot count by this claim'],
  ...['jti', 'nonce', 'iat', 'exp', 'nbf'].map((claim): [string, () => unknown, string] => [
    'UnboundedRateLimitClaim',
    () => RateLimit.perClaim(claim, ten),
    `this claim differs in each token, so the limit would never be reached (got '${claim}'); allowed: a claim that stays with the caller; use sub`,
  ]),
  [
    'InvalidRateLimitValue',
    () => RateLimit.perTarget(ten, ' '),
    "the rate limit is for a value of targetName that AgentCore does not take (got ' '); allowed: 1 to 256 characters; leave it away for a limit of its own for each",
  ],
  ['InvalidRateLimitValue', () => RateLimit.perClaim('sub', ten, 'x'.repeat(257)), 'a value of $.context.jwt.sub'],
  ['InvalidToolName', () => RateLimit.perTool(ten, 'slack'), "got 'slack'"],
  [
    'DuplicateRateLimit',
    () => limitsOf([RateLimit.perTool(ten), RateLimit.perTool(many)]),
    "two rate limits count requests of the same toolName (got '*'); allowed: one rate of requests and one of connections for each; keep the stricter one",
  ],
  [
    'RateLimitOfOtherCallers',
    () => limitsOf([RateLimit.perPrincipal(ten)]),
    "a rate limit counts by IAM principal, and callers of this gateway bring tokens (got '$.context.iam.principal'); allowed: RateLimit.perClaim; use RateLimit.perClaim('sub', ...)",
  ],
  [
    'RateLimitOfOtherCallers',
    () => limitsOf([RateLimit.perClaim('sub', ten)], false),
    "a rate limit counts by a claim, and callers of this gateway bring no token (got '$.context.jwt.sub'); allowed: RateLimit.perPrincipal; use RateLimit.perPrincipal(...)",
  ],
  [
    'TooManyRateLimits',
    () => limitsOf(Array.from({ length: 51 }, (_, i) => RateLimit.perClaim(`claim${i}`, ten))),
    'the gateway counts by too many things (got 51); allowed: at most 50; remove some',
  ],
  [
    'TooManyRateLimits',
    () => limitsOf(Array.from({ length: 1001 }, (_, i) => RateLimit.perClaim('sub', ten, `u${i}`))),
    'too many limits by $.context.jwt.sub (got 1001); allowed: at most 1000; remove some',
  ],
])('%s %#', (code, make, text) => {
  const error = thrownBy(make);
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test.each([
  [
    RateLimit.perTarget(ten, 'slak'),
    "a rate limit: it names a target that the gateway does not have (got 'slak'); allowed: slack, jira, github, gh-read; did you mean 'slack'?",
  ],
  [RateLimit.perTool(ten, 'slack___serch'), "a rate limit: it names a tool that target 'slack' does not have"],
])('an unknown name comes out at synthesis %#', (limit, text) => {
  const app = limitsOf([limit]).node.root as App;
  expect(() => app.synth()).toThrow(text);
});

test('a tool of an unknown set, and a target known only at deployment, are taken as they are', () => {
  const target = Lazy.string({ produce: () => 'x' });
  const stack = limitsOf([RateLimit.perTool(ten, 'jira___anything'), RateLimit.perTarget(ten, target)]);
  expect(() => (stack.node.root as App).synth()).not.toThrow();
});

test('no finding of the strict validator', () => {
  process.env.CDK_VALIDATION = 'true';
  try {
    for (const [caller, usesJwt] of [
      [RateLimit.perClaim('team-name', ten, 'blue'), true],
      [RateLimit.perPrincipal(Rate.connectionsPerSecond(1)), false],
    ] as const) {
      const stack = limitsOf([caller, RateLimit.perTarget(many), RateLimit.perTool(ten)], usesJwt, STRICT);
      expect(() => Template.fromStack(stack)).not.toThrow();
    }
  } finally {
    process.env.CDK_VALIDATION = 'false';
  }
});
