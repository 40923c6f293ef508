import { Token } from 'aws-cdk-lib';
import { AgentNetwork } from '../../lib/network/agent-network';

const REASON = 'a demonstration account without any private data';

describe('AgentNetwork.publicInternet', () => {
  const network = AgentNetwork.publicInternet({ reason: REASON });

  test('says that it is public and why', () => {
    expect(network.isPublic).toBe(true);
    expect(network.publicReason).toBe(REASON);
  });

  test('has no subnets and no security groups', () => {
    expect(network.subnets).toEqual([]);
    expect(network.securityGroups).toEqual([]);
  });

  test.each(['vpc', 'connections'] as const)('explains that it has no %s', (member) => {
    expect(() => network[member]).toThrow(
      `a public network has no ${member} (got 'AgentNetwork.publicInternet(...)'); check isPublic first, ` +
        'or use new AgentNetwork(...) or AgentNetwork.fromVpc(...), which file systems need',
    );
  });

  test.each(['', ' '.repeat(30), 'because', 'x'.repeat(19)])('fails for the reason %p', (reason) => {
    expect(() => AgentNetwork.publicInternet({ reason })).toThrow(
      `the reason for a public network says too little (got '${reason}'); allowed: at least 20 characters; ` +
        'say what makes it acceptable, or use new AgentNetwork(...)',
    );
  });

  test.each(['x'.repeat(20), Token.asString({ Ref: 'Reason' })])('takes the reason %p', (reason) => {
    expect(AgentNetwork.publicInternet({ reason }).publicReason).toBe(reason);
  });
});
