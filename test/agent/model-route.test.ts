import { Lazy } from 'aws-cdk-lib';
import { BedrockModel, ModelRoute } from '../../lib';
import { Fixture, resource, thrownBy } from '../fixture';

const MODEL = 'anthropic.claude-opus-4-6-v1';
const PROFILE = `eu.${MODEL}`;
const OWN = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc123';

function statements(route?: ModelRoute): any[] {
  const fixture = new Fixture({ stackProps: { env: { account: '111122223333', region: 'eu-central-1' } } });
  fixture.agent({ model: route });
  const policy = resource(fixture.template(), 'AWS::IAM::ManagedPolicy', 'Claude');
  return JSON.parse(
    JSON.stringify(policy.Properties.PolicyDocument.Statement).replaceAll(
      /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},("[^"]*")\]\]\}/g,
      (_, rest) => `"arn:aws${JSON.parse(rest)}"`,
    ),
  ).filter((s: any) => JSON.stringify(s.Action).includes('bedrock:'));
}

const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
const modelIn = (region: string) => `arn:aws:bedrock:${region}::foundation-model/${MODEL}`;

test('no model by default, and with none()', () => {
  expect(statements()).toEqual([]);
  expect(statements(ModelRoute.none())).toEqual([]);
});

test('a foundation model is one ARN of the own region', () => {
  expect(statements(ModelRoute.bedrock([BedrockModel.foundation(MODEL)]))).toEqual([
    { Effect: 'Allow', Action: INVOKE, Resource: modelIn('eu-central-1') },
  ]);
});

test('a profile of AWS is its ARN, and its model in each region by way of it only', () => {
  const profile = `arn:aws:bedrock:eu-central-1:111122223333:inference-profile/${PROFILE}`;
  expect(statements(ModelRoute.bedrock([BedrockModel.inferenceProfile(PROFILE, ['eu-west-1', 'eu-north-1'])]))).toEqual(
    [
      { Effect: 'Allow', Action: [...INVOKE, 'bedrock:GetInferenceProfile'], Resource: profile },
      {
        Effect: 'Allow',
        Action: INVOKE,
        Resource: [modelIn('eu-west-1'), modelIn('eu-north-1')],
        Condition: { ArnEquals: { 'bedrock:InferenceProfileArn': [profile] } },
      },
    ],
  );
});

test('a global profile is checked in the source region and on the ARN without one', () => {
  const [, models] = statements(ModelRoute.bedrock([BedrockModel.globalInferenceProfile(`global.${MODEL}`)]));
  expect(models.Resource).toEqual([modelIn('eu-central-1'), modelIn('')]);
});

test('a profile of the account, with and without the one it was copied from', () => {
  const [own] = statements(ModelRoute.bedrock([BedrockModel.applicationInferenceProfile(OWN, { modelId: MODEL })]));
  expect(own.Resource).toBe(OWN);
  const options = { modelId: MODEL, regions: ['eu-west-1'], copiedFrom: PROFILE };
  const [both, models] = statements(ModelRoute.bedrock([BedrockModel.applicationInferenceProfile(OWN, options)]));
  const system = `arn:aws:bedrock:eu-central-1:111122223333:inference-profile/${PROFILE}`;
  expect(both.Resource).toEqual([OWN, system]);
  expect(models).toMatchObject({
    Resource: modelIn('eu-west-1'),
    Condition: { ArnEquals: { 'bedrock:InferenceProfileArn': [OWN, system] } },
  });
});

test.each<[string, () => unknown, string]>([
  ['NoBedrockModel', () => ModelRoute.bedrock([]), 'a Bedrock route without a model lets the agent invoke nothing'],
  ['InvalidModelId', () => BedrockModel.foundation('*'), 'this is not a Bedrock model id'],
  ['InvalidModelId', () => BedrockModel.foundation('arn:aws:bedrock:::foundation-model/x'), 'no ARN, no wildcard'],
  [
    'InvalidModelId',
    () => BedrockModel.inferenceProfile('eu.anthropic.*', ['eu-west-1']),
    'this is not a Bedrock model id',
  ],
  [
    'ModelIsInferenceProfile',
    () => BedrockModel.foundation(PROFILE),
    `use BedrockModel.inferenceProfile('${PROFILE}', [...regions])`,
  ],
  [
    'InvalidInferenceProfile',
    () => BedrockModel.inferenceProfile(MODEL, ['eu-west-1']),
    'choose between BedrockModel.foundation, .inferenceProfile and .globalInferenceProfile',
  ],
  ['InvalidProfileRegions', () => BedrockModel.inferenceProfile(PROFILE, []), 'needs the regions to which it routes'],
  ['InvalidProfileRegions', () => BedrockModel.inferenceProfile(PROFILE, ['Europe']), `got 'Europe'`],
  [
    'InvalidInferenceProfile',
    () => BedrockModel.inferenceProfile(`global.${MODEL}`, ['eu-west-1']),
    'this is not the id of a geographic inference profile',
  ],
  [
    'InvalidInferenceProfile',
    () => BedrockModel.globalInferenceProfile(PROFILE),
    'this is not the id of a global inference profile',
  ],
  [
    'ProfileNotLiteral',
    () => BedrockModel.globalInferenceProfile(Lazy.string({ produce: () => PROFILE })),
    'known only at deployment',
  ],
  [
    'InvalidApplicationInferenceProfile',
    () => BedrockModel.applicationInferenceProfile(PROFILE, { modelId: MODEL }),
    'use BedrockModel.inferenceProfile',
  ],
  [
    'InvalidModelId',
    () => BedrockModel.applicationInferenceProfile(OWN, { modelId: '*' }),
    'this is not a Bedrock model id',
  ],
  [
    'InvalidProfileRegions',
    () => BedrockModel.applicationInferenceProfile(OWN, { modelId: MODEL, regions: ['x'] }),
    `got 'x'`,
  ],
])('%s', (code, make, text) => {
  const error = thrownBy(make);
  expect(error.code).toBe(code);
  expect(error.text).toContain(text);
});

test('an id that is known only at deployment is taken as it is', () => {
  const token = Lazy.string({ produce: () => OWN });
  expect(
    statements(ModelRoute.bedrock([BedrockModel.applicationInferenceProfile(token, { modelId: MODEL })])),
  ).toHaveLength(2);
});
