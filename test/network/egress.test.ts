import { Token } from 'aws-cdk-lib';
import { Egress } from '../../lib/network/egress';

const ALLOWED = "allowed: a lower-case name such as 'github.com', or '.github.com' for it and its subdomains";

describe('Egress.allowList', () => {
  test.each([
    ['github.com'],
    ['.npmjs.org'],
    ['a.b.c.d.example.co.uk'],
    ['xn--bcher-kva.example'],
    ['1password.com'],
    [`${'a'.repeat(63)}.com`],
  ])('takes %s', (domain) => {
    expect(() => Egress.allowList([domain])).not.toThrow();
  });

  test.each([
    ['', 'is empty'],
    ['.', 'is empty'],
    [' github.com', 'contains a space'],
    ['git hub.com', 'contains a space'],
    ['https://github.com', 'has a scheme: give the name only'],
    ['github.com/aws', 'has a path: both firewalls see names only'],
    ['github.com:443', 'has a port or is an IPv6 address: only TLS on port 443 is let through'],
    ['2001:db8::1', 'has a port or is an IPv6 address: only TLS on port 443 is let through'],
    ['*.github.com', 'has an asterisk: a leading dot stands for all subdomains'],
    ['*', 'has an asterisk: a leading dot stands for all subdomains'],
    ['GitHub.com', 'has upper-case letters'],
    ['github.com.', 'ends with a dot'],
    ['140.82.112.3', 'is an IP address: both firewalls see names only'],
    ['com', 'is a whole top-level domain'],
    ['.com', 'is a whole top-level domain'],
    [`${'a.'.repeat(126)}com`, 'is longer than 253 characters'],
    ['..github.com', 'is not a domain name'],
    ['git_hub.com', 'is not a domain name'],
    ['-a.com', 'is not a domain name'],
    ['a-.com', 'is not a domain name'],
    [`${'a'.repeat(64)}.com`, 'is not a domain name'],
    ['bücher.example', 'is not a domain name'],
    ['a..com', 'is not a domain name'],
  ])('fails for %p: %s', (domain, problem) => {
    expect(() => Egress.allowList(['example.com', domain])).toThrow(`an allowed domain ${problem}`);
    expect(() => Egress.allowList(['example.com', domain])).toThrow(ALLOWED);
  });

  test('fails for a domain that is not known yet', () => {
    expect(() => Egress.allowList([Token.asString({ Ref: 'Domain' })])).toThrow(
      `an allowed domain is not known before deployment; ${ALLOWED}; ` +
        'write it literally: the two firewalls need it in different forms',
    );
  });

  test('fails for an empty list', () => {
    expect(() => Egress.allowList([])).toThrow(
      'the list of allowed domains is empty; name at least one domain, or use Egress.awsOnly()',
    );
  });

  test('fails for a domain listed twice', () => {
    expect(() => Egress.allowList(['a.com', 'b.com', 'a.com'])).toThrow(
      "an allowed domain is listed twice (got 'a.com'); remove one",
    );
  });

  test('takes 490 domains and no more', () => {
    const domains = Array.from({ length: 491 }, (_, i) => `.d${i}.example.com`);
    expect(() => Egress.allowList(domains.slice(1))).not.toThrow();
    expect(() => Egress.allowList(domains)).toThrow(
      "there are too many allowed domains (got 491); allowed: at most 490; join them with a leading dot, such as '.npmjs.org'",
    );
  });

  test('keeps its own copy of the list', () => {
    const domains = ['a.com'];
    const egress = Egress.allowList(domains);
    domains.push('evil.example');
    expect(egress._plan.domains).toEqual(['a.com']);
  });
});

describe('Egress.internet', () => {
  test.each([1, 2, 3])('takes %p NAT gateways', (natGateways) => {
    expect(() => Egress.internet({ natGateways })).not.toThrow();
  });

  test.each([0, -1, 1.5, NaN])('fails for %p NAT gateways', (natGateways) => {
    expect(() => Egress.internet({ natGateways })).toThrow(
      `natGateways must be a whole number of gateways (got ${natGateways}); allowed: 1 to the number of availability ` +
        'zones; use Egress.awsOnly() for a network without a way out',
    );
  });

  test('fails for a number not known before deployment, for which the CDK would make no gateway', () => {
    expect(() => Egress.internet({ natGateways: Token.asNumber({ Ref: 'Gateways' }) })).toThrow(
      "natGateways must be a whole number of gateways (got 'a value not known before deployment')",
    );
  });
});
