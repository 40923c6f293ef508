import { JOB_VARIABLE } from '../process/process-group';

/** What is ours; everything else in the environment of a runtime was set for the CLI on purpose. */
const OURS = /^(AGENT_|MCP_GATEWAY_)/;

interface Author {
  readonly name: string;
  readonly email: string;
}

/** of commits, where neither the request nor the runtime names one */
const AUTHOR: Author = { name: 'Coding Agent', email: 'coding-agent@localhost' };

interface Surroundings {
  readonly job: string;
  readonly home: string;
  /** for temporary files */
  readonly temporary: string;
  readonly author?: Author;
  readonly directory: string;
}

/**
 * The environment of all that a job starts. The variables of the runtime are passed on, since whoever deploys it sets
 * them for the CLI: region, proxies, certificates, where credentials come from. The construct lets no secret into them.
 * Our own variables are not passed on: with the address of the gateway, a CLI could go past the bridge.
 */
export function cleanEnvironment(from: NodeJS.ProcessEnv, around: Surroundings): Record<string, string> {
  const kept = Object.entries(from).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !OURS.test(pair[0]),
  );
  const environment = Object.fromEntries(kept);
  return {
    LANG: 'C.UTF-8',
    ...environment,
    HOME: around.home,
    TMPDIR: around.temporary,
    GIT_TERMINAL_PROMPT: '0',
    ...identity(environment, around.author),
    ...safeDirectory(environment, around.directory),
    [JOB_VARIABLE]: around.job,
  };
}

function identity(environment: Record<string, string>, author: Author | undefined): Record<string, string> {
  const { GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL } = environment;
  return {
    GIT_AUTHOR_NAME: author?.name ?? GIT_AUTHOR_NAME ?? AUTHOR.name,
    GIT_AUTHOR_EMAIL: author?.email ?? GIT_AUTHOR_EMAIL ?? AUTHOR.email,
    GIT_COMMITTER_NAME: author?.name ?? GIT_COMMITTER_NAME ?? AUTHOR.name,
    GIT_COMMITTER_EMAIL: author?.email ?? GIT_COMMITTER_EMAIL ?? AUTHOR.email,
  };
}

/** mounts can belong to another user id, and then git refuses to work in them */
function safeDirectory(environment: Record<string, string>, directory: string): Record<string, string> {
  const count = Number(environment.GIT_CONFIG_COUNT) || 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: 'safe.directory',
    [`GIT_CONFIG_VALUE_${count}`]: directory,
  };
}
