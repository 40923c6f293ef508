import { parseArgs } from 'node:util';
import { conformance as check } from '../images/conformance/run';
import type { Outcome } from '../images/conformance/check';
import type { Command, ExitCode, Output } from './command';
import { EXIT, UsageError } from './command';

/** `cdk-coding-agents conformance`: checks a container that runs, here or anywhere else it can be reached without AWS. */
export const conformance: Command = {
  summary: 'checks that a running container keeps the contract of AgentCore and of a session',
  usage: `usage: npx cdk-coding-agents conformance <url> [--contract-only] [--payload JSON] [--timeout SECONDS] [--json]

  url              of the container, for example http://127.0.0.1:8080 after docker run -p 8080:8080 <image>
  --contract-only  for images with a server of their own: /ping and /invocations as AgentCore calls them, no jobs
  --payload JSON   the request that starts work; default: {"prompt":"Reply with the word ok."}. The job it starts is
                   cancelled, but may reach a model before
  --timeout N      seconds until a request is given up; default: 60
  --json           prints the outcome of each check as JSON

exit codes: 0 the container conforms; 1 it does not; 2 wrong usage`,
  run,
};

async function run(args: string[], { out }: Output): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'contract-only': { type: 'boolean' },
      payload: { type: 'string' },
      timeout: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const outcomes = await check(urlOf(positionals), {
    contractOnly: values['contract-only'],
    payload: payloadOf(values.payload),
    timeout: secondsOf(values.timeout),
  });
  const failed = outcomes.filter(({ passed }) => !passed).length;
  out(values.json ? `${JSON.stringify(outcomes, null, 2)}\n` : `${outcomes.map(written).join('\n')}\n`);
  if (!values.json) {
    out(`${outcomes.length - failed} passed, ${failed} failed\n`);
  }
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

function written({ id, what, why, fix, passed, found }: Outcome): string {
  return passed
    ? `ok    ${id}`
    : [`FAIL  ${id}: ${what}`, `found  ${found}`, `why    ${why}`, `fix    ${fix}`].join('\n      ');
}

function urlOf(positionals: string[]): string {
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0 || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`one URL is needed, such as http://127.0.0.1:8080 (got ${positionals.join(' ') || 'none'})`);
  }
  return url;
}

function payloadOf(text: string | undefined): string | undefined {
  try {
    JSON.parse(text ?? '{}');
  } catch {
    throw new UsageError(`--payload must be JSON (got ${text})`);
  }
  return text;
}

function secondsOf(text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`--timeout must be a number of seconds from 1 to 9999 (got ${text})`);
  }
  return text === undefined ? undefined : Number(text);
}
