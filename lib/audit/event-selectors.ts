import type * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type { Construct } from 'constructs';
import type { AuditScope, EventType } from './scope';
import { EVENT_TYPES } from './scope';
import { invalid } from '../private/errors';

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_VALUES = 500;
/** they have nothing to do with agents, and are most of the events of many accounts */
const NOISE = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'];

type Selector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty;
type FieldSelector = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty;

/** What CloudTrail is told to record. A selector takes one type of resource. */
export function eventSelectors(trail: Construct, scope: AuditScope, managementEvents: boolean): Selector[] {
  const arns = scope.arns();
  const types = Object.keys(EVENT_TYPES) as EventType[];
  const data = types
    .filter((type) => arns === undefined || !EVENT_TYPES[type] || arns[type] !== undefined)
    .map((type) => dataEvents(type, arns?.[type]));
  const selectors = managementEvents ? [managementSelector(), ...data] : data;
  checkCount(trail, selectors);
  return selectors;
}

function dataEvents(type: EventType, arns: string[] | undefined): Selector {
  const fields: FieldSelector[] = [
    { field: 'eventCategory', equalTo: ['Data'] },
    { field: 'resources.type', equalTo: [`AWS::BedrockAgentCore::${type}`] },
  ];
  return {
    name: type,
    fieldSelectors: arns === undefined ? fields : [...fields, { field: 'resources.ARN', startsWith: arns }],
  };
}

function managementSelector(): Selector {
  return {
    name: 'Management',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Management'] },
      { field: 'eventSource', notEquals: NOISE },
    ],
  };
}

function checkCount(trail: Construct, selectors: Selector[]): void {
  const fields = selectors.flatMap(({ fieldSelectors }) => fieldSelectors as FieldSelector[]);
  const count = fields
    .flatMap(({ equalTo = [], notEquals = [], startsWith = [] }) => [equalTo, notEquals, startsWith])
    .reduce((sum, values) => sum + values.length, 0);
  if (count > MOST_VALUES) {
    throw invalid(trail, 'TooManyAudited', {
      what: 'the trail names more resources than the selectors of a trail can hold',
      got: `${count} values`,
      allowed: `${MOST_VALUES} values: an agent takes three, a gateway two, a credential provider one`,
      fix: 'leave `of` away for all of the account and region, or split the list over two trails',
    });
  }
}
