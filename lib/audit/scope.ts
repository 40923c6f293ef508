import { Fn, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import type * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import type { Construct, IConstruct } from 'constructs';
import { invalid } from '../private/errors';
import { checkPlace, importedArn } from '../private/references';

/** The types of resources on which CloudTrail records data events of agents, and whether each can be told apart by ARN. */
const EVENT_TYPES = {
  Runtime: true,
  RuntimeEndpoint: true,
  Gateway: true,
  APIKeyCredentialProvider: true,
  OAuth2CredentialProvider: true,
  WorkloadIdentity: true,
  // one in an account and region
  TokenVault: false,
  WorkloadIdentityDirectory: false,
};

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
const MOST_SELECTOR_VALUES = 500;

/** they have nothing to do with agents, and are most of the events of many accounts */
const NOISY_SOURCES = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'];

type EventType = keyof typeof EVENT_TYPES;

/** How the ARNs begin that are recorded, by type. */
type AuditedArns = Partial<Record<EventType, string[]>>;

/** One resource that is recorded. `key` tells whether two trails record the same. */
interface Audited {
  readonly key: IConstruct | string;
  readonly arns: AuditedArns;
}

type Selector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty;

type FieldSelector = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty;

/** What a trail records: everything, or what lies below some constructs. */
export class AuditScope {
  public constructor(
    trail: Construct,
    private readonly of?: IConstruct[],
  ) {
    if (of?.length === 0) {
      throw nothing(trail, 'of is an empty list');
    }
    of?.forEach((construct) => checkHome(trail, construct));
    of?.forEach((construct) => {
      if (auditedUnder(construct).length === 0) {
        throw nothing(trail, 'of names something that AgentCore records nothing about', construct.node.path);
      }
    });
  }

  /** The ARNs by type; undefined for everything. Targets and agents that are added later are there too. */
  public arns(): AuditedArns | undefined {
    return this.of && merge([...this.audited().values()].map(({ arns }) => arns));
  }

  /** Whether both record the same resource, as far as it is known now. */
  public overlaps(other: AuditScope): boolean {
    if (this.of === undefined || other.of === undefined) {
      return true;
    }
    const theirs = other.audited();
    return [...this.audited().keys()].some((key) => theirs.has(key));
  }

  private audited(): Map<IConstruct | string, Audited> {
    return new Map((this.of ?? []).flatMap(auditedUnder).map((audited) => [audited.key, audited]));
  }
}

function nothing(trail: Construct, what: string, got?: string): Error {
  return invalid(trail, 'NothingToAudit', {
    what,
    got,
    allowed: 'agents, gateways, credential providers, workload identities, or constructs that hold some of them',
    fix: 'make them before the trail, or leave `of` away for all of the account and region',
  });
}

/** a trail records the calls of its own region */
function checkHome(trail: Construct, construct: IConstruct): void {
  checkPlace(
    trail,
    { resource: construct, arn: importedArn(construct) },
    {
      code: 'AuditedElsewhere',
      what: `'${construct.node.path}' is`,
      than: 'the trail',
      same: ['region', 'account'],
      fix: 'make a trail in each account and region',
    },
  );
}

function auditedUnder(construct: IConstruct): Audited[] {
  const made = construct.node.findAll().flatMap((node) => {
    const arns = arnsOf(node);
    return arns === undefined ? [] : [{ key: node, arns }];
  });
  const arn = importedArn(construct);
  return made.length > 0 || arn === undefined ? made : [{ key: arn, arns: importedArns(construct, arn) }];
}

function arnsOf(node: IConstruct): AuditedArns | undefined {
  if (agentcore.CfnRuntime.isCfnRuntime(node)) {
    return runtimeArns(node, node.attrAgentRuntimeArn, node.attrAgentRuntimeId);
  }
  if (agentcore.CfnGateway.isCfnGateway(node)) {
    return gatewayArns(node, node.attrGatewayArn, node.attrGatewayIdentifier);
  }
  if (agentcore.CfnApiKeyCredentialProvider.isCfnApiKeyCredentialProvider(node)) {
    return { APIKeyCredentialProvider: [node.attrCredentialProviderArn] };
  }
  if (agentcore.CfnOAuth2CredentialProvider.isCfnOAuth2CredentialProvider(node)) {
    return { OAuth2CredentialProvider: [node.attrCredentialProviderArn] };
  }
  return agentcore.CfnWorkloadIdentity.isCfnWorkloadIdentity(node)
    ? { WorkloadIdentity: [node.attrWorkloadIdentityArn] }
    : undefined;
}

function importedArns(construct: IConstruct, arn: string): AuditedArns {
  const id = Fn.select(1, Fn.split('/', arn));
  return 'gatewayArn' in construct ? gatewayArns(construct, arn, id) : runtimeArns(construct, arn, id);
}

/** the ARN of an endpoint begins with that of its runtime */
function runtimeArns(scope: IConstruct, arn: string, id: string): AuditedArns {
  return { Runtime: [arn], RuntimeEndpoint: [arn], WorkloadIdentity: [identityArn(scope, id)] };
}

function gatewayArns(scope: IConstruct, arn: string, id: string): AuditedArns {
  return { Gateway: [arn], WorkloadIdentity: [identityArn(scope, id)] };
}

/** the service makes an identity for each runtime and gateway, and names it after their id */
function identityArn(scope: IConstruct, id: string): string {
  return Stack.of(scope).formatArn({
    service: 'bedrock-agentcore',
    resource: 'workload-identity-directory',
    resourceName: `default/workload-identity/${id}`,
  });
}

function merge(all: AuditedArns[]): AuditedArns {
  const merged: AuditedArns = {};
  for (const arns of all) {
    for (const [type, values] of Object.entries(arns) as [EventType, string[]][]) {
      merged[type] = [...new Set([...(merged[type] ?? []), ...values])];
    }
  }
  return merged;
}

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
      { field: 'eventSource', notEquals: NOISY_SOURCES },
    ],
  };
}

function checkCount(trail: Construct, selectors: Selector[]): void {
  const fields = selectors.flatMap(({ fieldSelectors }) => fieldSelectors as FieldSelector[]);
  const count = fields
    .flatMap(({ equalTo = [], notEquals = [], startsWith = [] }) => [equalTo, notEquals, startsWith])
    .reduce((sum, values) => sum + values.length, 0);
  if (count > MOST_SELECTOR_VALUES) {
    throw invalid(trail, 'TooManyAudited', {
      what: 'the trail names more resources than the selectors of a trail can hold',
      got: `${count} values`,
      allowed: `${MOST_SELECTOR_VALUES} values: an agent takes three, a gateway two, a credential provider one`,
      fix: 'leave `of` away for all of the account and region, or split the list over two trails',
    });
  }
}
