/*
 * What credentials of the usual services look like: the one table for what must not get into plain text, what functions
 * take out of their logs, and what log groups mask. Functions are bundled without aws-cdk-lib, so nothing here may
 * import it.
 */

interface Format {
  readonly kind: string;
  /** a regular expression in the few signs that CloudWatch Logs knows, so without groups */
  readonly pattern: string;
  /** what masks it in log groups; several formats can share one */
  readonly identifier: string;
  /** whether a longer word is none */
  readonly exact?: boolean;
}

const FORMATS: readonly Format[] = [
  // before signed tokens, which newer ones have inside
  { kind: 'a GitHub token', pattern: 'gh[oprsu]_[A-Za-z0-9_.-]{20,}', identifier: 'GitHubToken' },
  { kind: 'a GitHub token', pattern: 'github_pat_[A-Za-z0-9_]{20,}', identifier: 'GitHubToken' },
  { kind: 'a GitLab token', pattern: 'glpat-[A-Za-z0-9_.-]{20,}', identifier: 'GitLabToken' },
  {
    kind: 'a signed token (JWT)',
    pattern: 'eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]*',
    identifier: 'SignedToken',
  },
  { kind: 'a Slack token', pattern: 'xox[a-z]-[A-Za-z0-9-]{10,}', identifier: 'SlackToken' },
  { kind: 'a Slack token', pattern: 'xapp-[A-Za-z0-9-]{10,}', identifier: 'SlackToken' },
  // of people, of service accounts, of OAuth clients
  { kind: 'an Atlassian token', pattern: 'AT[ACS]TT[A-Za-z0-9_=-]{20,}', identifier: 'AtlassianToken' },
  { kind: 'an AWS access key', pattern: 'A[KS]IA[A-Z0-9]{16}', identifier: 'AwsCredential', exact: true },
  { kind: 'an AWS session token', pattern: 'IQoJb3JpZ2lu[A-Za-z0-9/+=]{20,}', identifier: 'AwsCredential' },
  { kind: 'an AWS session token', pattern: 'F[Qw]oGZXIvYXdz[A-Za-z0-9/+=]{20,}', identifier: 'AwsCredential' },
  // so long that words of a sentence are none
  {
    kind: 'a Basic credential',
    pattern: '[Bb]asic [A-Za-z0-9+=]{24,}[A-Za-z0-9/+=]*',
    identifier: 'BasicCredential',
  },
  {
    kind: 'a Basic credential',
    // between them the signs of a header, or of JSON
    pattern: '[Aa]uthorization.{1,8}[Bb]asic [A-Za-z0-9+=]{16,}[A-Za-z0-9/+=]*',
    identifier: 'BasicCredential',
  },
  { kind: 'an Anthropic key', pattern: 'sk-ant-[A-Za-z0-9_-]{20,}', identifier: 'ModelKey' },
  // with and without the kind of the key; ids such as task-<uuid> are none
  { kind: 'an OpenAI key', pattern: 'sk-[A-Za-z0-9]{32,}', identifier: 'ModelKey' },
  { kind: 'an OpenAI key', pattern: 'sk-[a-z]{2,8}-[A-Za-z0-9_-]{32,}', identifier: 'ModelKey' },
  { kind: 'a Google API key', pattern: 'AIza[A-Za-z0-9_-]{35}', identifier: 'ModelKey' },
  { kind: 'an npm token', pattern: 'npm_[A-Za-z0-9]{36}', identifier: 'NpmToken' },
];

const KEY_BEGIN = '-----BEGIN [A-Z ]*PRIVATE KEY-----';
const KEY_END = '-----END [A-Z ]*PRIVATE KEY-----';

const IN_TEXT: readonly [kind: string, pattern: RegExp][] = [
  ['a private key', new RegExp(KEY_BEGIN)],
  // not in the middle of a word: what is found stops a synthesis
  ...FORMATS.map(({ kind, pattern, exact }): [string, RegExp] => {
    return [kind, new RegExp(`(?<![A-Za-z0-9_])${pattern}${exact === true ? '(?![A-Za-z0-9_])' : ''}`)];
  }),
];

/**
 * The kind of secret that a text holds, in words for an error. Environment variables and templates are plain text to
 * everyone who may describe the resource, so such a value must not get there.
 */
export function secretIn(text: string): string | undefined {
  return IN_TEXT.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The same as regular expressions, for the Guard file, which cannot import them. */
export function secretPatterns(): string[] {
  return IN_TEXT.map(([, { source }]) => source);
}

/** what stands where a secret was */
export const REMOVED = '[removed]';
/**
 * From the beginning of a word, and only if its dots are there. Else each `eyJ` in a long word without dots would be looked
 * at up to its end: minutes, for a text that somebody made up to that end.
 */
const BEFORE_TOKEN = '(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]+[.][A-Za-z0-9_-]{8,}[.])([A-Za-z0-9_-]*?)';
const TOKEN_START = 'eyJ';
/** with what a text must hold to be searched at all: the search for tokens takes as long as all the others */
const ANYWHERE: readonly [mark: string, pattern: RegExp][] = [
  // to its end, or to the end of the text
  ['', new RegExp(`()${KEY_BEGIN}(?:[^]*?${KEY_END}|[^]*)`, 'g')],
  ...FORMATS.map(({ pattern }): [string, RegExp] =>
    pattern.startsWith(TOKEN_START)
      ? [TOKEN_START, new RegExp(`${BEFORE_TOKEN}${pattern}`, 'g')]
      : ['', new RegExp(`()${pattern}`, 'g')],
  ),
];

/** The text without what looks like a credential, wherever in a word it begins. */
export function withoutSecrets(text: string): string {
  return ANYWHERE.reduce(
    (rest, [mark, pattern]) => (rest.includes(mark) ? rest.replace(pattern, `$1${REMOVED}`) : rest),
    text,
  );
}

/** The custom data identifiers of CloudWatch Logs for them: regular expressions by name. */
export function dataIdentifiers(): Record<string, string> {
  const patterns: Record<string, string> = {};
  for (const { identifier, pattern } of FORMATS) {
    patterns[identifier] = identifier in patterns ? `${patterns[identifier]}|${pattern}` : pattern;
  }
  return patterns;
}
