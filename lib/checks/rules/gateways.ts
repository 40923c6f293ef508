import { memoized } from '../../template/memoized';
import type { Assembly } from '../../template/assembly';
import type { Check } from './check';
import { AGENTCORE } from '../../template/resource';
import { DEVELOPER_GUIDE, at, errorCheck, warningCheck } from './check';
import { allows, roleOf, statementsFor } from '../../template/policies';
import type { Resource } from '../../template/resource';
import type { Value } from '../../template/value';

const CONTROL_API = 'https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/';
const GATEWAY = [`${AGENTCORE}Gateway`];
const guard = true;

export const GATEWAY_CHECKS: Check[] = [
  warningCheck(
    {
      id: 'AC_POLICY_ENFORCED',
      title: 'policies must be enforced',
      text: 'With LOG_ONLY a call that a policy forbids is logged and made.',
      fix: 'Set Mode of the gateway to ENFORCE, and EnforcementMode of the policy to ACTIVE, when the logs look right.',
      source: `${DEVELOPER_GUIDE}policy.html`,
      resourceTypes: [...GATEWAY, `${AGENTCORE}Policy`],
    },
    (resource) =>
      [resource.get('PolicyEngineConfiguration', 'Mode'), resource.get('EnforcementMode')]
        .filter((mode) => mode.is('LOG_ONLY'))
        .map(({ path }) => path),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_EXCEPTION_LEVEL_NOT_DEBUG',
      title: 'a gateway must not explain its faults to callers',
      text: 'The exception level DEBUG sends messages of targets, identity providers and policies to whoever calls.',
      fix: 'Remove ExceptionLevel; look for causes in the logs of the gateway.',
      source: `${CONTROL_API}API_CreateGateway.html`,
      resourceTypes: GATEWAY,
    },
    (gateway) => {
      const level = gateway.get('ExceptionLevel');
      return at(level.path, level.is('DEBUG'));
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_WAF_FAIL_CLOSED',
      title: 'a gateway must not let requests past a firewall that does not answer',
      text: 'With FAIL_OPEN requests are not inspected while AWS WAF cannot be reached.',
      fix: 'Remove WafConfiguration.FailureMode, or set it to FAIL_CLOSE.',
      source: `${DEVELOPER_GUIDE}gateway-waf.html`,
      resourceTypes: GATEWAY,
    },
    (gateway) => {
      const mode = gateway.get('WafConfiguration', 'FailureMode');
      return at(mode.path, mode.is('FAIL_OPEN'));
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'AC_GATEWAY_NAME_LOWER_CASE',
      title: 'a gateway whose role uses identities must have a name in lower case',
      text: 'The service writes the name of the workload identity of a gateway in lower case, and IAM compares letter by letter: a grant on the name as given never matches, and calls fail with AccessDenied.',
      fix: 'Write the name of the gateway in lower case, or the ARN in the grant.',
      source: `${DEVELOPER_GUIDE}gateway-outbound-auth.html`,
      resourceTypes: GATEWAY,
    },
    (gateway) => {
      const name = gateway.get('Name');
      return at(
        name.path,
        grantsOf(gateway).some((arn) => namesMixedCase(arn, name.literal)),
      );
    },
  ),
  errorCheck(
    {
      id: 'AC_KEY_NOT_ALIAS',
      title: 'a key must be named by its ARN, not by an alias',
      text: 'AgentCore takes the ARN of a key; an alias is refused, or leads elsewhere when it is moved.',
      fix: 'Give the ARN of the key: arn:<partition>:kms:<region>:<account>:key/<id>.',
      source: `${DEVELOPER_GUIDE}gateway-encryption.html`,
      resourceTypes: [`${AGENTCORE}*`],
    },
    (resource) =>
      resource
        .get()
        .texts()
        .filter(({ path }) => /\.(KmsKeyArn|EncryptionKeyArn)$/.test(path))
        .filter((key) => /(^|:)alias\//.test(key.text ?? '') || key.resource?.type === 'AWS::KMS::Alias')
        .map(({ path }) => path),
    { guard },
  ),
  warningCheck(
    {
      id: 'AC_LOGS_DELIVERED',
      title: 'the logs of runtimes and gateways must be delivered',
      text: 'The service writes down who called what only if a delivery of APPLICATION_LOGS is set up for the resource.',
      fix: 'Add AWS::Logs::DeliverySource with LogType APPLICATION_LOGS and the ARN, and an AWS::Logs::Delivery to a destination.',
      source: `${DEVELOPER_GUIDE}observability-configure.html`,
      resourceTypes: [...GATEWAY, `${AGENTCORE}Runtime`],
    },
    (resource) => at('Properties', resource.template.assembly.complete && !isDelivered(resource)),
  ),
];

function grantsOf(gateway: Resource): Value[] {
  const role = roleOf(gateway);
  const statements = role === undefined ? [] : statementsFor(role).filter(allows);
  return statements.flatMap((statement) => statement.get('Resource').items);
}

function namesMixedCase({ text = '' }: Value, name = ''): boolean {
  const [, identity = ''] = text.split(':workload-identity-directory/default/workload-identity/');
  return name !== name.toLowerCase() && identity.startsWith(name);
}

/** Whose logs are delivered, as far as the app tells. */
interface Delivered {
  readonly resources: Set<Resource | undefined>;
  /** whether there is a delivery whose resource is known only at deployment, and may be any */
  readonly someUnknown: boolean;
}

function isDelivered(resource: Resource): boolean {
  const { someUnknown, resources } = deliveredIn(resource.template.assembly);
  return someUnknown || resources.has(resource);
}

const deliveredIn = memoized((assembly: Assembly): Delivered => {
  const names = assembly.resourcesOf('AWS::Logs::Delivery').map((delivery) => delivery.get('DeliverySourceName'));
  const [sources, texts] = [new Set(names.map(({ resource }) => resource)), new Set(names.map(({ text }) => text))];
  const arns = assembly
    .resourcesOf('AWS::Logs::DeliverySource')
    .filter((source) => source.get('LogType').literal === undefined || source.get('LogType').is('APPLICATION_LOGS'))
    .filter((source) => {
      const { text } = source.get('Name');
      return names.some(isOpen) || sources.has(source) || (text !== undefined && texts.has(text));
    })
    .map((source) => source.get('ResourceArn'));
  return { resources: new Set(arns.map(({ resource }) => resource)), someUnknown: arns.some(isOpen) };
});

/** whether this is a text that is known only at deployment, and names no resource of the app */
function isOpen({ resource, text, literal }: Value): boolean {
  return resource === undefined && text !== undefined && literal === undefined;
}
