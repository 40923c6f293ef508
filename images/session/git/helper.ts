import { GIT_CREDENTIAL_VARIABLE } from '../../../lib/contract/session';
import { textOf } from '../shared/http';
import { SessionError } from '../shared/problem';
import { askForCredential } from './credential-function';
import type { Asked } from './credential-function';

const LONGEST_INPUT = 64 * 1024;
/** nothing of what git says may get into a line of its own */
const PLAIN = /^[^\0-\x1f\x7f]*$/;

/** What the helper prints. It ends with status 0 in any case: git reads `quit=1`, and asks nobody else. */
interface Answer {
  readonly stdout: string;
  readonly stderr: string;
}

/** Answers one `get` of git. */
export async function answer(input: AsyncIterable<unknown>, environment: NodeJS.ProcessEnv): Promise<Answer> {
  try {
    const asked = checked(fieldsOf(await textOf(input, LONGEST_INPUT)));
    const credential = await askForCredential(functionOf(environment), asked, environment);
    const lines = Object.entries(credential).map(([name, value]) => `${name}=${value}\n`);
    return { stdout: lines.join(''), stderr: '' };
  } catch (error) {
    return { stdout: 'quit=1\n', stderr: `git credential: ${textOfError(error)}\n` };
  }
}

function textOfError(error: unknown): string {
  return error instanceof SessionError ? error.message : 'the helper failed; this is an error of the image';
}

function fieldsOf(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function checked(fields: Map<string, string>): Asked {
  const [protocol, host, path] = ['protocol', 'host', 'path'].map((name) => fields.get(name) ?? '');
  if (protocol !== 'https' || ![host, path].every((text) => PLAIN.test(text))) {
    throw new SessionError('NotHttps', {
      what: 'tokens are only sent over https',
      got: PLAIN.test(protocol + host) ? `${protocol}://${host}` : 'an unreadable address',
      allowed: 'https://<host>/<owner>/<repository>',
      fix: 'change the URL of the remote: git remote set-url origin https://...',
    });
  }
  if (path === '') {
    throw new SessionError('NoPath', {
      what: 'git does not say which repository it wants',
      got: `https://${host}`,
      allowed: 'credential.useHttpPath=true: each token is for one repository',
      fix: 'git config --global credential.useHttpPath true',
    });
  }
  return { protocol, host, path };
}

const ARN = /^arn:(aws|aws-cn|aws-us-gov):lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]+)?$/;

function functionOf(environment: NodeJS.ProcessEnv): string {
  const arn = environment[GIT_CREDENTIAL_VARIABLE] ?? '';
  if (!ARN.test(arn)) {
    throw new SessionError('NoCredentialFunction', {
      what: arn === '' ? 'this agent has no access to private repositories' : `${GIT_CREDENTIAL_VARIABLE} is no ARN`,
      got: arn === '' ? `no ${GIT_CREDENTIAL_VARIABLE}` : arn,
      allowed: 'the ARN of the alias of a GitCredential',
      fix: 'give the agent a GitCredential: gitCredential: new GitCredential(...)',
    });
  }
  return arn;
}
