import { App, Stack, Stage } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import type { IAlarmSource } from '../../lib/monitoring/alarms/rule';
import { AlarmKind, AlarmSeverity } from '../../lib/monitoring/alarms/kind';
import { AgentAlarms } from '../../lib/monitoring/alarms/alarms';
import { messages, resource } from '../fixture';

const TOPIC_ARN = 'arn:aws:sns:eu-west-1:111122223333:pager';
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OTHERS = new iam.ServicePrincipal('events.amazonaws.com');

const KINDS = [AlarmSeverity.HIGH, AlarmSeverity.LOW].map((severity) =>
  AlarmKind.of(`queue-${severity.toLowerCase()}`, severity),
);
const SOURCE: IAlarmSource = {
  bindAlarms: () =>
    KINDS.map((kind) => ({
      kind,
      message: 'tasks wait',
      metric: new cloudwatch.Metric({ namespace: 'Mine', metricName: kind.heading }),
      threshold: 1,
    })),
};

function alarms(scope: Construct, topic: sns.ITopic, highSeverityTopic?: sns.ITopic, id = 'Alarms'): void {
  new AgentAlarms(scope, id, { watch: [SOURCE], topic, highSeverityTopic });
}

/** What a policy says of CloudWatch. */
function admitted({ Properties: { PolicyDocument, KeyPolicy } }: any): any[] {
  const { Statement } = PolicyDocument ?? KeyPolicy;
  return Statement.filter(({ Principal }: any) => Principal.Service === 'cloudwatch.amazonaws.com').map(
    ({ Sid: _, ...rest }: any) => rest,
  );
}

function policy(stack: Stack): any {
  return resource(Template.fromStack(stack), 'AWS::SNS::TopicPolicy');
}

const publish = (Resource: unknown, account: unknown = { Ref: 'AWS::AccountId' }): object => ({
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: 'sns:Publish',
  Resource,
  Condition: { StringEquals: { 'aws:SourceAccount': account } },
});
const ref = (id: string): object => ({ Ref: expect.stringMatching(new RegExp(`^${id}`)) });

describe('the policy of a topic', () => {
  test('that asks for TLS lets CloudWatch publish, for this account only', () => {
    const stack = new Stack(new App(), 'Team');
    alarms(stack, new sns.Topic(stack, 'Pager', { enforceSSL: true }));
    expect(policy(stack).Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny' }),
      { ...publish(ref('Pager')), Sid: expect.any(String) },
    ]);
    expect(messages({ stack })).toEqual([]);
  });

  test('is extended if it comes after the alarms', () => {
    const stack = new Stack(new App(), 'Team');
    const topic = new sns.Topic(stack, 'Pager');
    alarms(stack, topic);
    topic.addToResourcePolicy(
      new iam.PolicyStatement({ principals: [OTHERS], actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
    expect(admitted(policy(stack))).toEqual([publish(ref('Pager'))]);
  });

  test('is extended if it stands apart, also for an imported topic', () => {
    const stack = new Stack(new App(), 'Team');
    const imported = sns.Topic.fromTopicArn(stack, 'Imported', TOPIC_ARN);
    alarms(stack, imported);
    new sns.TopicPolicy(stack, 'Policy', { topics: [imported] });
    expect(admitted(policy(stack))).toEqual([publish(TOPIC_ARN)]);
  });

  test('is not made where there is none: the one of SNS stays in force', () => {
    const stack = new Stack(new App(), 'Team');
    alarms(stack, new sns.Topic(stack, 'Pager'));
    Template.fromStack(stack).resourceCountIs('AWS::SNS::TopicPolicy', 0);
  });

  test('of others is left alone', () => {
    const stack = new Stack(new App(), 'Team');
    alarms(stack, new sns.Topic(stack, 'Pager'));
    new sns.Topic(stack, 'Other', { enforceSSL: true });
    expect(admitted(policy(stack))).toEqual([]);
  });

  test('is extended once, however many alarms go there and however often it is synthesized', () => {
    const app = new App();
    const stack = new Stack(app, 'Team');
    const topic = new sns.Topic(stack, 'Pager', { enforceSSL: true });
    alarms(stack, topic, topic, 'One');
    alarms(new Stack(app, 'Elsewhere'), topic, topic, 'Two');
    app.synth();
    app.synth({ force: true });
    expect(admitted(policy(stack))).toHaveLength(1);
  });

  test('is extended for each severity, where these have topics of their own', () => {
    const stack = new Stack(new App(), 'Team');
    const [mail, pager] = ['Mail', 'Pager'].map((id) => new sns.Topic(stack, id, { enforceSSL: true }));
    alarms(stack, mail, pager);
    const policies = Object.values<any>(Template.fromStack(stack).findResources('AWS::SNS::TopicPolicy'));
    expect(policies.flatMap(admitted)).toEqual([publish(ref('Mail')), publish(ref('Pager'))]);
  });

  test('names the account of the alarms, in a stage too', () => {
    const stage = new Stage(new App(), 'Prod', { env: { account: '111122223333', region: 'eu-west-1' } });
    const stack = new Stack(stage, 'Team');
    const topic = new sns.Topic(stack, 'Pager', { enforceSSL: true, topicName: 'pager' });
    alarms(new Stack(stage, 'Watching'), topic);
    expect(admitted(policy(stack))).toEqual([publish(ref('Pager'), '111122223333')]);
  });

  test.each([
    ['that does not admit CloudWatch brings a warning', 'events.amazonaws.com', 1],
    ['that does is well', 'cloudwatch.amazonaws.com', 0],
  ])('in words of its own %s', (_case, Service, count) => {
    const stack = new Stack(new App(), 'Team');
    const topic = new sns.Topic(stack, 'Pager');
    alarms(stack, topic);
    const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sns:Publish', Resource: topic.topicArn }];
    new sns.CfnTopicPolicy(stack, 'Policy', { topics: [topic.topicArn], policyDocument: { Statement } });
    Template.fromStack(stack);
    expect(messages({ stack })).toEqual(
      [
        "alarms go to a topic whose policy does not let CloudWatch publish, and it cannot be extended here (got 'Team/Policy'); allowed: a statement that allows sns:Publish to cloudwatch.amazonaws.com; write it there, or make the policy with sns.TopicPolicy [ack: cdk-coding-agents:alarmTopicPolicy]",
      ].slice(0, count),
    );
  });
});

describe('the key of a topic', () => {
  const use = {
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  };

  test.each<[string, (key: kms.Key) => kms.IKey]>([
    ['itself', (key) => key],
    ['by an alias', (key) => key.addAlias('pager')],
  ])('may be used by CloudWatch: %s', (_case, given) => {
    const stack = new Stack(new App(), 'Team');
    const topic = new sns.Topic(stack, 'Pager', { masterKey: given(new kms.Key(stack, 'Key')) });
    alarms(stack, topic, undefined, 'One');
    alarms(stack, topic, undefined, 'Two');
    expect(admitted(resource(Template.fromStack(stack), 'AWS::KMS::Key'))).toEqual([use]);
    expect(messages({ stack })).toEqual([]);
  });

  test('that is imported is left to its owner', () => {
    const stack = new Stack(new App(), 'Team');
    alarms(stack, new sns.Topic(stack, 'Pager', { masterKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }));
    Template.fromStack(stack);
    expect(messages({ stack })).toEqual([]);
  });

  test('that is the one of AWS brings a warning, for CloudWatch may not use it', () => {
    const stack = new Stack(new App(), 'Team');
    const masterKey = kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/sns');
    alarms(stack, new sns.Topic(stack, 'Pager', { masterKey }));
    expect(messages({ stack })).toEqual([
      "the topic is encrypted with the key of AWS for SNS, which CloudWatch may not use: no alarm arrives (got 'Team/Pager'); allowed: a topic without encryption, or with a customer-managed key; give the topic a kms.Key of yours as `masterKey`; its policy is extended here [ack: cdk-coding-agents:alarmTopicKeyOfAws]",
    ]);
  });
});
