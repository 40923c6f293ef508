import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { invalid } from './errors';
import { checkPlace } from './references';

const WEB_ACL = /^arn:aws[-a-z]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/.+$/;

/** Refuses what cannot guard a gateway. */
export function checkWebAcl(scope: Construct, arn: string): void {
  if (!Token.isUnresolved(arn) && !WEB_ACL.test(arn)) {
    throw invalid(scope, 'InvalidWebAcl', {
      what: 'this is not the ARN of a regional web ACL',
      got: arn,
      allowed: 'arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>',
      fix: 'a web ACL of CloudFront (global) cannot guard a gateway: make a regional one',
    });
  }
  checkPlace(
    scope,
    { arn },
    {
      code: 'ForeignWebAcl',
      what: 'the web ACL is',
      than: 'the gateway',
      same: ['region', 'account'],
      fix: 'make a web ACL in the account and region of the gateway',
    },
  );
}
