import * as path from 'node:path';
import { SessionError } from '../shared/problem';
import { WORK_FOLDER } from '../shared/workspace';

interface Repository {
  readonly url: string;
  /** where it lies in the workspace: host, owner, name */
  readonly folder: string;
}

const SHORT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;
const SEGMENT = /^[A-Za-z0-9._~-]{1,100}$/;
/** labels without a dot at either end, or an IPv6 address: the host is a folder of the workspace */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)$/;
/** hosts of GitHub, where a repository is exactly an owner and a name */
const GITHUB = /^(github\.com|[^.]+\.ghe\.com)$/;

/** Reads an https URL, or owner/name at github.com. What git could take for an option or another transport is refused. */
export function repositoryOf(text: string): Repository {
  if (SHORT.test(text)) {
    return located(new URL(`https://github.com/${text}`), text);
  }
  if (!/^https:\/\/[^/]/i.test(text) || !URL.canParse(text) || /[\s\\\0]/.test(text)) {
    throw refused('is no https URL', text.split(/[@?#]/)[0]);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw refused('holds a user or password', 'not repeated here');
  }
  if (url.search !== '' || url.hash !== '') {
    throw refused('has a query or a fragment', url.hostname);
  }
  if (!HOST.test(url.hostname)) {
    throw refused('has a host that is not a name or an address', url.hostname);
  }
  return located(url, text.replace(/^https:\/\//i, '').replace(/^[^/]*\//, ''));
}

function located(url: URL, pathAsGiven: string): Repository {
  const segments = pathAsGiven.replace(/\/$/, '').split('/');
  const bare = segments.map((segment, index) =>
    index === segments.length - 1 ? segment.replace(/\.git$/i, '') : segment,
  );
  if (
    bare.length < 2 ||
    bare.some((one) => !SEGMENT.test(one) || one.startsWith('-') || /^\.+$/.test(one) || isGit(one))
  ) {
    throw refused('is no path of owner and name', pathAsGiven);
  }
  if (GITHUB.test(url.hostname) && bare.length > 2) {
    throw refused('has more than an owner and a name in its path', pathAsGiven);
  }
  return { url: `${url.origin}/${segments.join('/')}`, folder: path.join(hostFolder(url), ...bare) };
}

/** where jobs without a repository work, no clone may be */
function hostFolder({ host }: URL): string {
  return host === WORK_FOLDER ? `${host}_443` : host.replaceAll(':', '_');
}

/** a folder of that name is what makes a folder a repository */
function isGit(segment: string): boolean {
  return segment.toLowerCase() === '.git';
}

function refused(why: string, got: string): SessionError {
  return new SessionError('InvalidRepository', {
    what: `the repository ${why}`,
    got,
    allowed: 'https://<host>/<owner>/<name>, or <owner>/<name> at github.com',
    fix: 'tokens come from the credential helper, never from the URL',
  });
}

/** Reads the name of a branch as strictly as git does, and more so. */
export function checkBranch(name: string): void {
  const isBad =
    name.length > 200 ||
    // no signs that cannot be seen, or that turn the direction of the text
    !/^[^\s\p{C}~^:?*[\\]+$/u.test(name) ||
    /^[-/]|\/$|\/\/|\.\.|@\{|\.$/.test(name) ||
    name === '@' ||
    name === 'HEAD' ||
    name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'));
  if (isBad) {
    throw new SessionError('InvalidBranch', {
      what: 'the branch has a name that git does not take',
      got: name,
      allowed: 'letters, digits and - _ . /, up to 200, not beginning with a dash',
      fix: 'name it like feature/login',
    });
  }
}
