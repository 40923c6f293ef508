/**
 * What credentials of the usual services look like. Environment variables and templates are plain text to everyone who
 * may describe the resource, so such a value must not get there.
 */
const SECRET_PATTERNS: [kind: string, pattern: RegExp][] = [
  ['a GitHub token', /\bgh[oprsu]_[A-Za-z0-9_.-]{20,}/],
  ['a GitHub token', /\bgithub_pat_[A-Za-z0-9_]{20,}/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a signed token (JWT)', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['an Atlassian token', /\bATATT[A-Za-z0-9_=-]{20,}/],
  ['an AWS access key', /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ['an OpenAI key', /\bsk-(proj-)?[A-Za-z0-9_-]{32,}/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}/],
];

/** The kind of secret that a text holds, in words for an error. */
export function secretIn(text: string): string | undefined {
  return SECRET_PATTERNS.find(([, pattern]) => pattern.test(text))?.[0];
}
