import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { logStorageOf } from '../logs/storage';
import { letLogsUseKey } from '../private/keys';

const PREFIX = '/coding-agents/audit/';

const SOURCE = 'eventSource = "bedrock-agentcore.amazonaws.com"';
/** the person by the claim of a token, by the session of a role, or at least the account */
const WHO = 'coalesce(additionalEventData.jwt.claims.sub, userIdentity.arn, userIdentity.accountId) as who';
const WHAT = 'resources.0.ARN as what';
const FAILURE = 'coalesce(errorCode, responseElements.body.error.message) as failure';
const CREDENTIAL_EVENTS =
  '/^(CompleteResourceTokenAuth|GetResourceApiKey|GetResourceOauth2Token|GetWorkloadAccessToken)/';

/** a shell or a command: who, where, and from which machine */
const INSIDE = [
  'eventTime',
  WHO,
  WHAT,
  'requestParameters.runtimeSessionId as session',
  'sourceIPAddress',
  'userAgent',
  FAILURE,
];

const DENIED = [
  'errorCode like /AccessDenied|Unauthorized/',
  'responseElements.statusCode in [401, 403]',
  'ispresent(responseElements.body.error.code)',
].join(' or ');

interface Query {
  readonly id: string;
  readonly name: string;
  readonly fields: string[];
  readonly filter: string;
}

const QUERIES: Query[] = [
  {
    id: 'Invocations',
    name: 'Who invoked what',
    fields: [
      'eventTime',
      WHO,
      'eventName',
      WHAT,
      'requestParameters.runtimeSessionId as session',
      'requestParameters.body.params.name as tool',
      'sourceIPAddress',
      FAILURE,
    ],
    filter: 'eventName like /^Invoke(AgentRuntime|Gateway|Mcp)/ and eventName not like /Command/',
  },
  {
    id: 'Shells',
    name: 'Who opened a shell',
    fields: INSIDE,
    filter: 'eventName = "InvokeAgentRuntimeCommandShell"',
  },
  {
    id: 'Commands',
    name: 'Who ran commands',
    fields: INSIDE,
    filter: 'eventName = "InvokeAgentRuntimeCommand"',
  },
  {
    id: 'Credentials',
    name: 'Which credential was used for whom',
    fields: [
      'eventTime',
      'userIdentity.arn as caller',
      'eventName',
      'requestParameters.resourceCredentialProviderName as provider',
      'requestParameters.workloadName as workload',
      'requestParameters.userId as user',
      'requestParameters.oauth2Flow as flow',
      WHAT,
      FAILURE,
    ],
    filter: `eventName like ${CREDENTIAL_EVENTS}`,
  },
  {
    id: 'Denied',
    name: 'Denied calls',
    fields: ['eventTime', WHO, 'eventName', WHAT, 'sourceIPAddress', FAILURE, 'errorMessage'],
    filter: DENIED,
  },
];

const CHANGES: Query = {
  id: 'Changes',
  name: 'Who changed agents, gateways and credentials',
  fields: ['eventTime', WHO, 'eventName', 'coalesce(resources.0.ARN, requestParameters.name) as what', FAILURE],
  filter: 'eventCategory = "Management" and eventName not like /^(Get|List|CompleteResourceTokenAuth)/',
};

/** How the log group is kept. */
interface AuditLogsProps {
  readonly trailName: string;
  readonly encryptionKey: kms.IKey;
  readonly retention?: logs.RetentionDays;
}

/** What the queries ask. */
interface QueriesProps {
  readonly trailName: string;
  readonly logGroup: logs.ILogGroup;
  /** whether there is anything to find about changes */
  readonly managementEvents: boolean;
}

/** The log group to which CloudTrail sends the records, and the role as which it does. */
export class AuditLogs extends Construct {
  public readonly logGroup: logs.LogGroup;
  public readonly role: iam.Role;

  public constructor(scope: Construct, id: string, props: AuditLogsProps) {
    super(scope, id);
    const { encryptionKey } = props;
    const { retention } = logStorageOf(this, props);
    // the id of the stack makes the name new for a stack that is deleted, with its logs kept, and made again
    const instance = Fn.select(2, Fn.split('/', Stack.of(this).stackId));
    this.logGroup = new logs.LogGroup(this, 'Group', {
      logGroupName: `${PREFIX}${instance}/${props.trailName}`,
      retention,
      encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    letLogsUseKey(this, encryptionKey, `${PREFIX}*`);
    this.role = this.createRole(props.trailName);
  }

  private createRole(trailName: string): iam.Role {
    const role = new iam.Role(this, 'Role', {
      description: `Writes the records of audit trail ${trailName} to its log group`,
      // AWS does not say that CloudTrail sets aws:SourceArn here, so the trust is not pinned
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com'),
    });
    new iam.ManagedPolicy(this, 'Policy', {
      description: `Writes the records of audit trail ${trailName} to its log group`,
      roles: [role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [this.logGroup.logGroupArn],
        }),
      ],
    });
    return role;
  }
}

/** Saves the queries that an auditor starts from, so that they are in the list of CloudWatch Logs Insights. */
export function saveQueries(scope: Construct, { trailName, logGroup, managementEvents }: QueriesProps): void {
  for (const { id, name, fields, filter } of managementEvents ? [...QUERIES, CHANGES] : QUERIES) {
    new logs.QueryDefinition(scope, `${id}Query`, {
      queryDefinitionName: `${trailName}/${name}`,
      logGroups: [logGroup],
      queryString: new logs.QueryString({
        fields,
        filterStatements: [SOURCE, filter],
        sort: 'eventTime desc',
        limit: 1000,
      }),
    });
  }
}
