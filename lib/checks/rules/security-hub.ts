import type { Check } from './check';
import { AGENTCORE, capacityProviderOf } from '../../template/resource';
import { at, errorCheck, warningCheck } from './check';

const source = 'https://docs.aws.amazon.com/securityhub/latest/userguide/bedrockagentcore-controls.html';
const guard = true;

/** The controls of AWS Security Hub CSPM, under the identifiers of their AWS Config rules. */
export const SECURITY_HUB_CHECKS: Check[] = [
  errorCheck(
    {
      id: 'BEDROCKAGENTCORE_RUNTIME_PRIVATE_NETWORK_REQUIRED',
      securityHubControl: 'BedrockAgentCore.1',
      title: 'a runtime must run in a VPC',
      text: 'With the public network mode nothing limits where the code of an agent connects to.',
      fix: 'Set NetworkMode to VPC, with private subnets and security groups.',
      resourceTypes: [`${AGENTCORE}Runtime`],
      source,
    },
    (runtime) => {
      // instances are in the VPC of their capacity provider, whatever the runtime says: AC_INSTANCE_SETTINGS_ACCEPTED
      if (capacityProviderOf(runtime) !== undefined) {
        return [];
      }
      const network = runtime.get('NetworkConfiguration');
      const mode = network.get('NetworkMode');
      return network.absent ? [network.path] : at(mode.path, mode.is('PUBLIC'));
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'BEDROCKAGENTCORE_GATEWAY_AUTHORIZER_ENABLED',
      securityHubControl: 'BedrockAgentCore.2',
      title: 'a gateway must authorize its callers',
      text: 'With the authorizer type NONE anybody on the internet calls the tools with the credentials of the gateway.',
      fix: 'Set AuthorizerType to CUSTOM_JWT or AWS_IAM.',
      resourceTypes: [`${AGENTCORE}Gateway`],
      source,
    },
    (gateway) => {
      const type = gateway.get('AuthorizerType');
      return at(type.path, type.is('NONE'));
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'BEDROCK_AGENTCORE_MEMORY_ENCRYPTION_ENABLED',
      securityHubControl: 'BedrockAgentCore.3',
      title: 'a memory must be encrypted with a customer managed key',
      text: 'Without one, nobody in the account decides who may decrypt what agents remember.',
      fix: 'Set EncryptionKeyArn to the ARN of a KMS key.',
      resourceTypes: [`${AGENTCORE}Memory`],
      source,
    },
    (memory) => {
      const key = memory.get('EncryptionKeyArn');
      return at(key.path, key.absent);
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'BEDROCKAGENTCORE_GATEWAY_ENCRYPTION_ENABLED',
      securityHubControl: 'BedrockAgentCore.4',
      title: 'a gateway must be encrypted with a customer managed key',
      text: 'Without one, nobody in the account decides who may decrypt the configuration of the gateway and its targets.',
      fix: 'Set KmsKeyArn to the ARN of a KMS key, and grant its use to the role of the gateway.',
      resourceTypes: [`${AGENTCORE}Gateway`],
      source,
    },
    (gateway) => {
      const key = gateway.get('KmsKeyArn');
      return at(key.path, key.absent);
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'BEDROCKAGENTCORE_BROWSERCUSTOM_NETWORK_MODE_NOT_PUBLIC',
      securityHubControl: 'BedrockAgentCore.5',
      title: 'a browser must run in a VPC',
      text: 'With the public network mode nothing limits which pages an agent opens, and what it sends there.',
      fix: 'Set NetworkMode to VPC, with private subnets and security groups.',
      resourceTypes: [`${AGENTCORE}BrowserCustom`],
      source,
    },
    (browser) => {
      const mode = browser.get('NetworkConfiguration', 'NetworkMode');
      return at(mode.path, mode.is('PUBLIC'));
    },
    { guard },
  ),
  warningCheck(
    {
      id: 'BEDROCKAGENTCORE_BROWSERCUSTOM_RECORDING_ENABLED',
      securityHubControl: 'BedrockAgentCore.6',
      title: 'the sessions of a browser must be recorded',
      text: 'A recording is the only account of what an agent did on a page.',
      fix: 'Set RecordingConfig with Enabled true and an S3Location.',
      resourceTypes: [`${AGENTCORE}BrowserCustom`],
      source,
    },
    (browser) => {
      const recording = browser.get('RecordingConfig');
      const [enabled, place] = [recording.get('Enabled'), recording.get('S3Location')];
      return recording.absent
        ? [recording.path]
        : [...at(enabled.path, enabled.absent || enabled.is('false')), ...at(place.path, place.empty)];
    },
    { guard },
  ),
  errorCheck(
    {
      id: 'BEDROCKAGENTCORE_CODEINTERPRETER_NETWORKMODE_CHECK',
      securityHubControl: 'BedrockAgentCore.7',
      title: 'a code interpreter must run in a VPC',
      text: 'The sandbox mode lets DNS queries and Amazon S3 through, which is enough to carry data out.',
      fix: 'Set NetworkMode to VPC, with private subnets and security groups.',
      resourceTypes: [`${AGENTCORE}CodeInterpreterCustom`],
      source,
    },
    (interpreter) => {
      const mode = interpreter.get('NetworkConfiguration', 'NetworkMode');
      return at(mode.path, mode.is('PUBLIC', 'SANDBOX'));
    },
    { guard },
  ),
];
