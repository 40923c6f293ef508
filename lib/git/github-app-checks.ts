import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isIP } from 'node:net';
import type { AppConfig } from '../contract/github-app';
import { MOST_REPOSITORIES } from '../contract/github-app';
import { MOST_PROTECTED, protectedFlaw } from '../contract/pipeline-files';
import type { Problem } from '../private/errors';
import { invalid } from '../private/errors';
import { checkNoSecret } from '../private/text-checks';
import type { GitHubAppKey } from './github-app-key';
import type { GitHubAppOptions } from './github-app-options';

const CLIENT_ID = /^(Iv[A-Za-z0-9.]{8,60}|[1-9][0-9]{0,18})$/;
/**
 * The users of an enterprise with managed users have its short code after an underscore.
 *
 * @see https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
 */
const OWNER = '(?=[^/]{1,39}/)[A-Za-z0-9](-?[A-Za-z0-9])*(_[A-Za-z0-9]{3,8})?';
const REPOSITORY = new RegExp(`^${OWNER}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}$`);
/** owner and name with the rest of an address around them; no part of a name is taken for an owner */
const ADDRESS =
  /^(?:[a-z+]+:\/\/[^/]+\/|[^/@]+@[^/:]+:|[^/@]+\.[^/]+\/)?([^/]+\/[^/]+?)(?:\.git)?\/?(?:\/(?:tree|blob|commits?|issues|pulls?|actions|releases)(?:\/.*)?)?$/i;
const LONGEST_OWNER = 39;

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{4,253}$)(${LABEL}\\.)+${LABEL}$`);
const DATA_RESIDENCY = /^([a-z0-9-]+)\.ghe\.com$/;

/** What the function is told of the App. Errors: whatever GitHub would refuse, or take for more than is meant. */
export function appConfigOf(scope: Construct, options: GitHubAppOptions): AppConfig {
  const { clientId, installationId, key, repositories, host = 'github.com' } = options;
  checkLiterals(scope, { clientId, installationId, host });
  checkLiterals(scope, Object.fromEntries(repositories.map((name, index) => [`repositories[${index}]`, name])));
  checkKey(scope, key);
  if (!CLIENT_ID.test(clientId)) {
    throw invalid(scope, 'InvalidGitHubAppClientId', {
      what: clientId === '' ? 'clientId is empty' : 'clientId is not the client id of a GitHub App',
      got: clientId,
      allowed: "'Iv' and letters and digits, or the number of the App",
      fix: 'copy it from the settings page of the App',
    });
  }
  if (!Number.isSafeInteger(installationId) || installationId < 1) {
    throw invalid(scope, 'InvalidInstallationId', {
      what: 'installationId is not the number of an installation',
      got: String(installationId),
      allowed: 'a positive whole number',
      fix: 'copy it from the end of the URL of the settings page of the installation',
    });
  }
  checkRepositories(scope, repositories);
  return { apiUrl: apiUrlOf(scope, host), clientId, installationId, repositories };
}

/** Refuses names that protect nothing, or everything. */
export function checkProtectedPaths(scope: Construct, names: string[] = []): void {
  if (!Array.isArray(names) || names.length > MOST_PROTECTED) {
    throw invalid(scope, 'InvalidProtectedPath', {
      what: 'protectedPaths must be a list of names',
      got: Array.isArray(names) ? names.length : String(names),
      allowed: `at most ${MOST_PROTECTED} names`,
      fix: 'name folders instead of the files in them',
    });
  }
  names.forEach((name, index) => {
    const flaw = Token.isUnresolved(name) ? 'is known only at deployment' : protectedFlaw(name);
    if (flaw !== undefined) {
      throw invalid(scope, 'InvalidProtectedPath', {
        what: `protectedPaths[${index}] ${flaw}`,
        got: String(name),
        allowed: "a name as in .gitignore, for example 'deploy.sh', '/infra' or '*.tf'",
        fix: 'write one file or folder in each entry, without patterns over several folders',
      });
    }
  });
}

/** Refuses what is known only at deployment, and credentials. */
export function checkLiterals(scope: Construct, values: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Token.isUnresolved(value)) {
      throw invalid(scope, 'GitHubAppNotLiteral', {
        what: `${name} is known only at deployment`,
        allowed: 'a literal: it is packed with the code of the function, and a reviewer has to see it',
        fix: 'write it out, or read it from the context of the app',
      });
    }
    checkNoSecret(scope, name, String(value));
  }
}

function checkKey(scope: Construct, key: GitHubAppKey): void {
  // who does not write TypeScript may have passed anything; another copy of the library is as good
  if (typeof (key as Partial<GitHubAppKey> | undefined)?._environment !== 'function') {
    throw invalid(scope, 'GitHubAppKeyMissing', {
      what:
        typeof key === 'string'
          ? 'the private key of the GitHub App is given as text, and would be plain text for everyone'
          : 'the private key of the GitHub App is missing',
      allowed: 'GitHubAppKey.kms(...) or GitHubAppKey.secret(...), one of them',
      fix: 'store it in KMS: see docs/github-app.md',
    });
  }
  key._check(scope);
}

function checkRepositories(scope: Construct, repositories: string[]): void {
  const problem =
    countProblem(repositories.length) ??
    formProblem(repositories) ??
    ownerProblem(repositories) ??
    duplicateProblem(repositories);
  if (problem !== undefined) {
    throw invalid(scope, 'InvalidRepositories', problem);
  }
}

function countProblem(count: number): Problem | undefined {
  if (count === 0) {
    return {
      what: 'repositories is empty, which GitHub takes for every repository of the installation',
      allowed: `1 to ${MOST_REPOSITORIES} repositories`,
      fix: 'list those that the agents work on',
    };
  }
  return count <= MOST_REPOSITORIES
    ? undefined
    : {
        what: 'there are more repositories than GitHub takes for one token',
        got: count,
        allowed: `1 to ${MOST_REPOSITORIES}`,
        fix: 'make several brokers, each for its part',
      };
}

function formProblem(repositories: string[]): Problem | undefined {
  const wrong = repositories.find((name) => !REPOSITORY.test(name) || name.toLowerCase().endsWith('.git'));
  return wrong === undefined
    ? undefined
    : {
        what: `a repository ${formFlaw(wrong)}`,
        got: wrong.replace(/\/\/[^/]*@/, '//'),
        allowed: `owner/name: up to ${LONGEST_OWNER} letters, digits and single hyphens, or a managed user such as octocat_acme; up to 100 letters, digits and . _ -`,
        fix: `write it as the page of the repository shows it${repositorySuggestion(wrong)}`,
      };
}

function formFlaw(name: string): string {
  if (/[*?[\]]/.test(name)) {
    return 'is a pattern, and each must be named';
  }
  if (/:|^[^/]*\.[^/]*\//.test(name)) {
    return 'is a URL';
  }
  if (!name.includes('/')) {
    return 'has no owner';
  }
  return name.toLowerCase().endsWith('.git') ? 'ends in .git' : 'is not of the form owner/name';
}

function repositorySuggestion(name: string): string {
  const found = ADDRESS.exec(name)?.[1] ?? '';
  const isPage = /^(orgs|users|settings|apps|marketplace)\//.test(found);
  return REPOSITORY.test(found) && found !== name && !isPage ? `: '${found}'` : '';
}

function ownerProblem(repositories: string[]): Problem | undefined {
  const owners = [...new Map(repositories.map((name) => [ownerOf(name).toLowerCase(), ownerOf(name)])).values()];
  return owners.length === 1
    ? undefined
    : {
        what: 'the repositories belong to several owners',
        got: owners.join(', '),
        allowed: 'one owner: a GitHub App is installed for each of them separately',
        fix: 'make one for each owner, with its installationId',
      };
}

function ownerOf(repository: string): string {
  return repository.split('/')[0];
}

function duplicateProblem(repositories: string[]): Problem | undefined {
  const names = repositories.map((name) => name.toLowerCase());
  const second = repositories.find((_, index) => names.indexOf(names[index]) !== index);
  return second === undefined
    ? undefined
    : {
        what: 'a repository is listed twice; GitHub does not tell upper from lower case',
        got: second,
        allowed: 'each repository once',
        fix: 'remove one of them',
      };
}

/**
 * The URL of the API of a GitHub.
 *
 * @see https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
 * @see https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
function apiUrlOf(scope: Construct, given: string): string {
  const host = given.toLowerCase();
  const flaw = hostFlaw(host);
  if (flaw !== undefined) {
    throw invalid(scope, 'InvalidGitHubHost', {
      what: `host ${flaw}`,
      got: given.replace(/\/\/[^/]*@/, '//'),
      allowed: "'github.com', '<subdomain>.ghe.com' or the host name of a GitHub Enterprise Server",
      fix: `give what stands in the browser between https:// and the next slash${hostSuggestion(host)}`,
    });
  }
  if (host === 'github.com') {
    return 'https://api.github.com';
  }
  const subdomain = DATA_RESIDENCY.exec(host)?.[1];
  return subdomain === undefined ? `https://${host}/api/v3` : `https://api.${subdomain}.ghe.com`;
}

function hostFlaw(host: string): string | undefined {
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

function hostSuggestion(host: string): string {
  const name = /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?:(?:api|www)\.(?=github\.com|[^/]*\.ghe\.com))?([a-z0-9.-]+)/.exec(
    host,
  )?.[1];
  return name !== undefined && name !== host && hostFlaw(name) === undefined ? `: '${name}'` : '';
}
