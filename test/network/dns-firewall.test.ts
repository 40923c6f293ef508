import { Match } from 'aws-cdk-lib/assertions';
import { Egress } from '../../lib/network/egress';
import { IRELAND, newNetwork } from './helpers';

test.each([
  ['awsOnly', Egress.awsOnly(), []],
  [
    'allowList',
    Egress.allowList(['github.com', '.npmjs.org', 'npmjs.org']),
    ['github.com', 'npmjs.org', '*.npmjs.org'],
  ],
])('%s: answers the names it may reach, and nothing else', (_mode, egress, domains) => {
  const { template } = newNetwork({ egress }, IRELAND);
  template.hasResourceProperties('AWS::Route53Resolver::FirewallDomainList', {
    Domains: ['*.amazonaws.com', '*.s3files.eu-west-1.on.aws', 'bedrock-mantle.eu-west-1.api.aws', ...domains],
  });
  template.hasResourceProperties('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] });
  const list = (id: string): unknown => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(id), 'Id'] });
  template.hasResourceProperties('AWS::Route53Resolver::FirewallRuleGroup', {
    FirewallRules: [
      {
        Priority: 1,
        Action: 'ALLOW',
        FirewallDomainListId: list('Allowed'),
        FirewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
      },
      { Priority: 2, Action: 'BLOCK', BlockResponse: 'NODATA', FirewallDomainListId: list('Everything') },
    ],
  });
  template.hasResourceProperties('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
    FirewallRuleGroupId: list('Rules'),
    VpcId: { Ref: Match.stringLikeRegexp('Vpc') },
    Priority: 101,
  });
});

test('the longest list fits into one request', () => {
  const domains = Array.from({ length: 490 }, (_, i) => `.d${i}.example.com`);
  const { template } = newNetwork({ egress: Egress.allowList(domains) });
  const lists = Object.values(template.findResources('AWS::Route53Resolver::FirewallDomainList'));
  expect(Math.max(...lists.map((list) => (list.Properties.Domains as string[]).length))).toBeLessThanOrEqual(1000);
});
