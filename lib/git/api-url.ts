import { isIP } from 'node:net';
import type { Construct } from 'constructs';
import { invalid } from '../private/errors';

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{4,253}$)(${LABEL}\\.)+${LABEL}$`);
const DATA_RESIDENCY = /^([a-z0-9-]+)\.ghe\.com$/;

/**
 * The URL of the API of a GitHub.
 *
 * @see https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
 * @see https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function apiUrlOf(scope: Construct, given: string): string {
  const host = given.toLowerCase();
  const flaw = flawOf(host);
  if (flaw !== undefined) {
    throw invalid(scope, 'InvalidGitHubHost', {
      what: `host ${flaw}`,
      got: given.replace(/\/\/[^/]*@/, '//'),
      allowed: "'github.com', '<subdomain>.ghe.com' or the host name of a GitHub Enterprise Server",
      fix: `give what stands in the browser between https:// and the next slash${suggestion(host)}`,
    });
  }
  if (host === 'github.com') {
    return 'https://api.github.com';
  }
  const subdomain = DATA_RESIDENCY.exec(host)?.[1];
  return subdomain === undefined ? `https://${host}/api/v3` : `https://api.${subdomain}.ghe.com`;
}

function flawOf(host: string): string | undefined {
  if (/[/:@?#\\]/.test(host)) {
    return 'is more than the name of a host';
  }
  if (isIP(host) !== 0 || /(^|\.)localhost$/.test(host)) {
    return 'is an address of a machine';
  }
  if (!HOST.test(host)) {
    return 'is not a host name';
  }
  return /^(api|www)\.github\.com$|^ghe\.com$|\..*\.ghe\.com$/.test(host)
    ? 'is not where people open GitHub'
    : undefined;
}

function suggestion(host: string): string {
  const name = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?:(?:api|www)\.(?=github\.com|[^/]*\.ghe\.com))?([a-z0-9.-]+)/.exec(
    host,
  )?.[1];
  return name !== undefined && name !== host && flawOf(name) === undefined ? `: '${name}'` : '';
}
