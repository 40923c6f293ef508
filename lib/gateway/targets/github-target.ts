import { Token } from 'aws-cdk-lib';
import type { Binder } from './server-target';
import { bindServer } from './server-target';
import type { GitHubTargetProps } from './tool-target-props';
import { toolNamed } from '../../contract/catalogue';
import type { BoundBroker } from '../../identity/bound-identity';
import { invalidValue } from '../../private/errors';
import { siteOf, withoutUserInfo } from '../../private/https-url';

const GITHUB = 'github.com';
const ENTERPRISE_CLOUD = /^[a-z0-9]+(-[a-z0-9]+)*\.ghe\.com$/;

export function gitHubTarget(props: GitHubTargetProps): Binder {
  const { identity, toolsets = [], readOnly = false } = props;
  checkToolsets(toolsets);
  const host = hostFrom(props.host ?? GITHUB);
  return (scope, context) =>
    bindServer(scope, context, {
      kind: 'mcpServer',
      service: 'GitHub',
      endpoint: () => endpointOf(host, toolsets, readOnly),
      description: props.description ?? descriptionOf(toolsets, readOnly),
      identity,
      props,
      readOnly,
      isVendor: true,
      standIn: (broker) => {
        refuseHost(props.host);
        return narrowed(broker, toolsets, readOnly);
      },
    });
}

/**
 * The server takes one toolset by its path. Several would take a header, and a gateway sends no fixed ones.
 *
 * @see https://github.com/github/github-mcp-server/blob/main/docs/remote-server.md
 */
function endpointOf(host: string, toolsets: string[], readOnly: boolean): string {
  if (toolsets.length > 1) {
    throw invalidValue('SeveralToolsets', {
      what: "GitHub's server takes one toolset of a target",
      got: toolsets.join(', '),
      allowed: `one toolset, or 'all'`,
      fix: `add a target for each, such as 'gh-issues' and 'gh-prs', or use a broker, which takes several`,
    });
  }
  const base = host === GITHUB ? 'https://api.githubcopilot.com/mcp/' : `https://copilot-api.${host}/mcp/`;
  const path = [...(toolsets.length > 0 ? ['x', toolsets[0]] : []), ...(readOnly ? ['readonly'] : [])];
  return base + path.join('/');
}

function descriptionOf(toolsets: string[], readOnly: boolean): string {
  const scope = toolsets.length > 0 ? `: ${toolsets.join(', ')}` : '';
  return `GitHub${scope}${readOnly ? ' (read only)' : ''}`.slice(0, 200);
}

/** a broker holds every toolset behind one function; what is offered of it is chosen here */
function narrowed(broker: BoundBroker, toolsets: string[], readOnly: boolean): BoundBroker {
  const isOffered = (name: string): boolean =>
    (toolsets.length === 0 || toolsets.includes('all') || toolsets.includes(toolNamed(name)?.toolset ?? '')) &&
    (!readOnly || !broker.writeTools.includes(name));
  const tools = broker.tools.filter(({ name }) => isOffered(name));
  if (tools.length === 0) {
    throw invalidValue('NoToolOffered', {
      what: 'the broker has no tool of these toolsets',
      got: toolsets.join(', '),
      allowed: 'toolsets of which the broker has tools',
      fix: 'name other toolsets, or leave them away for all of its tools',
    });
  }
  return { ...broker, tools, writeTools: broker.writeTools.filter(isOffered) };
}

function refuseHost(host: string | undefined): void {
  if (host !== undefined) {
    throw invalidValue('PropsForServerOnly', {
      what: 'a broker stands in for GitHub, so this has no effect',
      got: 'host',
      allowed: 'the host of the broker',
      fix: 'give `host` to the GitHubAppBroker',
    });
  }
}

function checkToolsets(toolsets: string[]): void {
  const odd = toolsets.find((name) => !/^[a-z][a-z0-9_]*$/.test(name));
  if (odd !== undefined) {
    throw invalidValue('InvalidToolset', {
      what: 'this is not the name of a toolset of GitHub',
      got: odd,
      allowed: `names such as 'repos', 'issues', 'pull_requests', 'actions', or 'all'`,
      fix: 'copy it from the list of toolsets of the GitHub MCP server',
    });
  }
}

/** The host as people write it: also as an address, in upper case, with a slash at the end. */
function hostFrom(text: string): string {
  const { host, flaw } = Token.isUnresolved(text) ? { flaw: 'is known only at deployment' } : siteOf(text);
  if (host === undefined || (host !== GITHUB && !ENTERPRISE_CLOUD.test(host))) {
    throw invalidValue('NoGitHubServer', {
      what: `GitHub runs no MCP server for this host${flaw === undefined ? '' : `: it ${flaw}`}`,
      got: withoutUserInfo(text),
      allowed: `'github.com' or '<name>.ghe.com'`,
      fix:
        flaw === undefined
          ? 'for GitHub Enterprise Server use a GitHubAppBroker with its host as the identity, or run the open-source server and use ToolTarget.mcpServer'
          : 'give the host name alone',
    });
  }
  return host;
}
