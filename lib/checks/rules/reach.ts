import type { Need } from '../../contract/reach';
import { HTTPS_PORT, textOfNeed } from '../../contract/reach';
import { reachOf } from '../../template/reach';
import { AGENTCORE } from '../../template/resource';
import type { Check } from './check';
import { DEVELOPER_GUIDE, at, warningCheck } from './check';

const RUNTIME = [`${AGENTCORE}Runtime`];

/** What the sessions of a runtime connect to. */
export const REACH_CHECKS: Check[] = [
  {
    ...warningCheck(
      {
        id: 'AC_RUNTIME_REACHES_ITS_SERVICES',
        title: 'the network of a runtime must lead to what its sessions call',
        text: 'A right is no way: without an endpoint or a route the first call fails with a time-out. Counted are the services that the role may call, what the start of an image needs, and what this library noted.',
        fix: 'Add the VPC endpoint or the domain, or take the right away.',
        source: `${DEVELOPER_GUIDE}agentcore-vpc.html`,
        resourceTypes: RUNTIME,
      },
      (runtime) => at(runtime.get('NetworkConfiguration').path, reachOf(runtime).unreached.length > 0),
    ),
    fixFor: (runtime) => reachOf(runtime).unreached.map(lineFor).join(' '),
  },
  {
    ...warningCheck(
      {
        id: 'AC_RUNTIME_REACHES_ITS_BUCKETS',
        title: 'the endpoint for Amazon S3 must admit the buckets that a runtime may use',
        text: 'The policy of the role and the policy of the endpoint must both allow a bucket.',
        fix: 'Allow the bucket in the policy of the endpoint.',
        source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html',
        resourceTypes: RUNTIME,
      },
      (runtime) => at(runtime.get('NetworkConfiguration').path, reachOf(runtime).shutBuckets.length > 0),
    ),
    fixFor: (runtime) =>
      reachOf(runtime)
        .shutBuckets.map(({ logicalId }) => `Allow bucket ${logicalId} in the policy of the endpoint.`)
        .join(' '),
  },
];

function lineFor(need: Need): string {
  const { service, host, port = HTTPS_PORT } = need;
  const text = textOfNeed(need);
  if (service !== undefined) {
    return `Add an endpoint for com.amazonaws.<region>.${service} to the VPC: ${text}.`;
  }
  return port === HTTPS_PORT
    ? `Let the network lead to ${host ?? 'the internet'}: ${text}.`
    : `Open TCP ${port} in the security group: ${text}.`;
}
