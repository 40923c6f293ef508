import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { STRICT } from './fixture';

// The suites of a worker share the engine that judges templates, see environment.js. It must still find what is wrong,
// whatever it was given before.

function synthesize(type: string, properties: Record<string, unknown>): void {
  const app = new App({ context: STRICT, analyticsReporting: false });
  new CfnResource(new Stack(app, 'Stack'), 'Resource', { type, properties });
  app.synth();
}

const before = process.env.CDK_VALIDATION;
beforeEach(() => void (process.env.CDK_VALIDATION = 'true'));
afterEach(() => void (process.env.CDK_VALIDATION = before));

test('what is wrong is found, before and after what is right, with any types of resources', () => {
  const topic = (TopicName: unknown) => () => synthesize('AWS::SNS::Topic', { TopicName });
  const bus = (Name: unknown) => () => synthesize('AWS::Events::EventBus', { Name });
  expect(topic({ of: 'agents' })).toThrow('not of type');
  expect(topic('agents')).not.toThrow();
  expect(bus('agents')).not.toThrow();
  expect(bus({ of: 'agents' })).toThrow('not of type');
  expect(topic({ of: 'agents' })).toThrow('not of type');
  expect(topic('agents')).not.toThrow();
});

test('nothing is found where the validator is off', () => {
  process.env.CDK_VALIDATION = 'false';
  expect(() => synthesize('AWS::SNS::Topic', { TopicName: { of: 'agents' } })).not.toThrow();
});
