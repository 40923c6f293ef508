import { Token } from 'aws-cdk-lib';
import { invalidValue } from '../private/errors';

/** Both firewalls take a list in one piece; a domain with subdomains counts twice in the DNS list of at most 1000. */
const MAX_DOMAINS = 490;
const MAX_LENGTH = 253;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ALLOWED = "a lower-case name such as 'github.com', or '.github.com' for it and its subdomains";

/** Checks a list of domains as both firewalls understand them. */
export function checkDomains(domains: string[]): void {
  if (domains.length === 0) {
    throw invalidValue('NoDomains', {
      what: 'the list of allowed domains is empty',
      fix: 'name at least one domain, or use Egress.awsOnly()',
    });
  }
  if (domains.length > MAX_DOMAINS) {
    throw invalidValue('TooManyDomains', {
      what: 'there are too many allowed domains',
      got: domains.length,
      allowed: `at most ${MAX_DOMAINS}`,
      fix: "join them with a leading dot, such as '.npmjs.org'",
    });
  }
  const seen = new Set<string>();
  for (const domain of domains) {
    checkDomain(domain);
    if (seen.has(domain)) {
      throw invalidValue('DuplicateDomain', {
        what: 'an allowed domain is listed twice',
        got: domain,
        fix: 'remove one',
      });
    }
    seen.add(domain);
  }
}

function checkDomain(domain: string): void {
  if (Token.isUnresolved(domain)) {
    throw invalidValue('InvalidDomain', {
      what: 'an allowed domain is not known before deployment',
      allowed: ALLOWED,
      fix: 'write it literally: the two firewalls need it in different forms',
    });
  }
  const problem = problemOf(domain);
  if (problem !== undefined) {
    throw invalidValue('InvalidDomain', { what: `an allowed domain ${problem}`, got: domain, allowed: ALLOWED });
  }
}

function problemOf(domain: string): string | undefined {
  const name = domain.replace(/^\./, '');
  const labels = name.split('.');
  const problems: [boolean, string][] = [
    [name === '', 'is empty'],
    [/\s/.test(domain), 'contains a space'],
    [domain.includes('://'), 'has a scheme: give the name only'],
    [domain.includes('/'), 'has a path: both firewalls see names only'],
    [domain.includes(':'), 'has a port or is an IPv6 address: only TLS on port 443 is let through'],
    [domain.includes('*'), 'has an asterisk: a leading dot stands for all subdomains'],
    [domain !== domain.toLowerCase(), 'has upper-case letters'],
    [domain.endsWith('.'), 'ends with a dot'],
    [/^[\d.]+$/.test(name), 'is an IP address: both firewalls see names only'],
    [labels.length < 2, 'is a whole top-level domain'],
    [name.length > MAX_LENGTH, `is longer than ${MAX_LENGTH} characters`],
    [!labels.every((label) => LABEL.test(label)), 'is not a domain name'],
  ];
  return problems.find(([applies]) => applies)?.[1];
}

/** The same domains as DNS Firewall writes them: an asterisk covers subdomains, but not the name itself. */
export function toDnsNames(domains: string[]): string[] {
  const names = domains.flatMap((domain) => (domain.startsWith('.') ? [domain.slice(1), `*${domain}`] : [domain]));
  return [...new Set(names)];
}
