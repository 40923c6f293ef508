import { isIP } from 'node:net';

/** What is wrong with an https URL that names a host on the internet, in words; undefined if nothing is. */
export function httpsFlaw(text: string, allowed: { privateHost?: boolean; query?: boolean } = {}): string | undefined {
  if (!URL.canParse(text)) {
    return 'is not a URL';
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    return 'must use https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password';
  }
  if (url.hash !== '' || (url.search !== '' && allowed.query !== true)) {
    return allowed.query === true ? 'must not have a fragment' : 'must not have a query or a fragment';
  }
  return isPrivate(url.hostname) && allowed.privateHost !== true
    ? 'must name a public host, not an address of a machine'
    : undefined;
}

/** what stands before the host may be a password: it must not be printed */
export function withoutUserInfo(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}

/** addresses of the machine itself, of a private network, or of a metadata service */
function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return (
    isIP(host) !== 0 ||
    !host.includes('.') ||
    /(^|\.)(localhost|internal|local|home\.arpa|intranet|corp|lan)$/.test(host)
  );
}
