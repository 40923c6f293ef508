import { agentCore, deployed, here, ROLES, THINGS } from './gateway-questions';
import { assume } from './iam-simulator';
import { ACCOUNT, REGION } from './place';

const GROUP: string = deployed.resources('AWS::Scheduler::ScheduleGroup')[0].properties.Name;

// Who assumes the roles around a gateway: a service, and only on behalf of what the role belongs to.

describe('who assumes a role', () => {
  const AGENT_CORE = 'bedrock-agentcore.amazonaws.com';
  const SCHEDULER = 'scheduler.amazonaws.com';
  const LAMBDA = 'lambda.amazonaws.com';
  const portal = deployed.resources('AWS::BedrockAgentCore::ConsentPortal')[0].properties.Name;
  const [portalArn, group] = [
    agentCore(`consent-portal/${portal}-0123456789`),
    here('scheduler', `schedule-group/${GROUP}`),
  ];
  const { tools, tool, 'a longer name': longer } = THINGS.gateways;
  const saying = (arn: string, account = ACCOUNT): Record<string, string> => ({
    'aws:SourceAccount': account,
    'aws:SourceArn': arn,
  });

  test.each([
    ['gateway tools', AGENT_CORE, saying(tools)],
    ['gateway tool', AGENT_CORE, saying(tool)],
    ['consent portal', AGENT_CORE, saying(portalArn)],
    ['refresh of gh-read', SCHEDULER, saying(group)],
    ['refresh of docs', SCHEDULER, saying(group)],
    ['refresh of search', SCHEDULER, saying(group)],
    ...['broker', 'broker in a VPC', 'git credential of writer', 'git credential of runner', 'key of the vault'].map(
      // AWS does not say what Lambda tells STS; a role can be passed to it in its own account only
      (name): [string, string, Record<string, string>] => [name, LAMBDA, {}],
    ),
  ])('%s: its own service, for what it belongs to', async (name, service, context) => {
    expect(await assume(ROLES[name], service, context)).toBe('Allowed');
    for (const other of [AGENT_CORE, SCHEDULER, LAMBDA, 'ec2.amazonaws.com'].filter((one) => one !== service)) {
      expect(await assume(ROLES[name], other, context)).toMatch(/Denied$/);
    }
  });

  const elsewhere = (arn: string): string => arn.replace(REGION, 'us-east-1');
  const foreign = (arn: string): string => arn.replace(ACCOUNT, '999900001111');
  const gatewayStrangers: [string, Record<string, string>][] = [
    ['for nobody', {}],
    ['for another account', saying(tools, '999900001111')],
    ['for a gateway of another account', saying(foreign(tools))],
    ['for another region', saying(elsewhere(tools))],
    ['for the gateway whose name starts the same', saying(longer)],
    ['for the gateway with the shorter name', saying(tool)],
    ['for a name that goes on without a dash', saying(agentCore('gateway/tools2-0123456789'))],
    ['for an id that is too long', saying(agentCore('gateway/tools-01234567890'))],
    ['for a runtime of that name', saying(agentCore('runtime/tools-0123456789'))],
    ['for the consent portal', saying(portalArn)],
  ];
  test.each(gatewayStrangers)('gateway tools: not AgentCore %s', async (_, context) => {
    expect(await assume(ROLES['gateway tools'], AGENT_CORE, context)).toMatch(/Denied$/);
  });

  test('gateway tool: not AgentCore for a gateway whose name starts the same', async () => {
    expect(await assume(ROLES['gateway tool'], AGENT_CORE, saying(tools))).toMatch(/Denied$/);
  });

  test.each<[string, Record<string, string>]>([
    ['for nobody', {}],
    ['for another account', saying(portalArn, '999900001111')],
    ['for a portal of another account', saying(foreign(portalArn))],
    ['for another region', saying(elsewhere(portalArn))],
    ['for a portal with a longer name', saying(agentCore(`consent-portal/${portal}-two-0123456789`))],
    ['for its gateway', saying(tools)],
  ])('consent portal: not AgentCore %s', async (_, context) => {
    expect(await assume(ROLES['consent portal'], AGENT_CORE, context)).toMatch(/Denied$/);
  });

  test.each<[string, Record<string, string>]>([
    ['for nobody', {}],
    ['for another account', saying(group, '999900001111')],
    ['for a group of another account', saying(foreign(group))],
    ['for another group', saying(here('scheduler', 'schedule-group/default'))],
    ['for a group whose name starts the same', saying(here('scheduler', `schedule-group/${GROUP}2`))],
  ])('refresh of gh-read: not EventBridge Scheduler %s', async (_, context) => {
    expect(await assume(ROLES['refresh of gh-read'], SCHEDULER, context)).toMatch(/Denied$/);
  });
});
