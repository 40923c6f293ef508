import { Token } from 'aws-cdk-lib';
import type { Binder } from './server-target';
import { bindServer, notGitHub } from './server-target';
import type { JiraTargetProps } from './tool-target-props';
import type { BoundIdentity } from '../../identity/bound-identity';
import { invalidValue } from '../../private/errors';

const SITE = /^https:\/\/[a-z0-9]([a-z0-9-]*[a-z0-9])?\.atlassian\.net$/;

export function jiraTarget(props: JiraTargetProps): Binder {
  const { identity, site } = props;
  checkSite(site);
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service: 'Jira',
      endpoint: endpointOf,
      description: props.description ?? `Jira and Confluence${site === undefined ? '' : ` of ${site}`}`,
      identity,
      props,
      readOnly: false,
      isVendor: true,
      standIn: (broker) => notGitHub(broker, 'Jira'),
    });
}

/** tokens of users go to one address, API tokens and keys of service accounts to another */
function endpointOf({ oauthGrant }: BoundIdentity): string {
  return oauthGrant === undefined ? 'https://mcp.atlassian.com/v1/mcp' : 'https://mcp.atlassian.com/v1/mcp/authv2';
}

function checkSite(site: string | undefined): void {
  if (site !== undefined && !Token.isUnresolved(site) && !SITE.test(site)) {
    throw invalidValue('InvalidJiraSite', {
      what: 'this is not the address of a Jira site in the cloud',
      got: site,
      allowed: 'https://<site>.atlassian.net, without a path or a slash at the end',
      fix: 'for the data center edition host an MCP server and use ToolTarget.mcpServer',
    });
  }
}
