import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

const SOURCE = 'eventSource = "bedrock-agentcore.amazonaws.com"';
/** the person by the claim of a token, by the session of a role, or at least the account */
const WHO = 'coalesce(additionalEventData.jwt.claims.sub, userIdentity.arn, userIdentity.accountId) as who';
const WHAT = 'resources.0.ARN as what';
const FAILURE = 'coalesce(errorCode, responseElements.body.error.message) as failure';
const CREDENTIAL_EVENTS =
  '/^(CompleteResourceTokenAuth|GetResourceApiKey|GetResourceOauth2Token|GetWorkloadAccessToken)/';
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
    fields: [
      'eventTime',
      WHO,
      WHAT,
      'requestParameters.runtimeSessionId as session',
      'sourceIPAddress',
      'userAgent',
      FAILURE,
    ],
    filter: 'eventName = "InvokeAgentRuntimeCommandShell"',
  },
  {
    id: 'Commands',
    name: 'Who ran commands',
    fields: [
      'eventTime',
      WHO,
      WHAT,
      'requestParameters.runtimeSessionId as session',
      'sourceIPAddress',
      'userAgent',
      FAILURE,
    ],
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

/** What the queries ask. */
export interface QueriesProps {
  readonly trailName: string;
  readonly logGroup: logs.ILogGroup;
  /** whether there is anything to find about changes */
  readonly managementEvents: boolean;
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
