import { AspectPriority, Aspects, Stack, Stage, type IAspect } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { warn } from '../../private/errors';

const CLOUDWATCH = 'cloudwatch.amazonaws.com';
/** its policy is written by AWS, and lets only people of the account in */
const KEY_OF_AWS = 'alias/aws/sns';
const made = new WeakMap<IConstruct, AlarmTopics>();

/** Whose alarms go where. */
interface Told {
  readonly topicArn: string;
  readonly account: string;
}

/**
 * Lets the alarms of the scope's account reach a topic, whose policy and key may be made or changed later.
 *
 * A policy replaces the one that SNS gives each topic, by which CloudWatch may publish. So one that there is gets a
 * statement; where there is none, none is made, for it would cut off whoever publishes by that of SNS.
 */
export function letAlarmsReach(scope: IConstruct, topic: sns.ITopic): void {
  AlarmTopics.of(topic).add({ topicArn: topic.topicArn, account: Stack.of(scope).account }, topic.masterKey);
  if (isKeyOfAws(topic.masterKey)) {
    warn(scope, 'alarmTopicKeyOfAws', {
      what: 'the topic is encrypted with the key of AWS for SNS, which CloudWatch may not use: no alarm arrives',
      got: topic.node.path,
      allowed: 'a topic without encryption, or with a customer-managed key',
      fix: 'give the topic a kms.Key of yours as `masterKey`; its policy is extended here',
    });
  }
}

/** The topics of a stage that alarms go to. */
class AlarmTopics implements IAspect {
  public static of(topic: IConstruct): AlarmTopics {
    const stage = Stage.of(topic) ?? topic.node.root;
    const present = made.get(stage);
    if (present !== undefined) {
      return present;
    }
    const created = new AlarmTopics();
    made.set(stage, created);
    Aspects.of(stage).add(created, { priority: AspectPriority.MUTATING });
    return created;
  }

  private readonly told = new Map<string, Told>();

  /** Each topic once for each account, however many alarms go there. */
  public add(told: Told, key: kms.IKey | undefined): void {
    const id = JSON.stringify([told.topicArn, told.account]);
    if (!this.told.has(id)) {
      this.told.set(id, told);
      // nothing but adds to the policy of a key; that of an import is left to its owner
      key?.addToResourcePolicy(allow(['kms:Decrypt', 'kms:GenerateDataKey*'], '*', told.account), true);
    }
  }

  /** When all is made: a policy can come after the alarms. */
  public visit(node: IConstruct): void {
    if (sns.CfnTopicPolicy.isCfnTopicPolicy(node)) {
      [...this.told.values()]
        .filter(({ topicArn }) => node.topics.includes(topicArn))
        .forEach((one) => admit(node, one));
    }
  }
}

function admit(policy: sns.CfnTopicPolicy, { topicArn, account }: Told): void {
  const document: unknown = policy.policyDocument;
  if (document instanceof iam.PolicyDocument) {
    document.addStatements(allow(['sns:Publish'], topicArn, account));
  } else if (!JSON.stringify(Stack.of(policy).resolve(document)).includes(CLOUDWATCH)) {
    warn(policy, 'alarmTopicPolicy', {
      what: 'alarms go to a topic whose policy does not let CloudWatch publish, and it cannot be extended here',
      got: policy.node.path,
      allowed: `a statement that allows sns:Publish to ${CLOUDWATCH}`,
      fix: 'write it there, or make the policy with sns.TopicPolicy',
    });
  }
}

function allow(actions: string[], resource: string, account: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(CLOUDWATCH)],
    actions,
    resources: [resource],
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  });
}

function isKeyOfAws(key: kms.IKey | undefined): boolean {
  return key !== undefined && 'aliasName' in key && key.aliasName === KEY_OF_AWS;
}
