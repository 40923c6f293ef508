/*
 * What a session connects to and what a network opens, as data. `CodingAgent`, `AgentCoreChecks` and the compliance report
 * evaluate the same rules, so this file imports nothing.
 */

/** A host or an AWS service that a session connects to. */
export interface Need {
  /** the last part of the name of the service's interface endpoint, such as `lambda`; undefined for a host */
  readonly service?: string;
  /** undefined, together with `service`, for hosts of the internet that their vendor does not list */
  readonly host?: string;
  /** @default 443 */
  readonly port?: number;
  /** whether the host is known to be on the internet, and never in a VPC */
  readonly onInternet?: boolean;
  /** what the session connects for, such as `git credentials` */
  readonly purpose: string;
}

/** What a network opens to the sessions in it. What is not known counts as open. */
export interface Openings {
  /** the AWS services that have an endpoint; 'any' if they are reached over the internet */
  readonly services: 'any' | readonly string[];
  /** the domains beyond AWS; a leading dot includes the subdomains */
  readonly domains: 'any' | readonly string[];
  /** the TCP ports on which any address is reached */
  readonly ports: 'any' | readonly PortRange[];
  /** whether hosts in the VPC, and in networks that are connected to it, may be reached by name */
  readonly privateHosts: boolean;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const HTTPS_PORT = 443;

/** A network without a VPC, and every network of which nothing is known. */
export const EVERYTHING_OPEN: Openings = { services: 'any', domains: 'any', ports: 'any', privateHosts: true };

/** The name of the note in the template of a runtime that lists its needs; the checks and the report read it. */
export const NEEDS_NOTE = 'needs';

/** AgentCore fetches the image and sends the logs of a session through the network of the agent. */
export const START_SERVICES: readonly string[] = ['ecr.api', 'ecr.dkr', 'logs'];

/** What the start of an agent needs; see `START_SERVICES`. */
export const START_NEEDS: readonly Need[] = START_SERVICES.map((service) => ({
  service,
  purpose: service === 'logs' ? 'the logs of the agent' : 'the image of the agent',
}));

const REGION = '<region>';
const AWS_HOST = /(?:^|\.)([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/** the hosts of services that are not called `<service>.<region>.amazonaws.com` */
const HOSTS: Readonly<Record<string, string>> = {
  'bedrock-agentcore.gateway': `gateway.bedrock-agentcore.${REGION}.amazonaws.com`,
  'bedrock-mantle': `bedrock-mantle.${REGION}.api.aws`,
  'ecr.api': `api.ecr.${REGION}.amazonaws.com`,
  'ecr.dkr': `dkr.ecr.${REGION}.amazonaws.com`,
};

/**
 * The endpoints of the services that code in a session calls with the role of its agent, by the prefix of their actions
 * in IAM. Secrets Manager and KMS are left out: AgentCore and other services call them for the role.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
const ENDPOINTS: Readonly<Record<string, string>> = {
  athena: 'athena',
  'bedrock-mantle': 'bedrock-mantle',
  cloudwatch: 'monitoring',
  codeartifact: 'codeartifact.api',
  codebuild: 'codebuild',
  codecommit: 'git-codecommit',
  codepipeline: 'codepipeline',
  dynamodb: 'dynamodb',
  ecs: 'ecs',
  events: 'events',
  'execute-api': 'execute-api',
  firehose: 'kinesis-firehose',
  glue: 'glue',
  kinesis: 'kinesis-streams',
  lambda: 'lambda',
  logs: 'logs',
  'rds-data': 'rds-data',
  'redshift-data': 'redshift-data',
  s3: 's3',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  states: 'states',
  textract: 'textract',
  translate: 'translate',
  xray: 'xray',
};

const INVOKING_MODELS = /^(?:invoke|converse|applyguardrail|counttokens|\*$)/i;
const INVOKING_GATEWAYS = /^invokegateway/i;

/** The endpoint that code needs in order to make use of a right; undefined for a right that no such call needs. */
export function serviceOfAction(action: string): string | undefined {
  const [prefix, name = ''] = action.toLowerCase().split(':');
  if (prefix === 'bedrock') {
    return INVOKING_MODELS.test(name) ? 'bedrock-runtime' : undefined;
  }
  if (prefix === 'bedrock-agentcore') {
    return INVOKING_GATEWAYS.test(name) ? 'bedrock-agentcore.gateway' : undefined;
  }
  return Object.hasOwn(ENDPOINTS, prefix) ? ENDPOINTS[prefix] : undefined;
}

/** The needs that a network does not open. */
export function unreachedOf(needs: readonly Need[], openings: Openings): Need[] {
  return needs.map(byService).filter((need) => !isReached(need, openings));
}

/** A host of AWS is reached by the endpoint of its service. */
function byService(need: Need): Need {
  const service = need.service ?? serviceOfHost(need.host);
  return service === undefined ? need : { service, purpose: need.purpose };
}

function isReached({ service, host, port = HTTPS_PORT, onInternet = false }: Need, openings: Openings): boolean {
  if (service !== undefined) {
    return isServiceReached(service, openings);
  }
  if (!onInternet && openings.privateHosts && port === HTTPS_PORT) {
    return true;
  }
  return isOpen(port, openings) && isListed(host, openings.domains);
}

function isServiceReached(service: string, openings: Openings): boolean {
  const { services, domains } = openings;
  return (
    services === 'any' ||
    services.includes(service) ||
    (isOpen(HTTPS_PORT, openings) && isListed(HOSTS[service] ?? `${service}.${REGION}.amazonaws.com`, domains))
  );
}

function isOpen(port: number, { ports }: Openings): boolean {
  return ports === 'any' || ports.some(({ from, to }) => from <= port && port <= to);
}

function isListed(host: string | undefined, domains: Openings['domains']): boolean {
  if (domains === 'any') {
    return true;
  }
  return host === undefined ? domains.length > 0 : domains.some((domain) => covers(domain, host));
}

/** Whether a domain of an allow list covers a host, which may hold `<region>`. */
function covers(domain: string, host: string): boolean {
  const labels = domain.split('.');
  const wanted = host.split('.');
  // a leading dot: the name itself, and everything below it
  const isOpenEnded = labels[0] === '';
  const named = isOpenEnded ? labels.slice(1) : labels;
  const end = isOpenEnded ? wanted.slice(-named.length) : wanted;
  return end.length === named.length && end.every((label, index) => label === REGION || label === named[index]);
}

/** The service of a VPC endpoint by its full name, such as `com.amazonaws.eu-west-1.ecr.api`; any text can be the region. */
export function serviceOfEndpoint(serviceName: string): string | undefined {
  return /(?:^|\.)com\.amazonaws\.[^.]+\.([a-z0-9.-]+)$/.exec(serviceName)?.[1];
}

/** The endpoint of the AWS service that answers at a host; undefined for a host that is not of AWS. */
function serviceOfHost(host = ''): string | undefined {
  const service = AWS_HOST.exec(host)?.[1];
  return service === 'bedrock-agentcore' && host.includes('.gateway.') ? 'bedrock-agentcore.gateway' : service;
}

/** A need as reviewers read it, for example `lambda endpoint (git credentials)`. */
export function textOfNeed({ service, host, port = HTTPS_PORT, purpose }: Need): string {
  const name = service === undefined ? (host ?? 'hosts of its vendor') : `${service} endpoint`;
  return `${name}${port === HTTPS_PORT ? '' : `:${port}`} (${purpose})`;
}
