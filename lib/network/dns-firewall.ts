import { Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { toDnsNames } from './domains';

interface DnsFirewallProps {
  readonly vpc: ec2.IVpc;
  /** names that are answered besides those of AWS; a leading dot stands for a name and its subdomains */
  readonly domains: string[];
}

/** Between 101 and 9900, which AWS leaves free for rule groups of the account. */
const ASSOCIATION_PRIORITY = 101;

/**
 * Answers the names that agents may reach and no others: the query itself can carry data to its author's name server.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, id: string, props: DnsFirewallProps) {
    super(scope, id);
    const allowed = new resolver.CfnFirewallDomainList(this, 'Allowed', {
      domains: [...awsNames(this), ...toDnsNames(props.domains)],
    });
    const everything = new resolver.CfnFirewallDomainList(this, 'Everything', { domains: ['*'] });

    const rules = new resolver.CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: [
        {
          priority: 1,
          action: 'ALLOW',
          firewallDomainListId: allowed.attrId,
          // the aliases behind an allowed name belong to its owner and change without notice
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        {
          priority: 2,
          action: 'BLOCK',
          blockResponse: 'NODATA',
          firewallDomainListId: everything.attrId,
        },
      ],
    });
    new resolver.CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: rules.attrId,
      vpcId: props.vpc.vpcId,
      priority: ASSOCIATION_PRIORITY,
    });
  }
}

/** Name servers of these zones belong to AWS: a query tells nobody else. Two services lie outside the first. */
function awsNames(scope: Construct): string[] {
  const { region } = Stack.of(scope);
  return ['*.amazonaws.com', `*.s3files.${region}.on.aws`, `bedrock-mantle.${region}.api.aws`];
}
